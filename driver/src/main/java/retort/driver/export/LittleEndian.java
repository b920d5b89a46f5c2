package retort.driver.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** float32 as files hold them. */
final class LittleEndian {
    private static final int BUFFER_FLOATS = 1 << 14;

    private LittleEndian() {}

    static void write(float[] elements, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < elements.length; from += BUFFER_FLOATS) {
            int count = Math.min(BUFFER_FLOATS, elements.length - from);
            buffer.clear().asFloatBuffer().put(elements, from, count);
            out.write(buffer.array(), 0, count * Float.BYTES);
        }
    }
}
