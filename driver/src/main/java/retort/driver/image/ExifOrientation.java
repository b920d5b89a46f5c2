package retort.driver.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How a JPEG is to be turned, as cameras write it: they store what the sensor saw.
 *
 * <p>Source: CIPA DC-008 (Exif 2.32), tag 0x0112.
 */
final class ExifOrientation {
    private static final int APP1 = 0xE1;
    private static final int START_OF_SCAN = 0xDA;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int TAG = 0x0112;
    private static final int ENTRY_BYTES = 12;
    private static final int AS_STORED = 1;

    private ExifOrientation() {}

    /** 1 to 8; 1, which is as stored, where the file does not say or not as it should. */
    static int of(byte[] jpeg) {
        ByteBuffer bytes = ByteBuffer.wrap(jpeg);
        int at = 2;
        while (at + 4 <= jpeg.length && (jpeg[at] & 0xFF) == 0xFF && (jpeg[at + 1] & 0xFF) != START_OF_SCAN) {
            int length = bytes.getShort(at + 2) & 0xFFFF;
            int content = at + 4;
            int end = at + 2 + length;
            boolean exif = (jpeg[at + 1] & 0xFF) == APP1
                    && end <= jpeg.length
                    && length >= 2 + EXIF.length
                    && Arrays.equals(jpeg, content, content + EXIF.length, EXIF, 0, EXIF.length);
            if (exif) {
                return ofDirectory(bytes.slice(content + EXIF.length, end - content - EXIF.length));
            }
            at = end;
        }
        return AS_STORED;
    }

    /** @param tiff a header of byte order, 42 and the directory's place, then directories of tag, type, count, value */
    private static int ofDirectory(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return AS_STORED;
        }
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        if (directory < 8 || directory > tiff.limit() - 2) {
            return AS_STORED;
        }
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + i * ENTRY_BYTES;
            if (entry > tiff.limit() - ENTRY_BYTES) {
                return AS_STORED;
            }
            if ((tiff.getShort(entry) & 0xFFFF) == TAG) {
                int orientation = tiff.getShort(entry + 8);
                return orientation >= 1 && orientation <= 8 ? orientation : AS_STORED;
            }
        }
        return AS_STORED;
    }

    /** The image as it is to be seen. */
    static GrayImage turned(GrayImage stored, int orientation) {
        if (orientation == AS_STORED) {
            return stored;
        }
        int right = stored.width() - 1;
        int bottom = stored.height() - 1;
        boolean onItsSide = orientation >= 5;
        int width = onItsSide ? stored.height() : stored.width();
        int height = onItsSide ? stored.width() : stored.height();
        byte[] levels = new byte[stored.levels().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int level = switch (orientation) {
                    case 2 -> stored.level(right - x, y);
                    case 3 -> stored.level(right - x, bottom - y);
                    case 4 -> stored.level(x, bottom - y);
                    case 5 -> stored.level(y, x);
                    case 6 -> stored.level(y, bottom - x);
                    case 7 -> stored.level(right - y, bottom - x);
                    default -> stored.level(right - y, x);
                };
                levels[y * width + x] = (byte) level;
            }
        }
        return new GrayImage(width, height, levels);
    }
}
