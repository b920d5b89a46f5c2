package retort.kernels.engine;

import retort.kernels.Backend;

/** The Java heap of the CPU engines' arrays, counted, and full at one of them, until this is closed. */
public final class FailingHeap implements AutoCloseable {
    private final int first;
    private final int last;
    private int arrays;

    private FailingHeap(int first, int last) {
        this.first = first;
        this.last = last;
        HostMemory.heap = this::make;
    }

    /** Full at array {@code number}, counted from 1, and asked again after what is kept was dropped. */
    public static FailingHeap at(int number) {
        return new FailingHeap(number, number + 1);
    }

    /** Full at that array, but not after what is kept was dropped. */
    public static FailingHeap onceAt(int number) {
        return new FailingHeap(number, number);
    }

    /** Never full. */
    public static FailingHeap counting() {
        return new FailingHeap(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    private synchronized float[] make(int length) {
        arrays++;
        if (arrays >= first && arrays <= last) {
            throw new OutOfMemoryError("array " + arrays + " of a test");
        }
        return new float[length];
    }

    /** Arrays that were asked for. */
    public synchronized int arrays() {
        return arrays;
    }

    /** Elements of a CPU engine's tensors that are not given back. */
    public static long lent(Backend backend) {
        return ((HostBackend) backend).memory().lent();
    }

    /** Elements that it keeps for later tensors. */
    public static long kept(Backend backend) {
        return ((HostBackend) backend).memory().kept();
    }

    @Override
    public void close() {
        HostMemory.heap = float[]::new;
    }
}
