package retort.driver.image;

import java.util.Arrays;
import retort.driver.data.BadDataException;

/**
 * A digit as MNIST has them: 28 x 28, ink 1 on background 0.
 *
 * @param pixels row-major
 */
public record Digit(float[] pixels) {
    public static final int SIDE = 28;
    public static final int PIXELS = SIDE * SIDE;

    /** The longer side of the ink. */
    private static final int BOX = 20;

    /** Levels that ink must stand out by: noise of a photo of nothing does not. */
    private static final int LEAST_CONTRAST = 16;

    /** Share of the full contrast from which on a pixel counts for the ink's extent. */
    private static final float EXTENT = 0.15f;

    /** The border's spread is noise and light; so many median deviations are taken off. */
    private static final int DEVIATIONS = 3;

    /**
     * Prepares an image as MNIST's were: its ink is cropped, scaled with its aspect to fit 20 x 20 by averaging areas,
     * and its centre of mass put into the middle of 28 x 28. The border says what is background, so ink may be darker
     * or lighter.
     *
     * <p>Source: LeCun, Cortes and Burges, the MNIST site.
     *
     * @param name of the image, for messages
     * @throws BadDataException if nothing stands out
     */
    public static Digit of(GrayImage image, String name) {
        float[] ink = ink(image, name);
        Box box = Box.around(ink, image.width(), image.height());
        int longest = Math.max(box.width(), box.height());
        int width = Math.max(1, Math.round((float) BOX * box.width() / longest));
        int height = Math.max(1, Math.round((float) BOX * box.height() / longest));
        float[] scaled = box.averaged(ink, image.width(), width, height);
        stretch(scaled);
        return new Digit(centred(scaled, width, height));
    }

    /** 0 to 1. */
    public float pixel(int x, int y) {
        return pixels[y * SIDE + x];
    }

    /** A row of pixels. */
    public float[] row(int y) {
        return Arrays.copyOfRange(pixels, y * SIDE, (y + 1) * SIDE);
    }

    /** How far each pixel is from the background, towards ink, as a share of the farthest. */
    private static float[] ink(GrayImage image, String name) {
        int[] border = border(image);
        int background = median(border);
        int darkest = 255;
        int lightest = 0;
        for (byte level : image.levels()) {
            darkest = Math.min(darkest, level & 0xFF);
            lightest = Math.max(lightest, level & 0xFF);
        }
        boolean dark = background - darkest >= lightest - background;
        int farthest = dark ? background - darkest : lightest - background;
        int noise = DEVIATIONS * median(deviations(border, background));
        if (farthest - noise < LEAST_CONTRAST) {
            throw new BadDataException(name, "blank: nothing stands out from its border");
        }
        float[] ink = new float[image.levels().length];
        for (int i = 0; i < ink.length; i++) {
            int level = image.levels()[i] & 0xFF;
            int distance = (dark ? background - level : level - background) - noise;
            ink[i] = Math.max(0f, distance) / (farthest - noise);
        }
        return ink;
    }

    private static int[] border(GrayImage image) {
        int right = image.width() - 1;
        int bottom = image.height() - 1;
        int[] levels = new int[2 * (image.width() + image.height())];
        int count = 0;
        for (int x = 0; x <= right; x++) {
            levels[count++] = image.level(x, 0);
            levels[count++] = image.level(x, bottom);
        }
        for (int y = 0; y <= bottom; y++) {
            levels[count++] = image.level(0, y);
            levels[count++] = image.level(right, y);
        }
        return levels;
    }

    private static int[] deviations(int[] levels, int from) {
        return Arrays.stream(levels).map(level -> Math.abs(level - from)).toArray();
    }

    private static int median(int[] values) {
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Thin lines get faint where they are averaged with what is around them. */
    private static void stretch(float[] scaled) {
        float highest = 0;
        for (float value : scaled) {
            highest = Math.max(highest, value);
        }
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= highest;
        }
    }

    private static float[] centred(float[] scaled, int width, int height) {
        double mass = 0;
        double massX = 0;
        double massY = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double value = scaled[y * width + x];
                mass += value;
                massX += value * x;
                massY += value * y;
            }
        }
        int left = offset(massX / mass, width);
        int top = offset(massY / mass, height);
        float[] pixels = new float[PIXELS];
        for (int y = 0; y < height; y++) {
            System.arraycopy(scaled, y * width, pixels, (top + y) * SIDE + left, width);
        }
        return pixels;
    }

    /** Where the box begins so that its centre is in the middle, as far as all of it stays inside. */
    private static int offset(double centre, int extent) {
        int offset = (int) Math.rint(SIDE / 2 - centre);
        return Math.clamp(offset, 0, SIDE - extent);
    }

    /** Part of an image: columns {@code left} to {@code left + width}, the end excluded, and rows likewise. */
    private record Box(int left, int top, int width, int height) {
        static Box around(float[] ink, int width, int height) {
            int left = width;
            int top = height;
            int right = -1;
            int bottom = -1;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    if (ink[y * width + x] > EXTENT) {
                        left = Math.min(left, x);
                        right = Math.max(right, x);
                        top = Math.min(top, y);
                        bottom = Math.max(bottom, y);
                    }
                }
            }
            return new Box(left, top, right - left + 1, bottom - top + 1);
        }

        /** Scaled to another size: each pixel is the mean of the area that it covers, parts of pixels included. */
        float[] averaged(float[] ink, int stride, int toWidth, int toHeight) {
            float[] columns = new float[height * toWidth];
            for (int y = 0; y < height; y++) {
                averageLine(ink, (top + y) * stride + left, 1, width, columns, y * toWidth, 1, toWidth);
            }
            float[] scaled = new float[toHeight * toWidth];
            for (int x = 0; x < toWidth; x++) {
                averageLine(columns, x, toWidth, height, scaled, x, toWidth, toHeight);
            }
            return scaled;
        }

        /** {@code count} values, {@code step} apart, become {@code toCount}. */
        private static void averageLine(
                float[] from, int offset, int step, int count, float[] to, int toOffset, int toStep, int toCount) {
            double extent = (double) count / toCount;
            for (int i = 0; i < toCount; i++) {
                double begin = i * extent;
                double end = begin + extent;
                double sum = 0;
                for (int j = (int) begin; j < Math.min(count, Math.ceil(end)); j++) {
                    double covered = Math.min(end, j + 1) - Math.max(begin, j);
                    sum += covered * from[offset + j * step];
                }
                to[toOffset + i * toStep] = (float) (sum / extent);
            }
        }
    }
}
