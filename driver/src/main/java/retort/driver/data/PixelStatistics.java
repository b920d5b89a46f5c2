package retort.driver.data;

/** Pixels of a set as networks take them: all channels together, the deviation that of a population. */
public record PixelStatistics(double mean, double standardDeviation, double least, double most) {
    /** Sums are in double, image by image. */
    public static PixelStatistics of(ImageSet images) {
        float[] pixels = new float[images.pixels()];
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < images.size(); i++) {
            images.copyScaled(i, pixels, 0);
            for (float pixel : pixels) {
                sum += pixel;
                squares += (double) pixel * pixel;
                least = Math.min(least, pixel);
                most = Math.max(most, pixel);
            }
        }
        double count = (double) images.size() * images.pixels();
        double mean = sum / count;
        return new PixelStatistics(mean, Math.sqrt(Math.max(0, squares / count - mean * mean)), least, most);
    }
}
