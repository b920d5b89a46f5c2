package retort.bench.kernel;

/** One library at the work of one spec, everything prepared: what is timed is {@link #run} and {@link #await}. */
public interface Contender extends AutoCloseable {
    /** Does the work once, or gives it to a device, which may still be at it when this returns. */
    void run();

    /** Returns when all work is done. */
    default void await() {
        // What computes on the thread that calls it is done then.
    }

    /** The elements of an operand as the runs left them, in the layout that the spec gives it. Not timed. */
    float[] elements(int operand);

    @Override
    void close();
}
