package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;

import java.util.Arrays;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.Epilogue;

/**
 * A convolution of one channel whose filters fill half a vector, a vector at most, forward: {@link TileKind#NARROW}
 * tiles of some pixels of a row, whose sums start from the bias. Masked stores would cost as much as the products (of 6
 * filters of 5 x 5 on one Zen 3 core), so vectors are stored whole, each pixel over what the one before has too much;
 * the last tile of a row is copied.
 */
final class NarrowCorrelation extends Correlation {
    /** Columns of a kernel that are written out, at most. */
    private static final int MOST_COLUMNS = 8;

    private final HostTensor y;
    private final HostTensor bias;
    private final int length;

    static boolean suits(Conv2dSpec spec) {
        return spec.channels() == 1
                && spec.stride() == 1
                && 2 * spec.filters() >= LANES
                && spec.filters() <= LANES
                && spec.kernelWidth() <= MOST_COLUMNS;
    }

    NarrowCorrelation(Conv2dSpec spec, HostTensor x, HostTensor y, Fused<HostTensor> fused, int threads) {
        Epilogue all = spec.epilogue();
        int length = spec.outWidth() * spec.filters();
        Epilogue afterBias = new Epilogue(false, all.relu(), all.dropout(), all.gate());
        super(spec, x, y, true, LANES, LANES, LANES, new SimdEpilogue(afterBias, fused, y, length), threads);
        this.y = y;
        this.bias = all.bias() ? fused.bias() : null;
        this.length = length;
    }

    /** A vector of the bias. */
    @Override
    void packFirst(float[] packed) {
        Arrays.fill(packed, 0, LANES, 0);
        if (bias != null) {
            System.arraycopy(bias.array(), bias.offset(), packed, 0, filters);
        }
    }

    @Override
    int packedAt(int at, int column, int tap, int taps) {
        return at + tap * LANES;
    }

    @Override
    void packTap(HostTensor filter, int pixel, float[] packed, int at, int tap, int taps) {
        int to = packedAt(at, 0, tap, taps);
        System.arraycopy(filter.array(), filter.offset() + pixel * filters, packed, to, filters);
        Arrays.fill(packed, to + filters, to + LANES, 0);
    }

    @Override
    void row(int taps, int pixels, int from, int xAt, int fAt, int column, int yAt, Scratch scratch) {
        int tiles = Math.ceilDiv(pixels, Blocking.mrNarrow(taps));
        int height = Math.ceilDiv(pixels, tiles);
        int before = (tiles - 1) * height;
        MicroKernel.Operands operands = scratch.operands();
        operands.startingFrom(operands.b());
        if (before > 0) {
            TileKind.NARROW.kernel(height, taps).run(taps, xAt, 1, fAt, tiles - 1, operands, yAt);
        }
        int rest = pixels - before;
        float[] last = scratch.take(Scratch.Use.TILE, rest * filters + LANES);
        MicroKernel.Operands toLast = scratch.edgeOperands()
                .set(operands.a(), operands.b(), last, filters)
                .runs(operands.runs(), operands.aRun())
                .startingFrom(operands.b());
        TileKind.NARROW.kernel(rest, taps).run(taps, xAt + before, 1, fAt, 1, toLast, 0);
        System.arraycopy(last, 0, y.array(), yAt + before * filters, rest * filters);
    }

    /** The bias alone. */
    @Override
    void fill(int pixels, int yAt, int width, float[] packed) {
        for (int at = yAt; at < yAt + pixels * filters; at += filters) {
            System.arraycopy(packed, 0, y.array(), at, filters);
        }
    }

    @Override
    void finish(int row, SimdEpilogue then) {
        then.apply(row, 1, 0, length);
    }
}
