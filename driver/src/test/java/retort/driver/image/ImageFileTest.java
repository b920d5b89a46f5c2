package retort.driver.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.BadDataException;

/** Each kind of file gives its grey levels, or a reason. */
class ImageFileTest {
    private static final byte[] LEVELS = {0, 51, 102, (byte) 153, (byte) 204, (byte) 255};

    @ParameterizedTest
    @ValueSource(
            strings = {
                "P2\n3 2\n255\n0 51 102\n153 204 255\n",
                "P2 # by hand\n3\t2 # wide, high\n5 0 1 2 3 4 5",
                "P2 3 2 65535 0 13107 26214 39321 52428 65535"
            })
    void readsTextPgm(String text) {
        assertLevels(bytes(text));
    }

    @Test
    void readsBinaryPgm() throws IOException {
        ByteArrayOutputStream eight = new ByteArrayOutputStream();
        eight.write(bytes("P5\n# a comment\n3 2 255\n"));
        eight.write(LEVELS);
        assertLevels(eight.toByteArray());
        ByteArrayOutputStream sixteen = new ByteArrayOutputStream();
        sixteen.write(bytes("P5 3 2 65535\n"));
        for (byte level : LEVELS) {
            sixteen.write(new byte[] {level, level});
        }
        assertLevels(sixteen.toByteArray());
    }

