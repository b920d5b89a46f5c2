package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.List;
import java.util.function.Supplier;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;

/** Ops of one pass over their operands: {@code elementwise.cl}, {@code optimizers.cl} and {@code max_norm.cl}. */
final class ClElementwise {
    private static final String FILE = "elementwise.cl";
    private static final String OPTIMIZERS = "optimizers.cl";
    private static final String MAX_NORM = "max_norm.cl";
    private static final String COLUMN_SUMS = "column_sums.cl";

    /** Chunks that a long column sum is cut into, so that all of a device works on few columns. */
    private static final int SUM_CHUNKS = 64;

    private static final int SHORTEST_CHUNK = 64;

    private final ClSession session;
    private final int width;

    ClElementwise(ClSession session) {
        this.session = session;
        this.width = session.parameter(ClParameter.ELEMENT_WIDTH);
    }

    void fill(ClTensor x, float value) {
        session.launchItems(() -> "fill", FILE, "fill", vectors(x.size()), x, x.size(), value);
    }

    void addBias(BiasSpec spec, ClTensor x, ClTensor bias) {
        int work = spec.rows() * vectors(spec.columns());
        session.launchItems(spec::id, FILE, "add_bias", work, x, bias, spec.rows(), spec.columns());
    }

    void relu(ReluSpec spec, ClTensor x, ClTensor y) {
        session.launchItems(spec::id, FILE, "relu", vectors(spec.count()), x, y, spec.count());
    }

    void reluGradient(ReluSpec spec, ClTensor y, ClTensor dY, ClTensor dX) {
        session.launchItems(spec::id, FILE, "relu_gradient", vectors(spec.count()), y, dY, dX, spec.count());
    }

    void dropout(DropoutSpec spec, DropoutKey key, ClTensor x, ClTensor y) {
        int work = ceilDivide(spec.count(), ClConstants.PHILOX_WORDS);
        Object dropout = ClArguments.dropout(key, spec.rate());
        session.launchItems(spec::id, FILE, "dropout", work, x, y, spec.count(), spec.scale(), dropout);
    }

    void columnSums(ColumnSumSpec spec, ClTensor x, ClTensor sums) {
        int chunkRows = switch (session.family()) {
            case CORES -> chunkRows(spec.rows());
            case SIMT -> simtChunkRows(spec.rows(), spec.columns());
        };
        int chunks = ceilDivide(spec.rows(), chunkRows);
        if (chunks == 1) {
            sumChunks(spec::id, x, sums, spec.rows(), spec.columns(), chunkRows);
            return;
        }
        ClBuffer partial = session.workspace(spec::id, chunks * spec.columns());
        sumChunks(spec::id, x, partial, spec.rows(), spec.columns(), chunkRows);
        sumChunks(spec::id, partial, sums, chunks, spec.columns(), chunks);
        session.give(partial);
    }

    private static int chunkRows(int rows) {
        return Math.max(SHORTEST_CHUNK, ceilDivide(rows, SUM_CHUNKS));
    }

    /** A group for each compute unit, if that leaves its lanes some rows each. */
    private int simtChunkRows(int rows, int columns) {
        int blocks = ceilDivide(columns, ClConstants.SUM_VECTORS * ClConstants.SIMT_WIDTH);
        int chunks = Math.max(1, session.computeUnits() / blocks);
        return Math.max(SHORTEST_CHUNK, ceilDivide(rows, chunks));
    }

    /** Sums each chunk of rows of {@code x} to a row of {@code sums}; both are tensors or buffers. */
    void sumChunks(Supplier<String> op, Object x, Object sums, int rows, int columns, int chunkRows) {
        int groupColumns = switch (session.family()) {
            case CORES -> session.parameter(ClParameter.ELEMENT_ITEMS) * width;
            case SIMT -> ClConstants.SUM_VECTORS * ClConstants.SIMT_WIDTH;
        };
        int groups = ceilDivide(rows, chunkRows) * ceilDivide(columns, groupColumns);
        String file = session.family().folder() + COLUMN_SUMS;
        session.launch(op, file, "column_sums", groups, x, sums, rows, columns, chunkRows);
    }

    /** The gradient is a tensor or a buffer. */
    void adam(AdamSpec spec, ClTensor w, Object gradient, ClTensor m, ClTensor v, float stepSize) {
        Object step = ClArguments.adam(spec, w, m, v, stepSize);
        session.launchItems(spec::id, OPTIMIZERS, "adam", vectors(spec.count()), gradient, spec.count(), step);
    }

    void sgd(SgdSpec spec, ClTensor w, Object gradient, ClTensor velocity) {
        Object[] operands = {w, gradient, velocity, spec.count(), spec.rate(), spec.momentum()};
        session.launchItems(spec::id, OPTIMIZERS, "sgd", vectors(spec.count()), operands);
    }

    /** In chunks of rows: the squares of each summed first, and from all of those what a chunk is scaled by. */
    void maxNorm(MaxNormSpec spec, ClTensor w) {
        int chunkRows = chunkRows(spec.inputs());
        int chunks = ceilDivide(spec.inputs(), chunkRows);
        int work = chunks * vectors(spec.units());
        ClBuffer squares = session.workspace(spec::id, chunks * spec.units());
        Object[] operands = {w, squares, spec.inputs(), spec.units(), chunkRows};
        session.launchItems(spec::id, MAX_NORM, "column_squares", work, operands);
        session.launchItems(spec::id, MAX_NORM, "max_norm", work, List.of(operands), spec.limit());
        session.give(squares);
    }

    private int vectors(int count) {
        return ceilDivide(count, width);
    }
}
