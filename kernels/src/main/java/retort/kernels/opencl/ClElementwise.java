package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.function.Supplier;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;

/** Ops of one pass over their operands: {@code elementwise.cl}, {@code adam.cl} and {@code max_norm.cl}. */
final class ClElementwise {
    private static final String FILE = "elementwise.cl";
    private static final String OPTIMISERS = "adam.cl";
    private static final String MAX_NORM = "max_norm.cl";

    /** Chunks that a long column sum is cut into, so that all of a device works on a narrow matrix. */
    private static final int SUM_CHUNKS = 64;

    private static final int SHORTEST_CHUNK = 64;

    private final ClSession session;
    private final int items;
    private final int width;

    ClElementwise(ClSession session) {
        this.session = session;
        this.items = session.parameter(ClParameter.ELEMENT_ITEMS);
        this.width = session.parameter(ClParameter.ELEMENT_WIDTH);
    }

    void fill(ClTensor x, float value) {
        launch(() -> "fill", FILE, "fill", "bif", vectors(x.size()), x, x.size(), value);
    }

    void addBias(BiasSpec spec, ClTensor x, ClTensor bias) {
        int work = spec.rows() * vectors(spec.columns());
        launch(spec::id, FILE, "add_bias", "bbii", work, x, bias, spec.rows(), spec.columns());
    }

    void relu(ReluSpec spec, ClTensor x, ClTensor y) {
        launch(spec::id, FILE, "relu", "bbi", vectors(spec.count()), x, y, spec.count());
    }

    void reluGradient(ReluSpec spec, ClTensor y, ClTensor dY, ClTensor dX) {
        launch(spec::id, FILE, "relu_gradient", "bbbi", vectors(spec.count()), y, dY, dX, spec.count());
    }

    void dropout(DropoutSpec spec, DropoutKey key, ClTensor x, ClTensor y) {
        launch(
                spec::id,
                FILE,
                "dropout",
                "bbifiiiiii",
                ceilDivide(spec.count(), 4),
                x,
                y,
                spec.count(),
                spec.scale(),
                (int) key.seed(),
                (int) (key.seed() >>> 32),
                key.stream(),
                (int) key.step(),
                (int) (key.step() >>> 32),
                DropoutKey.threshold(spec.rate()));
    }

    void columnSums(ColumnSumSpec spec, ClTensor x, ClTensor sums) {
        int chunkRows = Math.max(SHORTEST_CHUNK, ceilDivide(spec.rows(), SUM_CHUNKS));
        int chunks = ceilDivide(spec.rows(), chunkRows);
        if (chunks == 1) {
            sumChunks(spec::id, x, sums, spec.rows(), spec.columns(), chunkRows);
            return;
        }
        ClBuffer partial = session.workspace(spec::id, chunks * spec.columns());
        sumChunks(spec::id, x, partial, spec.rows(), spec.columns(), chunkRows);
        sumChunks(spec::id, partial, sums, chunks, spec.columns(), chunks);
        session.memory().give(partial);
    }

    /** Sums each chunk of rows of {@code x} to a row of {@code sums}; both are tensors or buffers. */
    void sumChunks(Supplier<String> op, Object x, Object sums, int rows, int columns, int chunkRows) {
        int groups = ceilDivide(rows, chunkRows) * ceilDivide(columns, items * width);
        launch(op, FILE, "column_sums", "bbiii", groups * items, x, sums, rows, columns, chunkRows);
    }

    /** The gradient is a tensor or a buffer. */
    void adam(AdamSpec spec, ClTensor w, Object gradient, ClTensor m, ClTensor v, float stepSize) {
        launch(
                spec::id,
                OPTIMISERS,
                "adam",
                "bbbbiffffff",
                vectors(spec.count()),
                w,
                gradient,
                m,
                v,
                spec.count(),
                stepSize,
                spec.beta1(),
                1 - spec.beta1(),
                spec.beta2(),
                1 - spec.beta2(),
                spec.epsilon());
    }

    void sgd(SgdSpec spec, ClTensor w, ClTensor gradient, ClTensor velocity) {
        int work = vectors(spec.count());
        launch(
                spec::id,
                OPTIMISERS,
                "sgd",
                "bbbiff",
                work,
                w,
                gradient,
                velocity,
                spec.count(),
                spec.rate(),
                spec.momentum());
    }

    /** In chunks of rows like a column sum: their squares first, and from the sums of those what each chunk is scaled by. */
    void maxNorm(MaxNormSpec spec, ClTensor w) {
        int chunkRows = Math.max(SHORTEST_CHUNK, ceilDivide(spec.inputs(), SUM_CHUNKS));
        int chunks = ceilDivide(spec.inputs(), chunkRows);
        int work = chunks * vectors(spec.units());
        ClBuffer squares = session.workspace(spec::id, chunks * spec.units());
        launch(spec::id, MAX_NORM, "column_squares", "bbiii", work, w, squares, spec.inputs(), spec.units(), chunkRows);
        launch(
                spec::id,
                MAX_NORM,
                "max_norm",
                "bbiiif",
                work,
                w,
                squares,
                spec.inputs(),
                spec.units(),
                chunkRows,
                spec.limit());
        session.memory().give(squares);
    }

    private int vectors(int count) {
        return ceilDivide(count, width);
    }

    /** A launch of at least {@code workItems}. */
    private void launch(
            Supplier<String> op, String file, String name, String arguments, int workItems, Object... operands) {
        ClKernel kernel = session.kernel(file, name, items, arguments);
        session.queue().launch(op, kernel, ceilDivide(workItems, items), operands);
    }
}
