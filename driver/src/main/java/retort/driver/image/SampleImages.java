package retort.driver.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import retort.driver.data.ImageSet;

/** Images of a set as PNG files, white on black as they are there. */
public record SampleImages(ImageSet images) {
    /** The first {@code ofEach} of each class, in the set's order. */
    public IntStream first(int ofEach) {
        int[] taken = new int[ImageSet.CLASSES];
        return IntStream.range(0, images.size()).filter(i -> taken[images.label(i)]++ < ofEach);
    }

    /** For example {@code 00007-9.png}: image 7, a 9. */
    public String name(int i) {
        return String.format(Locale.ROOT, "%05d-%d.png", i, images.label(i));
    }

    public void write(int i, OutputStream out) throws IOException {
        float[] pixels = new float[images.pixels()];
        images.copyScaled(i, pixels, 0);
        BufferedImage image = new BufferedImage(images.width(), images.height(), BufferedImage.TYPE_BYTE_GRAY);
        for (int p = 0; p < pixels.length; p++) {
            image.getRaster().setSample(p % images.width(), p / images.width(), 0, Math.round(255 * pixels[p]));
        }
        ImageIO.write(image, "png", out);
    }
}
