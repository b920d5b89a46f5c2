package retort.kernels.engine;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Arrays that closed scopes gave back, by length. A training loop opens and closes the same shapes every step and so
 * gets the same arrays every step, without zeroing and without work for the garbage collector. Who asks for ever new
 * lengths fills this up, and then it starts anew; where the heap is full, what is kept makes room, for whatever asks:
 * it is softly referenced, so that the arrays of a backend that is idle are no others' loss.
 *
 * <p>The threads of a backend may all ask for arrays.
 */
final class HostMemory {
    /**
     * Longer arrays (parameters of a large layer) are left to the garbage collector instead of being held for ever.
     * What inference makes of 1,000 images in the teacher's convolution, 21.6 million elements, is kept.
     */
    private static final int LONGEST_KEPT = 24_000_000;

    /** Where arrays come from; tests put one in its place that fails. */
    static volatile IntFunction<float[]> heap = float[]::new;

    private final long mostKept;
    private SoftReference<Kept> kept = new SoftReference<>(null);
    private long lent;

    /** Arrays by length, and the elements of all of them. */
    private static final class Kept {
        private final Map<Integer, ArrayDeque<float[]>> arrays = new HashMap<>();
        private long elements;
    }

    /** Keeps up to a quarter of the heap. */
    HostMemory() {
        this(Runtime.getRuntime().maxMemory() / 4 / Float.BYTES);
    }

    /** @param mostKept elements in all the arrays that are kept */
    HostMemory(long mostKept) {
        this.mostKept = mostKept;
    }

    /** An array of just this length, to be given back; its elements are unspecified. */
    synchronized float[] take(int length) {
        float[] array = pop(length);
        if (array == null) {
            array = make(length);
        }
        lent += length;
        return array;
    }

    /** While this runs nothing that is kept can be dropped; null for none. */
    private float[] pop(int length) {
        Kept all = kept.get();
        ArrayDeque<float[]> arrays = all == null ? null : all.arrays.get(length);
        if (arrays == null || arrays.isEmpty()) {
            return null;
        }
        all.elements -= length;
        return arrays.pop();
    }

    /** A new array that is not given back. What is kept is dropped if there is no other room for it. */
    synchronized float[] make(int length) {
        try {
            return heap.apply(length);
        } catch (OutOfMemoryError e) {
            if (kept() == 0) {
                throw e;
            }
            clear();
            return heap.apply(length);
        }
    }

    synchronized void give(float[] array) {
        lent -= array.length;
        if (array.length > Math.min(LONGEST_KEPT, mostKept)) {
            return;
        }
        Kept all = kept.get();
        if (all == null || all.elements + array.length > mostKept) {
            all = new Kept();
            kept = new SoftReference<>(all);
        }
        all.arrays.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
        all.elements += array.length;
    }

    /** Elements in all the arrays that are kept. */
    synchronized long kept() {
        Kept all = kept.get();
        return all == null ? 0 : all.elements;
    }

    /** Elements in all the arrays that were taken and not given back. */
    synchronized long lent() {
        return lent;
    }

    synchronized void clear() {
        kept.clear();
    }
}
