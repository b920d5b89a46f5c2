package retort.driver.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;

/** IDX files for tests, as bytes. */
final class IdxBytes {
    private IdxBytes() {}

    /** Images whose pixels are {@link #pixel} of their place in the file. */
    static byte[] images(int count, int height, int width) {
        byte[] header = header(count, height, width);
        ByteBuffer bytes =
                ByteBuffer.allocate(header.length + count * height * width).put(header);
        for (int i = 0; bytes.hasRemaining(); i++) {
            bytes.put((byte) pixel(i));
        }
        return bytes.array();
    }

    static int pixel(int i) {
        return i * 31 % 256;
    }

    static byte[] labels(int... labels) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + labels.length).put(header(labels.length));
        for (int label : labels) {
            bytes.put((byte) label);
        }
        return bytes.array();
    }

    static byte[] header(int... extents) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * extents.length).putInt(0x0800 + extents.length);
        for (int extent : extents) {
            bytes.putInt(extent);
        }
        return bytes.array();
    }

    static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }
}
