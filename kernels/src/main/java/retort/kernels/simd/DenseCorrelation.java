package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * The correlation of a convolution: a tile of output pixels is the sum over rows of the kernel of in-place products,
 * which {@link TileKind#STRIDED} tiles add up in registers. The filter is packed as panels of its last axis, for an
 * input gradient with channels and filters exchanged: [panel][r, s, c][filter].
 */
final class DenseCorrelation extends Correlation {
    private final boolean exchanged;

    DenseCorrelation(Conv2dSpec spec, HostTensor image, HostTensor result, SimdEpilogue epilogue, int threads) {
        boolean forward = spec.pass() == Conv2dSpec.Pass.FORWARD;
        int rows = forward ? spec.channels() : spec.filters();
        int columns = forward ? spec.filters() : spec.channels();
        super(spec, image, result, true, (long) rows * Math.ceilDiv(columns, NR) * NR, NR, 0, epilogue, threads);
        exchanged = !forward;
    }

    @Override
    int packedAt(int at, int column, int tap, int taps) {
        return at + (column * taps + tap * NR) * channels;
    }

    @Override
    void packTap(HostTensor filter, int pixel, float[] packed, int at, int tap, int taps) {
        int from = filter.offset() + pixel * channels * filters;
        for (int column = 0; column < filters; column += NR) {
            int to = packedAt(at, column, tap, taps);
            int width = Math.min(NR, filters - column);
            if (exchanged) {
                transpose(filter.array(), from + column * channels, width, packed, to);
            } else {
                packPanel(filter.array(), from + column, filters, channels, width, packed, to);
            }
        }
    }

    /**
     * Columns of a row-major matrix as a panel, padded with zeros.
     *
     * @param step from a row to the next
     * @param width columns, at most a panel's
     */
    static void packPanel(float[] from, int at, int step, int rows, int width, float[] to, int toAt) {
        for (int row = 0; row < rows; row++) {
            int source = at + row * step;
            int target = toAt + row * NR;
            if (width == NR) {
                FloatVector.fromArray(SPECIES, from, source).intoArray(to, target);
                FloatVector.fromArray(SPECIES, from, source + LANES).intoArray(to, target + LANES);
            } else {
                System.arraycopy(from, source, to, target, width);
                Arrays.fill(to, target + width, target + NR, 0);
            }
        }
    }

    /** Rows of {@code channels} elements become columns of a panel. */
    private void transpose(float[] from, int at, int width, float[] to, int toAt) {
        for (int c = 0; c < channels; c++) {
            int target = toAt + c * NR;
            for (int j = 0; j < width; j++) {
                to[target + j] = from[at + j * channels + c];
            }
            Arrays.fill(to, target + width, target + NR, 0);
        }
    }

    @Override
    void row(int taps, int pixels, int from, int xAt, int fAt, int column, int yAt, Scratch scratch) {
        int width = Math.min(NR, filters - column);
        int run = taps * channels;
        int lda = step * channels;
        MicroKernel.Operands operands = scratch.operands();
        if (width <= LANES) {
            TileKind.EDGE.run(run, pixels, xAt, lda, fAt, operands.width(width), yAt);
        } else if (width == NR) {
            TileKind kind = run == FilterGradient.RUN && lda == 1 ? TileKind.PIXELS : TileKind.STRIDED;
            kind.run(run, pixels, xAt, lda, fAt, operands, yAt);
        } else {
            float[] edge = scratch.take(Scratch.Use.TILE, pixels * NR);
            MicroKernel.Operands toEdge = scratch.edgeOperands()
                    .set(operands.a(), operands.b(), edge, NR)
                    .runs(operands.runs(), operands.aRun());
            TileKind.STRIDED.run(run, pixels, xAt, lda, fAt, toEdge, 0);
            for (int j = 0; j < pixels; j++) {
                System.arraycopy(edge, j * NR, operands.c(), yAt + j * operands.ldc(), width);
            }
        }
    }
}
