package retort.nn.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The fields of one message of Protocol Buffers, in order. Every length is held against the bytes that are there, and
 * who reads decides which fields are messages, so no file makes it go deeper than its format is.
 *
 * <p>Source: "Encoding" in the documentation of Protocol Buffers.
 */
final class WireReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int field;
    private int type;
    private int contentEnd;

    WireReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private WireReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
        this.contentEnd = from;
    }

    /**
     * Goes to the next field, past what was not read of the last one.
     *
     * @return whether there is one
     */
    boolean next() {
        at = contentEnd;
        if (at == end) {
            return false;
        }
        long tag = varint(end);
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 3 > Integer.MAX_VALUE) {
            throw new Refusal("is no ONNX file, or damaged: field " + (tag >>> 3) + " before byte " + at);
        }
        switch (type) {
            case VARINT -> {
                int from = at;
                varint(end);
                contentEnd = at;
                at = from;
            }
            case FIXED64 -> contentEnd = checked(Long.BYTES);
            case FIXED32 -> contentEnd = checked(Integer.BYTES);
            case LENGTH_DELIMITED -> contentEnd = checked(varint(end));
            default ->
                throw new Refusal("is no ONNX file, or damaged: field " + field + " is of wire type " + type
                        + " before byte " + at);
        }
        return true;
    }

    /** The end of content of this length from here on. */
    private int checked(long length) {
        if (length < 0 || length > end - at) {
            throw new Refusal("is no ONNX file, or truncated: field " + field + " has "
                    + Long.toUnsignedString(length) + " bytes at byte " + at + ", "
                    + (end - at) + " are there");
        }
        return at + (int) length;
    }

    /** Number of the field, as onnx.proto has it. */
    int field() {
        return field;
    }

    /** An integer or enum. */
    long number() {
        expect(VARINT);
        return varint(contentEnd);
    }

    /** The same as an int, as enums and small numbers are. */
    int integer() {
        long number = number();
        if (number != (int) number) {
            throw new Refusal("is damaged: field " + field + " has the number " + number);
        }
        return (int) number;
    }

    float float32() {
        expect(FIXED32);
        return view().getFloat(at);
    }

    /** Control characters and the like are for who prints it. */
    String text() {
        expect(LENGTH_DELIMITED);
        return new String(bytes, at, contentEnd - at, StandardCharsets.UTF_8);
    }

    /** A message inside this one. */
    WireReader message() {
        expect(LENGTH_DELIMITED);
        return new WireReader(bytes, at, contentEnd);
    }

    /** Bytes as they are, little-endian; nothing is copied. */
    ByteBuffer raw() {
        expect(LENGTH_DELIMITED);
        return ByteBuffer.wrap(bytes, at, contentEnd - at).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Adds a repeated integer, packed or one of them. */
    void numbersTo(Numbers numbers) {
        if (type == VARINT) {
            numbers.add(number());
            return;
        }
        expect(LENGTH_DELIMITED);
        while (at < contentEnd) {
            numbers.add(varint(contentEnd));
        }
    }

    /** Adds repeated float32 or float64 numbers, packed or one of them, by their bits. */
    void fixedTo(int elementBytes, Numbers numbers) {
        if (type != LENGTH_DELIMITED) {
            expect(elementBytes == Integer.BYTES ? FIXED32 : FIXED64);
        } else if ((contentEnd - at) % elementBytes != 0) {
            throw new Refusal("is damaged: field " + field + " has " + (contentEnd - at)
                    + " bytes, expected a multiple of " + elementBytes);
        }
        for (; at < contentEnd; at += elementBytes) {
            numbers.add(elementBytes == Integer.BYTES ? view().getInt(at) : view().getLong(at));
        }
    }

    private ByteBuffer view() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void expect(int wanted) {
        if (type != wanted) {
            throw new Refusal("is no ONNX file, or damaged: field " + field + " is of wire type " + type + ", expected "
                    + wanted);
        }
    }

    /** Seven bits a byte, the lowest first; all but the last byte have the highest bit set. */
    private long varint(int limit) {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            if (at == limit) {
                throw new Refusal("is no ONNX file, or truncated: a number ends at byte " + at);
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7F) << 7 * i;
            if (next >= 0) {
                return value;
            }
        }
        throw new Refusal("is no ONNX file, or damaged: a number of more than 10 bytes before byte " + at);
    }
}