    @Test
    void readsGreyColourAndPalettePng() throws IOException {
        for (int type : new int[] {
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY,
            BufferedImage.TYPE_3BYTE_BGR,
            BufferedImage.TYPE_4BYTE_ABGR
        }) {
            BufferedImage image = new BufferedImage(3, 2, type);
            for (int i = 0; i < LEVELS.length; i++) {
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    int level = band == 3 ? 255 : LEVELS[i] & 0xFF;
                    int sample = type == BufferedImage.TYPE_USHORT_GRAY ? level * 257 : level;
                    image.getRaster().setSample(i % 3, i / 3, band, sample);
                }
            }
            assertLevels(encoded(image, "png"));
        }
        BufferedImage bilevel = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_BINARY);
        bilevel.setRGB(1, 1, 0xFFFFFFFF);
        assertArrayEquals(
                new byte[] {0, 0, 0, 0, -1, 0}, decode(encoded(bilevel, "png")).levels());
    }

    @Test
    void whatIsTransparentIsWhiteOrBlackWhereItHidesTheInk() throws IOException {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(1, 0, Color.BLACK.getRGB());
        assertArrayEquals(
                new byte[] {-1, 0, -1, -1, -1, -1},
                decode(encoded(image, "png")).levels());
        image.setRGB(1, 0, Color.WHITE.getRGB());
        assertArrayEquals(
                new byte[] {0, -1, 0, 0, 0, 0}, decode(encoded(image, "png")).levels());
        image.setRGB(1, 0, 0x80FFFFFF);
        assertArrayEquals(
                new byte[] {0, -128, 0, 0, 0, 0}, decode(encoded(image, "png")).levels());
    }

    /** A camera's file: the image as the sensor saw it, and how it was held. Corners tell how it was turned. */
    @ParameterizedTest
    @CsvSource({
        "1, 40, 24, 0, 0",
        "2, 40, 24, 1, 0",
        "3, 40, 24, 1, 1",
        "4, 40, 24, 0, 1",
        "5, 24, 40, 0, 0",
        "6, 24, 40, 1, 0",
        "7, 24, 40, 1, 1",
        "8, 24, 40, 0, 1",
        "9, 40, 24, 0, 0"
    })
    void aJpegIsTurnedAsItsCameraSays(int orientation, int width, int height, int right, int bottom)
            throws IOException {
        BufferedImage image = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 64; i++) {
            image.getRaster().setSample(i % 8, i / 8, 0, 255);
        }
        GrayImage turned = decode(withExif(encoded(image, "jpeg"), orientation));
        assertEquals(width, turned.width());
        assertEquals(height, turned.height());
        for (int corner = 0; corner < 4; corner++) {
            int x = corner % 2;
            int y = corner / 2;
            int level = turned.level(x * (width - 1), y * (height - 1));
            assertEquals(x == right && y == bottom, level > 128, "corner " + x + ", " + y + ": " + level);
        }
    }

    private static byte[] withExif(byte[] jpeg, int orientation) {
        byte[] exif = ByteBuffer.allocate(36)
                .put(new byte[] {(byte) 0xFF, (byte) 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42})
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0)
                .putInt(0)
                .array();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(jpeg, 0, 2);
        all.writeBytes(exif);
        all.write(jpeg, 2, jpeg.length - 2);
        return all.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            P2 3 2 255 0 1 2 3 4          | truncated: it ends too early, expected a whole PGM
            P2 3                          | truncated
            P2 3 2 255 0 1 x 3            | not a PGM: 'x' where a number is expected
            P2 3 2 255 0 1 x 3 4 5        | not a PGM: 'x' where a number is expected
            P5 3 2 255 abcd               | truncated
            P2 3 2 9 0 1 2 3 4 10         | a PGM with a value of 10, expected at most 9
            P2 3 2 0 0 0 0 0 0 0          | a PGM of highest value 0, expected 1 to 65535
            P2 3 2 65536 0 0 0 0 0 0      | a PGM of highest value 65536
            P2 three 2 255                | not a PGM: 't' where a number is expected
            P2 99999999999999999999 2 255 | a PGM with a number of more than 1,000,000
            P2 0 2 255                    | an image of 0 x 2 pixels, expected at least 1 x 1
            P5 20000 2 255                | an image of 20000 x 2 pixels, expected at most 16384 a side
            P2 16384 16384 255            | an image of 16384 x 16384 pixels, expected at most
            P6 3 2 255                    | not an image that can be read, expected PNG, JPEG or PGM
            GIF89a                        | not an image that can be read
            ''                            | not an image that can be read
            """)
    void whatIsNoGoodPgmIsRefused(String text, String problem) {
        assertRefused(bytes(text), problem);
    }

    /** Truncated anywhere, and damaged at every byte: no other exception, and never a hang. */
    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg"})
    void damageIsToldOrOverlooked(String format) throws IOException {
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 300; i++) {
            image.getRaster().setSample(i * 7 % 40, i * 11 % 30, 0, i % 256);
        }
        byte[] good = encoded(image, format);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            BadDataException refusal =
                    assertThrows(BadDataException.class, () -> decode(cut), "cut to " + length + " of " + good.length);
            boolean recognised = length >= 8;
            String expected = recognised
                    ? "truncated: it ends too early, expected a whole " + format.toUpperCase(Locale.ROOT)
                    : "";
            assertTrue(refusal.getMessage().contains(expected), length + ": " + refusal.getMessage());
            assertEquals(1, refusal.getMessage().lines().count());
        }
        for (int i = 0; i < good.length; i++) {
            byte[] damaged = good.clone();
            damaged[i] = (byte) (damaged[i] ^ 0x55);
            try {
                decode(damaged);
            } catch (BadDataException e) {
                assertTrue(e.getMessage().startsWith("x: "), e.getMessage());
            }
        }
    }

    /** A header of 20,000 x 20,000, and next to no data. */
    @Test
    void aBombIsNotDecoded() throws IOException {
        byte[] png = encoded(new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY), "png");
        resize(png, 20_000, 20_000);
        assertRefused(png, "an image of 20000 x 20000 pixels, expected at most 16384 a side and 67108864 in all");
        resize(png, 0, 2);
        assertRefused(png, "expected");
        byte[] large = new byte[ImageFile.NAMED.mostBytes() + 1];
        assertRefused(large, "more than 67108864 bytes");
    }

    private static void resize(byte[] png, int width, int height) {
        ByteBuffer header = ByteBuffer.wrap(png);
        header.putInt(16, width).putInt(20, height);
        CRC32 check = new CRC32();
        check.update(png, 12, 17);
        header.putInt(29, (int) check.getValue());
    }

    /** Four components, as printers take them. */
    @Test
    void aJpegInCmykIsRefused() throws IOException {
        assertRefused(JpegInCmyk.bytes(), "expected a JPEG in grey or RGB");
    }

    private static void assertLevels(byte[] file) {
        GrayImage image = decode(file);
        assertEquals(3, image.width());
        assertArrayEquals(LEVELS, image.levels());
    }

    private static void assertRefused(byte[] file, String problem) {
        String message =
                assertThrows(BadDataException.class, () -> decode(file)).getMessage();
        assertTrue(message.startsWith("x: ") && message.contains(problem), message);
        assertEquals(1, message.lines().count());
    }

    private static GrayImage decode(byte[] file) {
        return ImageFile.NAMED.decode("x", file);
    }

    private static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, bytes));
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
