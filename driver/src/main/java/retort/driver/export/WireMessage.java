package retort.driver.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of Protocol Buffers: fields in the order in which they are added. Its length is known as it grows, so it
 * is written in one pass, and tensors in it are not copied.
 *
 * <p>Source: "Encoding" in the documentation of Protocol Buffers.
 */
final class WireMessage {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FOUR_BYTES = 5;

    /** Bytes of the message, in order. */
    private interface Part {
        void writeTo(OutputStream out) throws IOException;
    }

    private final List<Part> parts = new ArrayList<>();
    private long bytes;

    /** Bytes that {@link #writeTo} writes. */
    long bytes() {
        return bytes;
    }

    /** An integer or enum. */
    WireMessage number(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    /** Several integers as a repeated field. */
    WireMessage numbers(int field, int... values) {
        for (int value : values) {
            number(field, value);
        }
        return this;
    }

    WireMessage number(int field, float value) {
        varint((long) field << 3 | FOUR_BYTES);
        add(Float.BYTES, out -> LittleEndian.write(new float[] {value}, out));
        return this;
    }

    WireMessage text(int field, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        delimited(field, encoded.length);
        add(encoded.length, out -> out.write(encoded));
        return this;
    }

    /** A message inside this one; what is added to it later is not seen. */
    WireMessage message(int field, WireMessage inner) {
        delimited(field, inner.bytes);
        List<Part> content = List.copyOf(inner.parts);
        add(inner.bytes, out -> {
            for (Part part : content) {
                part.writeTo(out);
            }
        });
        return this;
    }

    /** Elements as raw little-endian bytes. */
    WireMessage floats(int field, float[] elements) {
        delimited(field, (long) elements.length * Float.BYTES);
        add((long) elements.length * Float.BYTES, out -> LittleEndian.write(elements, out));
        return this;
    }

    void writeTo(OutputStream out) throws IOException {
        for (Part part : parts) {
            part.writeTo(out);
        }
    }

    private void delimited(int field, long length) {
        varint((long) field << 3 | LENGTH_DELIMITED);
        varint(length);
    }

    /** Seven bits a byte, the lowest first; all but the last byte have the highest bit set. */
    private void varint(long value) {
        byte[] encoded = new byte[10];
        int length = 0;
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            encoded[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        encoded[length++] = (byte) rest;
        int count = length;
        add(count, out -> out.write(encoded, 0, count));
    }

    private void add(long length, Part part) {
        parts.add(part);
        bytes += length;
    }
}
