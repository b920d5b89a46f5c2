package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;

import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * The correlation of a depthwise convolution: a vector holds channels of one pixel, and some pixels' sums stay in
 * registers. Pixels at an image's sides, whose kernels have columns outside, are done one by one without those columns;
 * where the others, or channels, are no whole number of tiles, the last tile overlaps the one before it and computes
 * the same again.
 */
final class DepthwiseCorrelation extends Correlation {
    /**
     * Columns of a kernel's row at once, a wider one's after each other: beside eight pixels' sums they have to be in
     * 16 registers, or 32.
     */
    private static final int TAPS = Blocking.REGISTERS < 32 ? 5 : 8;

    /** Pixels in a tile, by its number; the last is for what is left. */
    private static final int[] TILE_PIXELS = {8, 4, 1};

    private final Conv2dSpec spec;

    /** By tile, columns that are met, columns of the sweep, and whether they are added; made when first asked for. */
    private final DepthwiseKernel[] kernels;

    /** @param spec of the convolution in which each channel would meet all */
    DepthwiseCorrelation(Conv2dSpec spec, HostTensor image, HostTensor result, SimdEpilogue epilogue, int threads) {
        super(spec, image, result, false, spec.channels(), spec.channels(), 0, epilogue, threads);
        this.spec = spec;
        kernels = new DepthwiseKernel[2 * TILE_PIXELS.length * (TAPS + 1) * (spec.kernelWidth() + 1)];
    }

    private DepthwiseKernel kernel(int tile, int taps, int rowTaps, boolean adds, int yStep) {
        int index = ((tile * (TAPS + 1) + taps) * (spec.kernelWidth() + 1) + rowTaps) * 2 + (adds ? 1 : 0);
        DepthwiseKernel kernel = kernels[index];
        if (kernel == null) {
            int pixels = TILE_PIXELS[tile];
            kernel = DepthwiseKernel.of(new DepthwiseKernel.Tile(pixels, taps, rowTaps, channels, step, yStep, adds));
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
        for (int j = first; j < end; ) {
            int tile = 0;
            while (TILE_PIXELS[tile] > end - first || TILE_PIXELS[tile] >= 2 * (end - j)) {
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
        if (channels < LANES) {
            for (int p = 0; p < TILE_PIXELS[tile]; p++) {
                fewChannels(taps, rowTaps, xAt + p * step * channels, fAt, yAt + p * operands.ldc(), operands);
            }
            return;
        }
        vectors(tile, taps, rowTaps, xAt, fAt, yAt, channels / LANES, operands);
        if (channels % LANES > 0) {
            int rest = channels - LANES;
            vectors(tile, taps, rowTaps, xAt + rest, fAt + rest, yAt + rest, 1, operands);
        }
    }

    /** Some vectors of a tile's channels. */
    private void vectors(
            int tile, int taps, int rowTaps, int xAt, int fAt, int yAt, int count, MicroKernel.Operands operands) {
        int rows = operands.runs();
        int rowStep = operands.aRun();
        int s = 0;
        do {
            int some = Math.ceilDiv(taps - s, Math.max(1, Math.ceilDiv(taps - s, TAPS)));
            int further = s * channels;
            kernel(tile, some, rowTaps, s > 0, operands.ldc())
                    .run(
                            operands.a(),
                            xAt + further,
                            rows,
                            rowStep,
                            operands.b(),
                            fAt + further,
                            operands.c(),
                            yAt,
                            count);
            s += some;
        } while (s < taps);
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
}
