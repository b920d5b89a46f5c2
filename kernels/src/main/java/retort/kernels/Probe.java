package retort.kernels;

/**
 * Loops that show what this machine can do at most, and the building blocks that no op shows alone: what the speed of
 * kernels is held against. Each runs on the calling thread.
 */
public interface Probe {
    /** Floating-point operations of one {@link #fma}, on vectors of any width. */
    long FMA_FLOPS = 12L << 20;

    /**
     * Fused multiply-adds on registers alone.
     *
     * @return what was summed up, so that the work can't be left out
     */
    float fma(float factor);

    /** x = y + factor z: 12 bytes an element. Source: McCalpin 1995 (STREAM). */
    void triad(float[] x, float[] y, float[] z, float factor);

    /**
     * w = w + factor g, and m and v alike: 28 bytes an element over four arrays, three of them written back, as an Adam
     * step reads and writes, with no more arithmetic than it takes to need every element.
     */
    void update(float[] w, float[] g, float[] m, float[] v, float factor);

    /** y = e^x by the engine's own polynomial, whole vectors only. */
    void exp(float[] x, float[] y);

    /** y = e^x by the JDK's vector library, whole vectors only. */
    void jdkExp(float[] x, float[] y);
}
