package retort.kernels.simd;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The innermost loop of a depthwise convolution: sums of some pixels stay in registers, vector after vector of
 * channels. The classes that implement it are made by {@link DepthwiseEmitter}, one for each {@link Tile}.
 */
abstract class DepthwiseKernel {
    /**
     * Pixels of a row whose sums are in registers, and what of the kernel they meet.
     *
     * @param pixels of the result
     * @param taps columns of the kernel
     * @param rowTaps columns of the kernel, those that are left out too
     * @param channels of a pixel
     * @param step input pixels from a pixel to the next
     * @param yStep elements from a pixel of the result to the next
     * @param adds to what the result is, or overwrites it
     */
    record Tile(int pixels, int taps, int rowTaps, int channels, int step, int yStep, boolean adds) {
        /** As profilers show its class: Depthwise8of3. */
        String name() {
            return "Depthwise" + pixels + "of" + taps;
        }
    }

    private static final Map<Tile, DepthwiseKernel> KERNELS = new ConcurrentHashMap<>();

    /** The kernel of a tile; made when first asked for, and only then. */
    static DepthwiseKernel of(Tile tile) {
        return KERNELS.computeIfAbsent(tile, key -> DepthwiseEmitter.of(key).define());
    }

    /**
     * Computes some vectors of channels of a tile.
     *
     * @param xAt where the first element under the kernel is
     * @param rows of the kernel
     * @param rowStep from a row of x to the next
     * @param fAt where the first element of the filter is
     * @param yAt where the first pixel's channels begin
     */
    abstract void run(float[] x, int xAt, int rows, int rowStep, float[] f, int fAt, float[] y, int yAt, int vectors);
}
