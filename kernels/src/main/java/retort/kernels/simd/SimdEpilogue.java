package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Epilogue;

/**
 * An {@link Epilogue} on a rectangle of a row-major result that a kernel has just finished, while it is still in cache.
 */
final class SimdEpilogue {
    /** Columns up to which a rectangle is taken down its columns. */
    private static final int FEW_COLUMNS = 128;

    private final Epilogue epilogue;
    private final Fused<HostTensor> fused;
    private final SimdDropout dropout;
    private final float[] c;
    private final int at;
    private final int columns;

    /** @param columns of the result, all of them */
    SimdEpilogue(Epilogue epilogue, Fused<HostTensor> fused, HostTensor result, int columns) {
        this.epilogue = epilogue;
        this.fused = fused;
        this.dropout =
                epilogue.drops() ? new SimdDropout(fused.dropoutKey(), epilogue.dropout(), epilogue.scale()) : null;
        this.c = result.array();
        this.at = result.offset();
        this.columns = columns;
    }

    /** Applies it to rows row .. row + rows, columns column .. column + width. */
    void apply(int row, int rows, int column, int width) {
        if (epilogue.equals(Epilogue.NONE)) {
            return;
        }
        boolean fewColumns = width <= FEW_COLUMNS;
        if (epilogue.bias() && fewColumns) {
            biasColumns(row * columns + column, rows, column, width);
        }
        for (int i = row; i < row + rows; i++) {
            int first = i * columns + column;
            if (epilogue.bias() && !fewColumns) {
                biasRow(first, column, width);
            }
            if (epilogue.relu() && !epilogue.bias()) {
                reluRow(first, width);
            }
            if (epilogue.drops()) {
                dropout.run(first, width, c, at + first, c, at + first);
            }
            if (epilogue.gate()) {
                gateRow(first, width);
            }
        }
    }

    private void biasRow(int first, int column, int width) {
        float[] bias = fused.bias().array();
        int biasAt = fused.bias().offset() + column;
        int j = 0;
        for (; j + LANES <= width; j += LANES) {
            addBias(bias, biasAt + j, at + first + j);
        }
        if (j < width) {
            addBias(bias, biasAt + j, at + first + j, width - j);
        }
    }

    /**
     * {@link #biasRow} on rows of a few vectors, down the columns: what a loop costs is then paid once a column, not
     * once a row.
     */
    private void biasColumns(int first, int rows, int column, int width) {
        float[] bias = fused.bias().array();
        int biasAt = fused.bias().offset() + column;
        int j = 0;
        for (; j + LANES <= width; j += LANES) {
            for (int i = 0, e = at + first + j; i < rows; i++, e += columns) {
                addBias(bias, biasAt + j, e);
            }
        }
        if (j < width) {
            for (int i = 0, e = at + first + j; i < rows; i++, e += columns) {
                addBias(bias, biasAt + j, e, width - j);
            }
        }
    }

    /** A vector of c + bias, or relu of it: one pass for the pair that layers use most. */
    private void addBias(float[] bias, int biasAt, int e) {
        FloatVector sum = FloatVector.fromArray(SPECIES, c, e).add(FloatVector.fromArray(SPECIES, bias, biasAt));
        if (epilogue.relu()) {
            sum.max(0).intoArray(c, e);
        } else {
            sum.intoArray(c, e);
        }
    }

    /** The same of a vector's first lanes: branches on each element would be foretold wrongly half of the time. */
    private void addBias(float[] bias, int biasAt, int e, int lanes) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, lanes);
        FloatVector sum =
                FloatVector.fromArray(SPECIES, c, e, mask).add(FloatVector.fromArray(SPECIES, bias, biasAt, mask));
        if (epilogue.relu()) {
            sum.max(0).intoArray(c, e, mask);
        } else {
            sum.intoArray(c, e, mask);
        }
    }

    private void reluRow(int first, int width) {
        int j = 0;
        for (; j + LANES <= width; j += LANES) {
            FloatVector.fromArray(SPECIES, c, at + first + j).max(0).intoArray(c, at + first + j);
        }
        for (; j < width; j++) {
            c[at + first + j] = SimdElementwise.positive(c[at + first + j]);
        }
    }

    private void gateRow(int first, int width) {
        float[] gate = fused.gate().array();
        int gateAt = fused.gate().offset() + first;
        float scale = epilogue.scale();
        int j = 0;
        for (; j + LANES <= width; j += LANES) {
            VectorMask<Float> open =
                    FloatVector.fromArray(SPECIES, gate, gateAt + j).compare(VectorOperators.GT, 0);
            FloatVector scaled =
                    FloatVector.fromArray(SPECIES, c, at + first + j).mul(scale);
            FloatVector.zero(SPECIES).blend(scaled, open).intoArray(c, at + first + j);
        }
        for (; j < width; j++) {
            c[at + first + j] = gate[gateAt + j] > 0 ? c[at + first + j] * scale : 0;
        }
    }
}
