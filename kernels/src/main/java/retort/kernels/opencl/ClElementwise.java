package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.List;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.AddSpec;
import retort.kernels.op.BiasSpec;
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

    void add(AddSpec spec, ClTensor a, ClTensor b, ClTensor y) {
        Object[] operands = {a, b, y, spec.count(), spec.relu() ? 1 : 0};
        session.launchItems(spec::id, FILE, "add", vectors(spec.count()), operands);
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

    /** The gradient is a tensor or a buffer. */
    void adam(AdamSpec spec, ClTensor w, Object gradient, ClTensor m, ClTensor v, float stepSize) {
        Object step = ClArguments.adam(spec, w, m, v, stepSize);
        session.launchItems(spec::id, OPTIMIZERS, "adam", vectors(spec.count()), gradient, spec.count(), step);
    }

    void sgd(SgdSpec spec, ClTensor w, Object gradient, ClTensor velocity) {
        List<Object> rates = List.of(spec.rate(), spec.momentum(), spec.nesterov() ? 1 : 0);
        Object[] operands = {w, gradient, velocity, spec.count(), rates, ClArguments.decay(spec)};
        session.launchItems(spec::id, OPTIMIZERS, "sgd", vectors(spec.count()), operands);
    }

    /** In chunks of rows: the squares of each summed first, and from all of those what a chunk is scaled by. */
    void maxNorm(MaxNormSpec spec, ClTensor w) {
        int chunkRows = ClColumnSums.chunkRows(spec.inputs());
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
