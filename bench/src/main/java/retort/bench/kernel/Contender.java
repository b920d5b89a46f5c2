package retort.bench.kernel;

/** One library at the work of one spec, everything prepared: what is timed is {@link #run} alone. */
public interface Contender extends AutoCloseable {
    /** Does the work once, and returns when it is done. */
    void run();

    /** The elements of an operand as the runs left them, in the layout that the spec gives it. Not timed. */
    float[] elements(int operand);

    @Override
    void close();
}
