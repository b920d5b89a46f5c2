package retort.driver.image;

import java.nio.ByteBuffer;

/**
 * Whether a coded image has its end: the JDK's readers overlook that some are cut off.
 *
 * <p>Source: the PNG specification, third edition, section 5; ITU-T T.81, annex B.
 */
final class CodedEnd {
    private static final int PNG_SIGNATURE_BYTES = 8;
    /** Length, type and checksum. */
    private static final int PNG_CHUNK_BYTES = 12;

    private static final int IEND = 'I' << 24 | 'E' << 16 | 'N' << 8 | 'D';

    private static final int START_OF_SCAN = 0xDA;
    private static final int END_OF_IMAGE = 0xD9;

    private CodedEnd() {}

    static boolean isInPng(byte[] bytes) {
        ByteBuffer png = ByteBuffer.wrap(bytes);
        long at = PNG_SIGNATURE_BYTES;
        while (at + PNG_CHUNK_BYTES <= bytes.length) {
            long length = Integer.toUnsignedLong(png.getInt((int) at));
            int type = png.getInt((int) at + Integer.BYTES);
            at += PNG_CHUNK_BYTES + length;
            if (type == IEND) {
                return at <= bytes.length;
            }
        }
        return false;
    }

    /** Looked for from the first scan on: a thumbnail before it has an end of its own. */
    static boolean isInJpeg(byte[] bytes) {
        for (int i = scan(bytes); i + 1 < bytes.length; i++) {
            if (bytes[i] == (byte) 0xFF && bytes[i + 1] == (byte) END_OF_IMAGE) {
                return true;
            }
        }
        return false;
    }

    /** Where the segments before the first scan end, or what can't be one begins. */
    private static int scan(byte[] bytes) {
        int at = 2;
        while (at + 3 < bytes.length && bytes[at] == (byte) 0xFF) {
            int marker = bytes[at + 1] & 0xFF;
            if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                break;
            }
            boolean filled = marker == 0xFF;
            at += filled ? 1 : 2 + ((bytes[at + 2] & 0xFF) << Byte.SIZE | bytes[at + 3] & 0xFF);
        }
        return at;
    }
}
