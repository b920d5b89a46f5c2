package retort.driver.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import retort.driver.data.ImageSet;

/** Images of a set as PNG files, as they are there. */
public record SampleImages(ImageSet images) {
    /** The first {@code ofEach} of each class, in the set's order. */
    public IntStream first(int ofEach) {
        int[] taken = new int[images.classes()];
        return IntStream.range(0, images.size()).filter(i -> taken[images.label(i)]++ < ofEach);
    }

    /** For example {@code 00007-9.png}: image 7, a 9. */
    public String name(int i) {
        return String.format(Locale.ROOT, "%05d-%d.png", i, images.label(i));
    }

    /** Encoded in memory: a cache file would need a folder for it. */
    public byte[] png(int i) {
        float[] pixels = new float[images.pixels()];
        images.copyScaled(i, pixels, 0);
        int channels = images.channels();
        int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
        BufferedImage image = new BufferedImage(images.width(), images.height(), type);
        for (int p = 0; p < pixels.length; p++) {
            int place = p / channels;
            int level = Math.round(255 * Math.clamp(pixels[p], 0f, 1f));
            image.getRaster().setSample(place % images.width(), place / images.width(), p % channels, level);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(name(i) + ": can't be encoded", e);
        }
        return bytes.toByteArray();
    }
}
