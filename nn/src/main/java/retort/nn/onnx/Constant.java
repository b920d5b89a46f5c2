package retort.nn.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A tensor that is known when a network is loaded: weights as float32, and whole numbers, which shapes are made of.
 *
 * @param dims extents; none for a single number
 * @param floats the elements, or null for whole numbers
 * @param integers the elements, or null for floats
 */
record Constant(int[] dims, float[] floats, long[] integers) implements Value {
    static Constant of(int[] dims, float[] elements) {
        return new Constant(dims, elements, null);
    }

    static Constant of(int[] dims, long[] elements) {
        return new Constant(dims, null, elements);
    }

    static Constant list(long... elements) {
        return of(new int[] {elements.length}, elements);
    }

    boolean isFloat() {
        return floats != null;
    }

    int size() {
        return isFloat() ? floats.length : integers.length;
    }

    Constant withDims(int[] other) {
        return new Constant(other, floats, integers);
    }

    /** Element types of onnx.proto. */
    private enum Type {
        FLOAT(1, 4),
        UINT8(2, 1),
        INT8(3, 1),
        INT32(6, 4),
        INT64(7, 8),
        BOOL(9, 1),
        FLOAT16(10, 2),
        DOUBLE(11, 8);

        private final int number;
        private final int bytes;

        Type(int number, int bytes) {
            this.number = number;
            this.bytes = bytes;
        }

        static Type of(String tensor, int number) {
            for (Type type : values()) {
                if (type.number == number) {
                    return type;
                }
            }
            throw new Refusal("tensor " + tensor + " is of element type " + number
                    + ", expected floats (1, 10, 11) or whole numbers (2, 3, 6, 7, 9)");
        }

        boolean isFloat() {
            return this == FLOAT || this == FLOAT16 || this == DOUBLE;
        }
    }

    /** A tensor and its name. */
    record Named(String name, Constant constant) {}

    static Constant read(WireReader message, ExternalData folder) {
        return readNamed(message, folder).constant();
    }

    static Named readNamed(WireReader message, ExternalData folder) {
        Numbers dims = new Numbers();
        int type = 0;
        Numbers data = new Numbers();
        String name = "";
        ByteBuffer raw = null;
        Map<String, String> external = new LinkedHashMap<>();
        boolean isExternal = false;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> message.numbersTo(dims);
                case 2 -> type = message.integer();
                case 4 -> message.fixedTo(Float.BYTES, data);
                case 5, 7, 11 -> message.numbersTo(data);
                case 8 -> name = message.text();
                case 9 -> raw = message.raw();
                case 10 -> message.fixedTo(Double.BYTES, data);
                case 13 -> entry(message.message(), external);
                case 14 -> isExternal = message.integer() == 1;
                default -> {
                    // Strings and segments, which no weight has.
                }
            }
        }
        Type kind = Type.of(name, type);
        int[] extents = extents(name, dims.toArray());
        long count = count(name, extents);
        if (isExternal) {
            raw = folder.read(name, external, count * kind.bytes);
        }
        boolean fits = raw != null ? raw.remaining() == count * kind.bytes : data.count() == count;
        if (!fits) {
            throw new Refusal("tensor " + name + " of " + Arrays.toString(extents) + " has "
                    + (raw != null ? raw.remaining() + " bytes" : data.count() + " elements") + ", expected "
                    + (raw != null ? count * kind.bytes : count));
        }
        return new Named(name, elements(kind, extents, (int) count, raw != null ? raw : bytes(kind, data)));
    }

    private static void entry(WireReader message, Map<String, String> entries) {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.field()) {
                case 1 -> key = message.text();
                case 2 -> value = message.text();
                default -> {
                    // There is no other field.
                }
            }
        }
        entries.put(key, value);
    }

    private static int[] extents(String name, long[] dims) {
        int[] extents = new int[dims.length];
        for (int i = 0; i < extents.length; i++) {
            if (dims[i] < 0 || dims[i] > Integer.MAX_VALUE) {
                throw new Refusal("tensor " + name + " has the shape " + Arrays.toString(dims));
            }
            extents[i] = (int) dims[i];
        }
        return extents;
    }

    private static long count(String name, int[] extents) {
        long count = 1;
        for (int extent : extents) {
            count *= extent;
            if (count > ExternalData.MOST_BYTES) {
                throw new Refusal(
                        "tensor " + name + " has " + Arrays.toString(extents) + ", more elements than an array holds");
            }
        }
        return count;
    }

    /** Repeated fields as the raw bytes that they could have been. */
    private static ByteBuffer bytes(Type type, Numbers data) {
        ByteBuffer raw = ByteBuffer.allocate(Math.toIntExact((long) data.count() * type.bytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (long value : data.toArray()) {
            switch (type.bytes) {
                case 1 -> raw.put((byte) value);
                case 2 -> raw.putShort((short) value);
                case 4 -> raw.putInt((int) value);
                default -> raw.putLong(value);
            }
        }
        return raw.flip();
    }

    private static Constant elements(Type type, int[] dims, int count, ByteBuffer raw) {
        float[] floats = new float[type.isFloat() ? count : 0];
        long[] integers = new long[type.isFloat() ? 0 : count];
        for (int e = 0; e < count; e++) {
            switch (type) {
                case FLOAT -> floats[e] = raw.getFloat(e * Float.BYTES);
                case FLOAT16 -> floats[e] = Float.float16ToFloat(raw.getShort(e * Short.BYTES));
                case DOUBLE -> floats[e] = (float) raw.getDouble(e * Double.BYTES);
                case INT64 -> integers[e] = raw.getLong(e * Long.BYTES);
                case INT32 -> integers[e] = raw.getInt(e * Integer.BYTES);
                case INT8 -> integers[e] = raw.get(e);
                case UINT8, BOOL -> integers[e] = raw.get(e) & 0xFF;
            }
        }
        return type.isFloat() ? of(dims, floats) : of(dims, integers);
    }
}
