package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.Arrays;
import java.util.stream.Stream;
import retort.kernels.CheckedBackend.Fused;
import retort.kernels.Conv2dSpec;

/** Convolutions: {@code conv2d.cl}. */
final class ClConv2d {
    private static final String FILE = "conv2d.cl";
    private static final String GEOMETRY = "iiiiiiiiiii";

    /** Partial sums of a filter gradient, each over some output rows: enough for all cores, few enough to add up. */
    private static final int CHUNKS = 64;

    private final ClSession session;
    private final ClElementwise elementwise;

    ClConv2d(ClSession session, ClElementwise elementwise) {
        this.session = session;
        this.elementwise = elementwise;
    }

    void conv2d(Conv2dSpec spec, ClTensor x, ClTensor filter, ClTensor y, Fused<ClTensor> fused) {
        switch (spec.pass()) {
            case FORWARD -> {
                int pixels = spec.batch() * spec.outHeight() * spec.outWidth();
                correlate(spec, "conv2d_forward", pixels, x, filter, y, fused);
            }
            case INPUT_GRADIENT -> inputGradient(spec, x, filter, y, fused);
            case FILTER_GRADIENT -> filterGradient(spec, x, filter, y);
        }
    }

    private void inputGradient(Conv2dSpec spec, ClTensor dX, ClTensor filter, ClTensor dY, Fused<ClTensor> fused) {
        ClBuffer transposed = session.workspace(spec::id, filter.size());
        int taps = spec.kernelHeight() * spec.kernelWidth();
        ClKernel transpose = session.kernel(FILE, "transpose_filter", 1, "bbiii");
        session.queue().launch(spec::id, transpose, taps, filter, transposed, taps, spec.channels(), spec.filters());
        int pixels = spec.batch() * spec.height() * spec.width();
        correlate(spec, "conv2d_input_gradient", pixels, dY, transposed, dX, fused);
        session.memory().give(transposed);
    }

    private void correlate(
            Conv2dSpec spec,
            String name,
            int pixels,
            ClTensor source,
            Object filter,
            ClTensor result,
            Fused<ClTensor> fused) {
        ClKernel kernel = session.kernel(FILE, name, 1, "bbb" + GEOMETRY + ClEpilogue.ARGUMENTS);
        Object[] operands =
                ClEpilogue.append(spec.epilogue(), fused, result, withGeometry(spec, source, filter, result));
        int groups = ceilDivide(pixels, session.parameter(ClParameter.CONV_PIXELS));
        session.queue().launch(spec::id, kernel, groups, operands);
    }

    private void filterGradient(Conv2dSpec spec, ClTensor x, ClTensor dFilter, ClTensor dY) {
        int rows = spec.batch() * spec.outHeight();
        int chunkRows = ceilDivide(rows, CHUNKS);
        int chunks = ceilDivide(rows, chunkRows);
        ClBuffer partial = session.workspace(spec::id, chunks * dFilter.size());
        ClKernel kernel = session.kernel(FILE, "conv2d_filter_gradient", 1, "bbb" + GEOMETRY + "i");
        Object[] operands = Stream.concat(Arrays.stream(withGeometry(spec, x, dY, partial)), Stream.of(chunkRows))
                .toArray();
        session.queue().launch(spec::id, kernel, chunks * spec.kernelHeight() * spec.kernelWidth(), operands);
        elementwise.sumChunks(spec::id, partial, dFilter, chunks, dFilter.size(), chunks);
        session.memory().give(partial);
    }

    private static Object[] withGeometry(Conv2dSpec spec, Object first, Object second, Object third) {
        return new Object[] {
            first,
            second,
            third,
            spec.batch(),
            spec.height(),
            spec.width(),
            spec.channels(),
            spec.kernelHeight(),
            spec.kernelWidth(),
            spec.filters(),
            spec.stride(),
            spec.padding(),
            spec.outHeight(),
            spec.outWidth()
        };
    }
}
