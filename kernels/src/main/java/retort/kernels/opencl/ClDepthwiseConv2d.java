package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.DepthwiseConv2dSpec;

/** Depthwise convolution: {@code depthwise_conv2d.cl}. */
final class ClDepthwiseConv2d {
    private static final String FILE = "depthwise_conv2d.cl";

    /** Rows of y whose part of a filter gradient an item adds up. */
    private static final int CHUNK_ROWS = 16;

    private final ClSession session;
    private final ClColumnSums columnSums;

    ClDepthwiseConv2d(ClSession session, ClColumnSums columnSums) {
        this.session = session;
        this.columnSums = columnSums;
    }

    void depthwiseConv2d(DepthwiseConv2dSpec spec, ClTensor x, ClTensor filter, ClTensor y, Fused<ClTensor> fused) {
        switch (spec.pass()) {
            case FORWARD -> correlate(spec, "depthwise_conv2d", x, filter, y, fused);
            case INPUT_GRADIENT -> correlate(spec, "depthwise_conv2d_input_gradient", y, filter, x, fused);
            case FILTER_GRADIENT -> filterGradient(spec, x, filter, y);
        }
    }

    private void correlate(
            DepthwiseConv2dSpec spec,
            String kernel,
            ClTensor image,
            ClTensor filter,
            ClTensor result,
            Fused<ClTensor> fused) {
        int items = result.size() / spec.channels() * vectors(spec);
        Object epilogue = ClArguments.epilogue(spec.epilogue(), fused, result);
        session.launchItems(spec::id, FILE, kernel, items, image, filter, result, ClArguments.geometry(spec), epilogue);
    }

    /** Each chunk of rows by itself, and then all of them. */
    private void filterGradient(DepthwiseConv2dSpec spec, ClTensor x, ClTensor dFilter, ClTensor dY) {
        int chunks = ceilDivide(spec.batch() * spec.outHeight(), CHUNK_ROWS);
        int size = dFilter.size();
        int items = chunks * spec.kernelHeight() * spec.kernelWidth() * vectors(spec);
        ClBuffer sums = session.workspace(spec::id, Math.multiplyExact(chunks, size));
        Object[] operands = {x, dY, sums, ClArguments.geometry(spec), CHUNK_ROWS};
        session.launchItems(spec::id, FILE, "depthwise_conv2d_filter_gradient", items, operands);
        columnSums.chunks(spec::id, sums, dFilter, chunks, size, chunks);
        session.give(sums);
    }

    private int vectors(DepthwiseConv2dSpec spec) {
        return ceilDivide(spec.channels(), session.parameter(ClParameter.ELEMENT_WIDTH));
    }
}
