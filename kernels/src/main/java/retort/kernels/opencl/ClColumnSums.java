package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.function.Supplier;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.ColumnSumSpec;

/** Sums over columns, and what is done with them in the same launch: each family's {@code column_sums.cl}. */
final class ClColumnSums {
    private static final String FILE = "column_sums.cl";

    /** Chunks that a long column is cut into, so that all of a device works on few columns. */
    private static final int CHUNKS = 64;

    private static final int SHORTEST_CHUNK = 64;

    private final ClSession session;

    ClColumnSums(ClSession session) {
        this.session = session;
    }

    /** The sums are a tensor or a buffer. */
    void run(ColumnSumSpec spec, ClTensor x, Object sums) {
        reduce(spec, spec::id, x, (rest, rows) -> chunks(spec::id, rest, sums, rows, spec.columns(), rows));
    }

    /** The last of the sums' launches has Adam in it. */
    void biasAdam(
            BiasBackwardSpec spec, AdamSpec adam, ClTensor dY, ClTensor b, ClTensor m, ClTensor v, float stepSize) {
        Object step = ClArguments.adam(adam, b, m, v, stepSize);
        int columns = spec.columns();
        int groups = ceilDivide(columns, groupColumns());
        String file = session.family().folder() + FILE;
        reduce(spec.sums(), spec::id, dY, (rest, rows) -> {
            session.launch(spec::id, file, "column_sums_adam", groups, rest, rows, columns, step);
        });
    }

    /** The launch that sums all rows of a tensor or a buffer. */
    private interface Last {
        void launch(Object x, int rows);
    }

    /** Sums chunks of rows first where there are many. */
    private void reduce(ColumnSumSpec spec, Supplier<String> op, ClTensor x, Last last) {
        int chunkRows = chunkRows(spec);
        int chunks = ceilDivide(spec.rows(), chunkRows);
        if (chunks == 1) {
            last.launch(x, spec.rows());
            return;
        }
        ClBuffer partial = session.workspace(op, chunks * spec.columns());
        chunks(op, x, partial, spec.rows(), spec.columns(), chunkRows);
        last.launch(partial, chunks);
        session.give(partial);
    }

    int chunkRows(ColumnSumSpec spec) {
        return switch (session.family()) {
            case CORES -> chunkRows(spec.rows());
            case SIMT -> simtChunkRows(spec.rows(), spec.columns());
        };
    }

    static int chunkRows(int rows) {
        return Math.max(SHORTEST_CHUNK, ceilDivide(rows, CHUNKS));
    }

    /** A group for each compute unit, if that leaves its lanes some rows each. */
    private int simtChunkRows(int rows, int columns) {
        int blocks = ceilDivide(columns, ClConstants.SUM_VECTORS * ClConstants.SIMT_WIDTH);
        int chunks = Math.max(1, session.computeUnits() / blocks);
        return Math.max(SHORTEST_CHUNK, ceilDivide(rows, chunks));
    }

    /** Columns of a chunk that a group does. */
    int groupColumns() {
        return switch (session.family()) {
            case CORES -> session.parameter(ClParameter.ELEMENT_ITEMS) * session.parameter(ClParameter.ELEMENT_WIDTH);
            case SIMT -> ClConstants.SUM_VECTORS * ClConstants.SIMT_WIDTH;
        };
    }

    /** Sums each chunk of rows of {@code x} to a row of {@code sums}; both are tensors or buffers. */
    void chunks(Supplier<String> op, Object x, Object sums, int rows, int columns, int chunkRows) {
        int groups = ceilDivide(rows, chunkRows) * ceilDivide(columns, groupColumns());
        String file = session.family().folder() + FILE;
        session.launch(op, file, "column_sums", groups, x, sums, rows, columns, chunkRows);
    }
}
