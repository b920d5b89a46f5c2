package retort.driver.page;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A picture that stands in a page itself, grey or in red, green and blue: of other numbers of channels the first.
 *
 * @param pixels row by row, 0 for black to 1 for white; what is beyond is taken for these
 * @param description for those who don't see it
 */
public record Picture(int width, int height, int channels, float[] pixels, String description) implements Block {
    @Override
    public void write(Html html) {
        html.empty(
                "img",
                "class",
                "grey",
                "alt",
                description,
                "width",
                Integer.toString(width),
                "height",
                Integer.toString(height),
                "src",
                "data:image/png;base64," + Base64.getEncoder().encodeToString(png()));
    }

    private byte[] png() {
        int type = channels == 3 ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_BYTE_GRAY;
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < image.getRaster().getNumBands(); c++) {
                    float level = Math.clamp(pixels[(y * width + x) * channels + c], 0f, 1f);
                    image.getRaster().setSample(x, y, c, Math.round(255 * level));
                }
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // A cache file would need a folder for it.
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("a picture of " + width + " x " + height, e);
        }
        return bytes.toByteArray();
    }
}
