package retort.driver.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A PNG or JPEG, decoded by the JDK, and turned to grey or not.
 *
 * @param format as the JDK names it
 */
record CodedImage(String format, ImageFile limits) {
    static final String PNG = "png";
    static final String JPEG = "jpeg";

    private static final int MOST_EXPANSION = 1100;

    GrayImage decode(byte[] bytes) throws BadImageException {
        return gray(read(bytes));
    }

    /** In its colours, what is transparent in it on white. */
    ColourImage decodeColours(byte[] bytes) throws BadImageException {
        List<GrayImage> channels = decodeChannels(bytes);
        GrayImage red = channels.getFirst();
        byte[] levels = new byte[3 * red.levels().length];
        for (int p = 0; p < levels.length; p++) {
            levels[p] = channels.get(p % 3).levels()[p / 3];
        }
        return new ColourImage(red.width(), red.height(), levels);
    }

    /** The same as red, green and blue. */
    List<GrayImage> decodeChannels(byte[] bytes) throws BadImageException {
        BufferedImage image = read(bytes);
        int width = image.getWidth();
        int height = image.getHeight();
        Rows rows = rows(image);
        byte[][] channels = new byte[3][width * height];
        byte[] opacity = image.getColorModel().hasAlpha() ? new byte[width * height] : null;
        for (int y = 0; y < height; y++) {
            rows.readColours(y, channels, opacity);
        }
        return Stream.of(channels)
                .map(levels -> opacity == null ? levels : over(255, levels, opacity))
                .map(levels -> new GrayImage(width, height, levels))
                .toList();
    }

    private BufferedImage read(byte[] bytes) throws BadImageException {
        if (!(format.equals(PNG) ? CodedEnd.isInPng(bytes) : CodedEnd.isInJpeg(bytes))) {
            throw new BadImageException(
                    "truncated: it ends too early, expected a whole " + format.toUpperCase(Locale.ROOT));
        }
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, true, true);
            checkSize(reader, bytes.length);
            BufferedImage image = reader.read(0);
            if (!warnings.isEmpty()) {
                throw damaged(warnings.getFirst());
            }
            if (format.equals(JPEG) && image.getColorModel().getNumComponents() > 3) {
                // CMYK, whose files do not agree on whether 0 is ink or paper.
                throw damaged("it has four components");
            }
            return image;
        } catch (IOException | RuntimeException e) {
            // On damaged files the JDK's readers throw more than they say.
            throw damaged(String.valueOf(e.getMessage()));
        } finally {
            reader.dispose();
        }
    }

    /** Before memory is taken for pixels that can't be there: of blank ones a byte of deflate holds 1,032. */
    private void checkSize(ImageReader reader, int fileBytes) throws IOException, BadImageException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        limits.checkSize(width, height);
        int bits =
                format.equals(PNG) ? reader.getRawImageType(0).getColorModel().getPixelSize() : Byte.SIZE;
        if ((long) width * height * bits / Byte.SIZE > (long) MOST_EXPANSION * fileBytes) {
            throw new BadImageException("its header speaks of " + width + " x " + height
                    + " pixels, more than there can be in " + fileBytes + " bytes");
        }
    }

    private BadImageException damaged(String reason) {
        String line = reason.lines().findFirst().orElse("");
        return new BadImageException("damaged, or of a kind that can't be read (" + line + "), expected a "
                + format.toUpperCase(Locale.ROOT) + " in grey or RGB");
    }

    private static GrayImage gray(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] levels = new byte[width * height];
        byte[] opacity = image.getColorModel().hasAlpha() ? new byte[levels.length] : null;
        Rows rows = rows(image);
        for (int y = 0; y < height; y++) {
            rows.read(y, levels, opacity);
        }
        if (opacity == null) {
            return new GrayImage(width, height, levels);
        }
        byte[] onWhite = over(255, levels, opacity);
        return new GrayImage(width, height, isUniform(onWhite) ? over(0, levels, opacity) : onWhite);
    }

    /** Reads a row of grey levels, and of opacities where there are some. */
    private interface Rows {
        void read(int y, byte[] levels, byte[] opacity);

        /** The same of red, green and blue, one after the other. */
        void readColours(int y, byte[][] channels, byte[] opacity);
    }

    private static Rows rows(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        boolean gray = colours.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        if (colours instanceof ComponentColorModel
                && (gray || colours.getColorSpace().isCS_sRGB())) {
            return new Samples(image.getRaster(), gray ? 1 : 3, colours.getComponentSize(0));
        }
        return new Converted(image, new int[image.getWidth()]);
    }

    /**
     * Pixels as they are stored: the JDK would convert grey ones as if their levels were light and not its perception.
     */
    private record Samples(Raster raster, int colours, int bits) implements Rows {
        @Override
        public void read(int y, byte[] levels, byte[] opacity) {
            int width = raster.getWidth();
            int bands = raster.getNumBands();
            int highest = (1 << bits) - 1;
            int[] samples = raster.getPixels(0, y, width, 1, (int[]) null);
            for (int x = 0; x < width; x++) {
                int at = x * bands;
                int level = colours == 1 ? samples[at] : luma(samples[at], samples[at + 1], samples[at + 2]);
                levels[y * width + x] = byteOf(level, highest);
                if (opacity != null) {
                    opacity[y * width + x] = byteOf(samples[at + bands - 1], highest);
                }
            }
        }

        @Override
        public void readColours(int y, byte[][] channels, byte[] opacity) {
            int width = raster.getWidth();
            int bands = raster.getNumBands();
            int highest = (1 << bits) - 1;
            int[] samples = raster.getPixels(0, y, width, 1, (int[]) null);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    channels[c][y * width + x] = byteOf(samples[x * bands + Math.min(c, colours - 1)], highest);
                }
                if (opacity != null) {
                    opacity[y * width + x] = byteOf(samples[x * bands + bands - 1], highest);
                }
            }
        }

        private static byte byteOf(int value, int highest) {
            return (byte) ((value * 255 + highest / 2) / highest);
        }
    }

    /** Palettes and colour profiles. */
    private record Converted(BufferedImage image, int[] row) implements Rows {
        @Override
        public void read(int y, byte[] levels, byte[] opacity) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int x = 0; x < row.length; x++) {
                int argb = row[x];
                levels[y * row.length + x] = (byte) luma(argb >> 16 & 0xFF, argb >> 8 & 0xFF, argb & 0xFF);
                if (opacity != null) {
                    opacity[y * row.length + x] = (byte) (argb >>> 24);
                }
            }
        }

        @Override
        public void readColours(int y, byte[][] channels, byte[] opacity) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int x = 0; x < row.length; x++) {
                for (int c = 0; c < 3; c++) {
                    channels[c][y * row.length + x] = (byte) (row[x] >> 16 - 8 * c);
                }
                if (opacity != null) {
                    opacity[y * row.length + x] = (byte) (row[x] >>> 24);
                }
            }
        }
    }

    /** Of ITU-R BT.601, in thousandths. */
    private static int luma(int red, int green, int blue) {
        return (299 * red + 587 * green + 114 * blue + 500) / 1000;
    }

    private static byte[] over(int background, byte[] levels, byte[] opacity) {
        byte[] seen = new byte[levels.length];
        for (int i = 0; i < seen.length; i++) {
            int share = opacity[i] & 0xFF;
            seen[i] = (byte) (((levels[i] & 0xFF) * share + background * (255 - share) + 127) / 255);
        }
        return seen;
    }

    private static boolean isUniform(byte[] levels) {
        for (byte level : levels) {
            if (level != levels[0]) {
                return false;
            }
        }
        return true;
    }
}
