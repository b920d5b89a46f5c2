package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.List;
import java.util.stream.IntStream;
import retort.kernels.engine.Operands;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.ColumnSumSpec;

/**
 * Batch normalisation: sums over chunks of rows and what they give together, in each family's
 * {@code batch_norm_sums.cl}, and the results that follow from those, in {@code batch_norm.cl}.
 */
final class ClBatchNorm {
    private static final String SUMS = "batch_norm_sums.cl";
    private static final String RESULTS = "batch_norm.cl";

    /** Rows that an item does of a result. */
    private static final int CORE_ROWS = 64;

    private static final int SIMT_ROWS = 4;

    private final ClSession session;
    private final ClColumnSums columnSums;

    ClBatchNorm(ClSession session, ClColumnSums columnSums) {
        this.session = session;
        this.columnSums = columnSums;
    }

    void batchNorm(BatchNormSpec spec, Operands<ClTensor> o) {
        switch (spec.pass()) {
            case TRAINING -> training(spec, o);
            case INFERENCE -> {
                List<Object> tensors = tensors(o, 0, 1, 2, 3, 4, 5);
                result(spec, "batch_norm_inference", tensors, relu(spec), spec.epsilon());
            }
            case GRADIENT -> gradient(spec, o);
        }
    }

    /**
     * How rows are cut up. On a device whose items run in step several rows of few channels lie side by side, as if
     * they were one with so many channels, so that no items of a group are idle.
     */
    private record Chunks(int rows, int columns, int chunkRows) {
        int count() {
            return ceilDivide(rows, chunkRows);
        }

        /** Floats that two sums of each chunk and column take. */
        int sums() {
            return 2 * count() * columns;
        }

        List<Object> numbers() {
            return List.of(rows, columns, chunkRows);
        }
    }

    private Chunks chunks(BatchNormSpec spec) {
        int copies = session.family() == ClFamily.SIMT ? columnSums.groupColumns() / spec.channels() : 1;
        boolean fits = copies > 1
                && copies * spec.channels() == columnSums.groupColumns()
                && spec.channels() % ClConstants.SIMT_WIDTH == 0
                && spec.rows() % copies == 0;
        int rows = fits ? spec.rows() / copies : spec.rows();
        int columns = fits ? spec.channels() * copies : spec.channels();
        return new Chunks(rows, columns, columnSums.chunkRows(new ColumnSumSpec(rows, columns)));
    }

    private void training(BatchNormSpec spec, Operands<ClTensor> o) {
        Chunks chunks = chunks(spec);
        ClBuffer sums = session.workspace(spec::id, chunks.sums());
        launch(spec, "batch_norm_moments", chunks.count(), chunks.columns(), o.get(0), sums, chunks.numbers());
        Object[] numbers = {spec.channels(), spec.epsilon(), spec.momentum(), spec.rows(), spec.degreesOfFreedom()};
        Object[] statistics = {sums, tensors(o, 3, 4, 6, 7), chunks.numbers(), List.of(numbers)};
        launch(spec, "batch_norm_statistics", 1, spec.channels(), statistics);
        session.give(sums);
        result(spec, "batch_norm_training", tensors(o, 0, 1, 2, 6, 7, 5), relu(spec));
    }

    private void gradient(BatchNormSpec spec, Operands<ClTensor> o) {
        Chunks chunks = chunks(spec);
        ClBuffer sums = session.workspace(spec::id, chunks.sums());
        int y = spec.relu() ? 8 : 1;
        Object[] products = {tensors(o, 0, 1, y, 3), sums, relu(spec), spec.channels(), chunks.numbers()};
        launch(spec, "batch_norm_products", chunks.count(), chunks.columns(), products);
        Object[] gradients = {sums, tensors(o, 4, 6, 7), chunks.numbers(), spec.channels()};
        launch(spec, "batch_norm_gradients", 1, spec.channels(), gradients);
        session.give(sums);
        result(spec, "batch_norm_input_gradient", tensors(o, 0, 1, y, 2, 3, 4, 6, 7, 5), relu(spec));
    }

    private static int relu(BatchNormSpec spec) {
        return spec.relu() ? 1 : 0;
    }

    private static List<Object> tensors(Operands<ClTensor> o, int... operands) {
        return IntStream.of(operands).<Object>mapToObj(o::get).toList();
    }

    private void launch(BatchNormSpec spec, String kernel, int chunks, int columns, Object... operands) {
        int groups = chunks * ceilDivide(columns, columnSums.groupColumns());
        session.launch(spec::id, session.family().folder() + SUMS, kernel, groups, operands);
    }

    /** An item does a vector of some rows. */
    private void result(BatchNormSpec spec, String kernel, List<Object> tensors, Object... numbers) {
        int itemRows = switch (session.family()) {
            case CORES -> CORE_ROWS;
            case SIMT -> SIMT_ROWS;
        };
        int vectors = ceilDivide(spec.channels(), session.parameter(ClParameter.ELEMENT_WIDTH));
        int items = vectors * ceilDivide(spec.rows(), itemRows);
        List<Object> sizes = List.of(spec.rows(), spec.channels(), itemRows);
        session.launchItems(spec::id, RESULTS, kernel, items, tensors, List.of(numbers), sizes);
    }
}
