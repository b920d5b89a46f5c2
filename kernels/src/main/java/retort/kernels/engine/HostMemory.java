package retort.kernels.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Arrays that closed scopes gave back, by length. A training loop opens and closes the same shapes every step and so
 * gets the same arrays every step, without zeroing and without work for the garbage collector.
 */
final class HostMemory {
    /**
     * Longer arrays (parameters of a large layer) are left to the garbage collector instead of being held for ever.
     * What inference makes of 1,000 images in the teacher's convolution, 21.6 million elements, is kept.
     */
    private static final int LONGEST_KEPT = 24_000_000;

    private final Map<Integer, ArrayDeque<float[]>> free = new HashMap<>();

    /** An array of just this length; its elements are unspecified. */
    float[] take(int length) {
        ArrayDeque<float[]> arrays = free.get(length);
        return arrays == null || arrays.isEmpty() ? new float[length] : arrays.pop();
    }

    void give(float[] array) {
        if (array.length <= LONGEST_KEPT) {
            free.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
        }
    }

    void clear() {
        free.clear();
    }
}
