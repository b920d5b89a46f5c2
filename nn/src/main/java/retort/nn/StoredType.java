package retort.nn;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import retort.kernels.op.Bfloat16;
import retort.kernels.op.ElementType;

/** A number in a safetensors file. Our own files have the first three; files of others may have any. */
enum StoredType {
    F32(Float.BYTES, ElementType.FLOAT32),
    BF16(Short.BYTES, ElementType.BFLOAT16),
    I8(Byte.BYTES, ElementType.INT8),
    F16(Short.BYTES, null),
    F64(Double.BYTES, null),
    U8(Byte.BYTES, null),
    I32(Integer.BYTES, null),
    I64(Long.BYTES, null);

    private final int bytes;
    private final ElementType ours;

    StoredType(int bytes, ElementType ours) {
        this.bytes = bytes;
        this.ours = ours;
    }

    static StoredType of(ElementType type) {
        return Arrays.stream(values())
                .filter(each -> each.ours == type)
                .findFirst()
                .orElseThrow();
    }

    /** @param dtype as the format writes it */
    static Optional<StoredType> of(String dtype) {
        return Arrays.stream(values()).filter(type -> type.name().equals(dtype)).findFirst();
    }

    /** Of one number. */
    int bytes() {
        return bytes;
    }

    /** Whether our own files have it. */
    boolean isOurs() {
        return ours != null;
    }

    /** What its numbers are once they are read: float32, but where weights keep a type of ours. */
    ElementType read() {
        return isOurs() ? ours : ElementType.FLOAT32;
    }

    /** The next numbers of a little-endian buffer. */
    void get(ByteBuffer buffer, float[] elements, int from, int count) {
        if (this == F32) {
            buffer.asFloatBuffer().get(elements, from, count);
            return;
        }
        for (int e = from; e < from + count; e++) {
            elements[e] = switch (this) {
                case F32 -> buffer.getFloat();
                case BF16 -> Bfloat16.widened(buffer.getShort());
                case F16 -> Float.float16ToFloat(buffer.getShort());
                case F64 -> (float) buffer.getDouble();
                case I8 -> buffer.get();
                case U8 -> buffer.get() & 0xFF;
                case I32 -> buffer.getInt();
                case I64 -> buffer.getLong();
            };
        }
    }

    /** Puts elements into a little-endian buffer, rounded; of a type of ours. */
    void put(ByteBuffer buffer, float[] elements, int from, int count) {
        switch (this) {
            case F32 -> buffer.asFloatBuffer().put(elements, from, count);
            case BF16 -> {
                for (int e = from; e < from + count; e++) {
                    buffer.putShort(Bfloat16.of(elements[e]));
                }
            }
            case I8 -> {
                for (int e = from; e < from + count; e++) {
                    buffer.put((byte) elements[e]);
                }
            }
            default -> throw new IllegalArgumentException("safetensors: " + this + " is not written");
        }
    }
}
