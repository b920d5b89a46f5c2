package retort.driver.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Files of NumPy's for tests, as bytes: format 1.0. */
final class NpyBytes {
    private NpyBytes() {}

    /** Random numbers of some type, such as {@code <f4}: floats of 0 to 1, or any bytes. */
    static byte[] random(String type, long seed, int... extents) {
        Random random = new Random(seed);
        int count = 1;
        for (int extent : extents) {
            count *= extent;
        }
        int each = type.charAt(2) - '0';
        ByteBuffer bytes = ByteBuffer.allocate(count * each)
                .order(type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (type.substring(1)) {
                case "f8" -> bytes.putDouble(random.nextDouble());
                case "f4" -> bytes.putFloat(random.nextFloat());
                case "f2" -> bytes.putShort(Float.floatToFloat16(random.nextFloat()));
                case "u1" -> bytes.put((byte) random.nextInt());
                default -> throw new IllegalArgumentException(type);
            }
        }
        return array(type, bytes.array(), extents);
    }

    /** Labels 0 to 9, over and over. */
    static byte[] labels(int count) {
        return array("|u1", SyntheticSet.labels(count), count);
    }

    private static byte[] array(String type, byte[] numbers, int... extents) {
        StringBuilder shape = new StringBuilder();
        for (int extent : extents) {
            shape.append(extent).append(',');
        }
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        byte[] header = (text + " ".repeat(117 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(10 + header.length + numbers.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) header.length)
                .put(header)
                .put(numbers)
                .array();
    }
}
