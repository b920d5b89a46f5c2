package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.WeightPanels;
import retort.kernels.op.ElementType;
import retort.kernels.op.GemmSpec;

/**
 * Products by weights of fewer bits, the kernels of {@code weights.cl}: one row is multiplied by them as they are, so
 * that no more bytes are read; for several they are widened into work memory first, for the kernels of a float32 B.
 */
final class ClWeights {
    private static final String FILE = "weights.cl";

    /** Items a compute unit that one row is shared out to, and the fewest rows of the matrix that one adds up. */
    private static final int ITEMS_OF_UNIT = 512;

    private static final int FEWEST_ROWS = 32;

    private final ClSession session;
    private final ClColumnSums columnSums;
    private final ClProducts products;
    private final Map<String, ClKernel> kernels = new HashMap<>();

    ClWeights(ClSession session, ClColumnSums columnSums, ClProducts products) {
        this.session = session;
        this.columnSums = columnSums;
        this.products = products;
    }

    void gemm(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        if (spec.m() == 1) {
            oneRow(spec, a, b, c, fused);
            return;
        }
        ClBuffer wide = session.workspace(spec::id, b.shape().size());
        Object[] operands = {b, wide, spec.k(), spec.n()};
        session.launchItems(
                spec::id, kernel("widen_" + spec.typeB()), b.weights().scales(), operands);
        products.gemm(spec.withPackedB(ElementType.FLOAT32), a, b.widened(wide), c, fused);
        session.give(wide);
    }

    /** Chunks of the matrix's rows are summed on their own, then their sums, then the row is brought to its end. */
    private void oneRow(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        WeightPanels weights = b.weights();
        int width = session.parameter(ClParameter.ELEMENT_WIDTH);
        int lanes = weights.lanes();
        int shares = ceilDivide(lanes, vectors() * width);
        int most = Math.max(1, session.computeUnits() * ITEMS_OF_UNIT / shares);
        // Whole pairs of rows.
        int chunkRows = 2 * ceilDivide(Math.max(FEWEST_ROWS, ceilDivide(spec.k(), most)), 2);
        int chunks = ceilDivide(spec.k(), chunkRows);
        ClBuffer partial = session.workspace(spec::id, chunks * 2 * lanes);
        Object[] operands = {a, b, partial, spec.k(), lanes, chunkRows};
        session.launchItems(spec::id, kernel("row_by_" + spec.typeB()), chunks * shares, operands);
        ClBuffer sums = session.workspace(spec::id, 2 * lanes);
        columnSums.chunks(spec::id, partial, sums, chunks, 2 * lanes, chunks);
        int scales = spec.typeB() == ElementType.INT8 ? weights.scales() : -1;
        List<Object> last = List.of(spec.alpha(), spec.beta(), ClArguments.epilogue(spec.epilogue(), fused, c));
        int items = ceilDivide(spec.n(), width);
        session.launchItems(spec::id, kernel("finish_row"), items, sums, b, scales, c, spec.n(), last);
        session.give(partial);
        session.give(sums);
    }

    private ClKernel kernel(String name) {
        return kernels.computeIfAbsent(name, made -> session.kernel(FILE, made, "-DROW_VECTORS=" + vectors()));
    }

    /** Vectors of a row that an item multiplies: on a processor long runs of memory, else one for each of many. */
    private int vectors() {
        return switch (session.family()) {
            case CORES -> ClConstants.GEMV_VECTORS / 2;
            case SIMT -> 1;
        };
    }
}
