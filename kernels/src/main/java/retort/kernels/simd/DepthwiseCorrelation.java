package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * The correlation of a depthwise convolution: a vector holds channels of one pixel, and some pixels' sums stay in
 * registers. Pixels at an image's sides, whose kernels have columns outside, are done one by one without those columns;
 * where the others, or channels, are no whole number of tiles, the last tile overlaps the one before it and computes
 * the same again.
 */
final class DepthwiseCorrelation extends Correlation {
    /** Pixels of the kernel up to which it is written out, and products: HotSpot compiles no longer methods. */
    private static final int WRITTEN_OUT = 50;

    private static final int PRODUCTS_WRITTEN_OUT = 200;

    /** Pixels in a tile, by its number; the last is for what is left. */
    private static final int[] TILE_PIXELS = {8, 4, 1};

    private final Conv2dSpec spec;

    /** By tile, rows and columns that are met, and columns of the sweep; made when first asked for. */
    private final DepthwiseKernel[] kernels;

    /** @param spec of the convolution in which each channel would meet all */
    DepthwiseCorrelation(Conv2dSpec spec, HostTensor image, HostTensor result, SimdEpilogue epilogue, int threads) {
        super(spec, image, result, false, spec.channels(), spec.channels(), epilogue, threads);
        this.spec = spec;
        int columns = spec.kernelWidth() + 1;
        kernels = new DepthwiseKernel[TILE_PIXELS.length * (spec.kernelHeight() + 1) * columns * columns];
    }

    private DepthwiseKernel kernel(int tile, int rows, int taps, int rowTaps, int yStep) {
        int columns = spec.kernelWidth() + 1;
        int index = ((tile * (spec.kernelHeight() + 1) + rows) * columns + taps) * columns + rowTaps;
        DepthwiseKernel kernel = kernels[index];
        if (kernel == null) {
            int pixels = TILE_PIXELS[tile];
            kernel = DepthwiseKernel.of(new DepthwiseKernel.Tile(pixels, rows, taps, rowTaps, channels, step, yStep));
            kernels[index] = kernel;
        }
        return kernel;
    }

    @Override
    int packedAt(int at, int column, int tap, int taps) {
        return at + tap * channels;
    }

    @Override
    void packTap(HostTensor filter, int pixel, float[] packed, int at, int tap, int taps) {
        System.arraycopy(
                filter.array(), filter.offset() + pixel * channels, packed, packedAt(at, 0, tap, taps), channels);
    }

    @Override
    void row(int taps, int pixels, int from, int xAt, int fAt, int column, int yAt, Scratch scratch) {
        MicroKernel.Operands operands = scratch.operands();
        int first = Math.min(pixels, Math.ceilDiv(Math.max(0, -from), step));
        int end = Math.clamp(Math.floorDiv(inWidth - taps - from, step) + 1, first, pixels);
        for (int j = 0; j < first; j++) {
            side(taps, j, from, xAt, fAt, yAt, operands);
        }
        int products = Math.max(1, PRODUCTS_WRITTEN_OUT / (operands.runs() * taps));
        int most = Math.min(products, end - first);
        for (int j = first; j < end; ) {
            int tile = 0;
            while (TILE_PIXELS[tile] > most || TILE_PIXELS[tile] >= 2 * (end - j)) {
                tile++;
            }
            j = Math.min(j, end - TILE_PIXELS[tile]);
            tile(tile, taps, taps, xAt + j * step * channels, fAt, yAt + j * operands.ldc(), operands);
            j += TILE_PIXELS[tile];
        }
        for (int j = end; j < pixels; j++) {
            side(taps, j, from, xAt, fAt, yAt, operands);
        }
    }

    /** A pixel of whose kernel some columns are outside the image. */
    private void side(int taps, int j, int from, int xAt, int fAt, int yAt, MicroKernel.Operands operands) {
        int under = from + j * step;
        int first = Math.max(0, -under);
        int end = Math.max(first, Math.min(taps, inWidth - under));
        int x = xAt + (j * step + first) * channels;
        tile(TILE_PIXELS.length - 1, end - first, taps, x, fAt + first * channels, yAt + j * operands.ldc(), operands);
    }

    /** One tile, all channels of it; of the kernel {@code taps} of {@code rowTaps} columns. */
    private void tile(int tile, int taps, int rowTaps, int xAt, int fAt, int yAt, MicroKernel.Operands operands) {
        int rows = operands.runs();
        if (channels < LANES) {
            for (int p = 0; p < TILE_PIXELS[tile]; p++) {
                fewChannels(taps, rowTaps, xAt + p * step * channels, fAt, yAt + p * operands.ldc(), operands);
            }
            return;
        }
        int rest = channels % LANES == 0 ? channels : channels - LANES;
        if (rows * rowTaps > WRITTEN_OUT) {
            for (int p = 0; p < TILE_PIXELS[tile]; p++) {
                int x = xAt + p * step * channels;
                int y = yAt + p * operands.ldc();
                for (int c = 0; c < channels; c += LANES) {
                    int at = Math.min(c, channels - LANES);
                    largeKernel(taps, rowTaps, x + at, fAt + at, y + at, operands);
                }
            }
            return;
        }
        DepthwiseKernel kernel = kernel(tile, rows, taps, rowTaps, operands.ldc());
        float[] x = operands.a();
        float[] f = operands.b();
        float[] y = operands.c();
        kernel.run(x, xAt, operands.aRun(), f, fAt, y, yAt, channels / LANES);
        if (rest < channels) {
            kernel.run(x, xAt + rest, operands.aRun(), f, fAt + rest, y, yAt + rest, 1);
        }
    }

    /** A pixel with fewer channels than a vector has. */
    private void fewChannels(int taps, int rowTaps, int xAt, int fAt, int yAt, MicroKernel.Operands operands) {
        float[] x = operands.a();
        float[] f = operands.b();
        for (int c = 0; c < channels; c++) {
            float sum = 0;
            for (int r = 0; r < operands.runs(); r++) {
                for (int s = 0; s < taps; s++) {
                    sum += x[xAt + r * operands.aRun() + s * channels + c] * f[fAt + (r * rowTaps + s) * channels + c];
                }
            }
            operands.c()[yAt + c] = sum;
        }
    }

    /** A vector of a pixel's channels, where the kernel is too large to be written out. */
    private void largeKernel(int taps, int rowTaps, int xAt, int fAt, int yAt, MicroKernel.Operands operands) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int r = 0; r < operands.runs(); r++) {
            for (int s = 0; s < taps; s++) {
                FloatVector f = FloatVector.fromArray(SPECIES, operands.b(), fAt + (r * rowTaps + s) * channels);
                int under = xAt + r * operands.aRun() + s * channels;
                sum = FloatVector.fromArray(SPECIES, operands.a(), under).fma(f, sum);
            }
        }
        sum.intoArray(operands.c(), yAt);
    }
}
