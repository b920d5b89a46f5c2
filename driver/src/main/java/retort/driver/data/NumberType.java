package retort.driver.data;

import java.nio.ByteBuffer;
import java.util.Locale;

/** How a number stands in a file. */
public enum NumberType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    INT64(8),
    FLOAT16(2),
    FLOAT32(4),
    FLOAT64(8);

    private final int bytes;

    NumberType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    public boolean isFloat() {
        return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
    }

    /** The next number. */
    public double next(ByteBuffer from) {
        return switch (this) {
            case UINT8 -> Byte.toUnsignedInt(from.get());
            case INT8 -> from.get();
            case UINT16 -> Short.toUnsignedInt(from.getShort());
            case INT16 -> from.getShort();
            case UINT32 -> Integer.toUnsignedLong(from.getInt());
            case INT32 -> from.getInt();
            case INT64 -> from.getLong();
            case FLOAT16 -> Float.float16ToFloat(from.getShort());
            case FLOAT32 -> from.getFloat();
            case FLOAT64 -> from.getDouble();
        };
    }

    /** The same of a type of whole numbers, exactly. */
    long nextWhole(ByteBuffer from) {
        return this == INT64 ? from.getLong() : (long) next(from);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
