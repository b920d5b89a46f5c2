package retort.kernels.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Arrays that closed scopes gave back, by length. A training loop opens and closes the same shapes every step and so
 * gets the same arrays every step, without zeroing and without work for the garbage collector. Who asks for ever new
 * lengths fills this up, and then it starts anew.
 */
final class HostMemory {
    /**
     * Longer arrays (parameters of a large layer) are left to the garbage collector instead of being held for ever.
     * What inference makes of 1,000 images in the teacher's convolution, 21.6 million elements, is kept.
     */
    private static final int LONGEST_KEPT = 24_000_000;

    private final Map<Integer, ArrayDeque<float[]>> free = new HashMap<>();
    private final long mostKept;
    private long kept;

    /** Keeps up to a quarter of the heap. */
    HostMemory() {
        this(Runtime.getRuntime().maxMemory() / 4 / Float.BYTES);
    }

    /** @param mostKept elements in all the arrays that are kept */
    HostMemory(long mostKept) {
        this.mostKept = mostKept;
    }

    /** An array of just this length; its elements are unspecified. */
    float[] take(int length) {
        ArrayDeque<float[]> arrays = free.get(length);
        if (arrays == null || arrays.isEmpty()) {
            return new float[length];
        }
        kept -= length;
        return arrays.pop();
    }

    void give(float[] array) {
        if (array.length > Math.min(LONGEST_KEPT, mostKept)) {
            return;
        }
        if (kept + array.length > mostKept) {
            clear();
        }
        free.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
        kept += array.length;
    }

    /** Elements in all the arrays that are kept. */
    long kept() {
        return kept;
    }

    void clear() {
        free.clear();
        kept = 0;
    }
}
