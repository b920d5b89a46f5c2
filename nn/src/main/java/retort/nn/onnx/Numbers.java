package retort.nn.onnx;

import java.util.Arrays;

/** Whole numbers, or the bits of others, of which it is not known beforehand how many there are. */
final class Numbers {
    private long[] values = new long[8];
    private int count;

    void add(long value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }

    int count() {
        return count;
    }

    long[] toArray() {
        return Arrays.copyOf(values, count);
    }
}
