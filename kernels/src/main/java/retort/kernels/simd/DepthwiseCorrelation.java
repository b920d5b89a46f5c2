package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * The correlation of a depthwise convolution: a vector holds channels of one pixel, and some pixels' sums stay in
 * registers while the kernel's pixels are gone through. Where pixels or channels are no whole number of tiles, the last
 * tile overlaps the one before it and computes the same again.
 */
final class DepthwiseCorrelation extends Correlation {
    /** Pixels in a tile, and in one where fewer are left. */
    private static final int PIXELS = 8;

    private static final int FEW_PIXELS = 4;

    /** @param spec of the convolution in which each channel would meet all */
    DepthwiseCorrelation(Conv2dSpec spec, HostTensor image, HostTensor result, SimdEpilogue epilogue, int threads) {
        super(spec, image, result, spec.channels(), spec.channels(), epilogue, threads);
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
    void row(int taps, int pixels, int xAt, int fAt, int column, int yAt, Scratch scratch) {
        MicroKernel.Operands operands = scratch.operands();
        int xStep = step * channels;
        int yStep = operands.ldc();
        int left = pixels;
        for (int j = 0; left > 0; ) {
            int tile = pixels >= PIXELS && left > FEW_PIXELS ? PIXELS : pixels >= FEW_PIXELS ? FEW_PIXELS : 1;
            j = Math.min(j, pixels - tile);
            if (channels < LANES) {
                tileOfFewChannels(tile, operands, taps, xAt + j * xStep, xStep, fAt, yAt + j * yStep);
            } else {
                for (int c = 0; c < channels; c += LANES) {
                    int from = Math.min(c, channels - LANES);
                    int x = xAt + j * xStep + from;
                    int y = yAt + j * yStep + from;
                    switch (tile) {
                        case PIXELS -> eight(operands, taps, channels, x, xStep, fAt + from, y);
                        case FEW_PIXELS -> four(operands, taps, channels, x, xStep, fAt + from, y);
                        default -> one(operands, taps, channels, x, fAt + from, y);
                    }
                }
            }
            j += tile;
            left = pixels - j;
        }
    }

    private void tileOfFewChannels(
            int tile, MicroKernel.Operands operands, int taps, int xAt, int xStep, int fAt, int yAt) {
        float[] x = operands.a();
        float[] f = operands.b();
        for (int j = 0; j < tile; j++) {
            for (int c = 0; c < channels; c++) {
                float sum = 0;
                for (int r = 0; r < operands.runs(); r++) {
                    int under = xAt + j * xStep + r * operands.aRun() + c;
                    for (int s = 0; s < taps; s++) {
                        sum += x[under + s * channels] * f[fAt + (r * taps + s) * channels + c];
                    }
                }
                operands.c()[yAt + j * operands.ldc() + c] = sum;
            }
        }
    }

    private static void eight(
            MicroKernel.Operands operands, int taps, int channels, int xAt, int xStep, int fAt, int yAt) {
        float[] x = operands.a();
        float[] f = operands.b();
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        FloatVector sum4 = sum0;
        FloatVector sum5 = sum0;
        FloatVector sum6 = sum0;
        FloatVector sum7 = sum0;
        int at = fAt;
        for (int r = 0; r < operands.runs(); r++) {
            int under = xAt + r * operands.aRun();
            for (int s = 0; s < taps; s++) {
                FloatVector tap = FloatVector.fromArray(SPECIES, f, at);
                sum0 = FloatVector.fromArray(SPECIES, x, under).fma(tap, sum0);
                sum1 = FloatVector.fromArray(SPECIES, x, under + xStep).fma(tap, sum1);
                sum2 = FloatVector.fromArray(SPECIES, x, under + 2 * xStep).fma(tap, sum2);
                sum3 = FloatVector.fromArray(SPECIES, x, under + 3 * xStep).fma(tap, sum3);
                sum4 = FloatVector.fromArray(SPECIES, x, under + 4 * xStep).fma(tap, sum4);
                sum5 = FloatVector.fromArray(SPECIES, x, under + 5 * xStep).fma(tap, sum5);
                sum6 = FloatVector.fromArray(SPECIES, x, under + 6 * xStep).fma(tap, sum6);
                sum7 = FloatVector.fromArray(SPECIES, x, under + 7 * xStep).fma(tap, sum7);
                at += channels;
                under += channels;
            }
        }
        float[] y = operands.c();
        int yStep = operands.ldc();
        sum0.intoArray(y, yAt);
        sum1.intoArray(y, yAt + yStep);
        sum2.intoArray(y, yAt + 2 * yStep);
        sum3.intoArray(y, yAt + 3 * yStep);
        sum4.intoArray(y, yAt + 4 * yStep);
        sum5.intoArray(y, yAt + 5 * yStep);
        sum6.intoArray(y, yAt + 6 * yStep);
        sum7.intoArray(y, yAt + 7 * yStep);
    }

    private static void four(
            MicroKernel.Operands operands, int taps, int channels, int xAt, int xStep, int fAt, int yAt) {
        float[] x = operands.a();
        float[] f = operands.b();
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int at = fAt;
        for (int r = 0; r < operands.runs(); r++) {
            int under = xAt + r * operands.aRun();
            for (int s = 0; s < taps; s++) {
                FloatVector tap = FloatVector.fromArray(SPECIES, f, at);
                sum0 = FloatVector.fromArray(SPECIES, x, under).fma(tap, sum0);
                sum1 = FloatVector.fromArray(SPECIES, x, under + xStep).fma(tap, sum1);
                sum2 = FloatVector.fromArray(SPECIES, x, under + 2 * xStep).fma(tap, sum2);
                sum3 = FloatVector.fromArray(SPECIES, x, under + 3 * xStep).fma(tap, sum3);
                at += channels;
                under += channels;
            }
        }
        float[] y = operands.c();
        int yStep = operands.ldc();
        sum0.intoArray(y, yAt);
        sum1.intoArray(y, yAt + yStep);
        sum2.intoArray(y, yAt + 2 * yStep);
        sum3.intoArray(y, yAt + 3 * yStep);
    }

    private static void one(MicroKernel.Operands operands, int taps, int channels, int xAt, int fAt, int yAt) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int at = fAt;
        for (int r = 0; r < operands.runs(); r++) {
            int under = xAt + r * operands.aRun();
            for (int s = 0; s < taps; s++) {
                FloatVector tap = FloatVector.fromArray(SPECIES, operands.b(), at);
                sum = FloatVector.fromArray(SPECIES, operands.a(), under).fma(tap, sum);
                at += channels;
                under += channels;
            }
        }
        sum.intoArray(operands.c(), yAt);
    }
}
