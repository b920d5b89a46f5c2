package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.ArrayList;
import java.util.List;
import retort.kernels.CheckedBackend.Fused;
import retort.kernels.Conv2dSpec;

/** Convolutions on a device that is a processor: {@code conv2d.cl}. */
final class ClConv2d {
    private static final String FILE = "conv2d.cl";

    /** Partial sums of a filter gradient, each over some output rows: enough for all cores, few enough to add up. */
    private static final int CHUNKS = 64;

    private static final int FEWEST_CHUNKS = 8;
    private static final int PARTIAL_ELEMENTS = 1 << 18;

    private final ClSession session;
    private final ClElementwise elementwise;

    ClConv2d(ClSession session, ClElementwise elementwise) {
        this.session = session;
        this.elementwise = elementwise;
    }

    /** Images as the kernels take them: a tensor or a buffer, whose extents include any border. */
    private record Images(Object elements, int height, int width, int channels) {}

    void conv2d(Conv2dSpec spec, ClTensor x, ClTensor filter, ClTensor y, Fused<ClTensor> fused) {
        switch (spec.pass()) {
            case FORWARD -> forward(spec, x, filter, y, fused);
            case INPUT_GRADIENT -> inputGradient(spec, x, filter, y, fused);
            case FILTER_GRADIENT -> filterGradient(spec, x, filter, y);
        }
    }

    private void forward(Conv2dSpec spec, ClTensor x, ClTensor filter, ClTensor y, Fused<ClTensor> fused) {
        Images images = padded(spec, x);
        Images result = new Images(y, spec.outHeight(), spec.outWidth(), spec.filters());
        correlate(spec, images, filter, result, spec.stride(), fused);
        giveBack(images);
    }

    /** x with a border of zeros, or as it is where the spec asks for none. */
    private Images padded(Conv2dSpec spec, ClTensor x) {
        Images images = new Images(x, spec.height(), spec.width(), spec.channels());
        if (spec.padding() == 0) {
            return images;
        }
        int border = 2 * spec.padding();
        return spread(spec, images, spec.padding(), spec.padding(), 1, spec.height() + border, spec.width() + border);
    }

    private void inputGradient(Conv2dSpec spec, ClTensor dX, ClTensor filter, ClTensor dY, Fused<ClTensor> fused) {
        int taps = spec.kernelHeight() * spec.kernelWidth();
        ClBuffer turned = session.workspace(spec::id, filter.size());
        ClKernel turn = session.kernel(FILE, "conv2d_turn_filter", 1, "bbiii");
        session.queue().launch(spec::id, turn, taps, filter, turned, taps, spec.channels(), spec.filters());
        Images gradient = new Images(dY, spec.outHeight(), spec.outWidth(), spec.filters());
        Images images = spreadGradient(spec, gradient);
        Images result = new Images(dX, spec.height(), spec.width(), spec.channels());
        correlate(spec, images, turned, result, 1, fused);
        giveBack(images);
        session.memory().give(turned);
    }

    /** dY with its rows and columns stride apart, and so much border that a forward pass gives an image of x's extents. */
    private Images spreadGradient(Conv2dSpec spec, Images gradient) {
        int height = spec.height() + spec.kernelHeight() - 1;
        int width = spec.width() + spec.kernelWidth() - 1;
        int top = spec.kernelHeight() - 1 - spec.padding();
        int left = spec.kernelWidth() - 1 - spec.padding();
        return spread(spec, gradient, top, left, spec.stride(), height, width);
    }

    private Images spread(Conv2dSpec spec, Images from, int top, int left, int step, int height, int width) {
        int rows = spec.batch() * height;
        ClBuffer spread = session.workspace(spec::id, Math.multiplyExact(rows, width * from.channels()));
        ClKernel kernel = session.kernel(FILE, "conv2d_spread", 1, "bbiiiiiiii");
        session.queue()
                .launch(
                        spec::id,
                        kernel,
                        rows,
                        from.elements(),
                        spread,
                        from.height(),
                        from.width(),
                        from.channels(),
                        top,
                        left,
                        step,
                        height,
                        width);
        return new Images(spread, height, width, from.channels());
    }

    /** A forward pass without padding from {@code images} to {@code result}. */
    private void correlate(
            Conv2dSpec spec, Images images, Object filter, Images result, int stride, Fused<ClTensor> fused) {
        ClKernel kernel = session.kernel(FILE, "conv2d", 1, "bbbiiiiiiiii" + ClEpilogue.ARGUMENTS);
        List<Object> operands = operands(images.elements(), filter, result.elements(), spec, images, result, stride);
        session.queue()
                .launch(
                        spec::id,
                        kernel,
                        spec.batch() * result.height(),
                        ClEpilogue.append(spec.epilogue(), fused, result.elements(), operands.toArray()));
    }

    private void filterGradient(Conv2dSpec spec, ClTensor x, ClTensor dFilter, ClTensor dY) {
        Images images = padded(spec, x);
        Images gradient = new Images(dY, spec.outHeight(), spec.outWidth(), spec.filters());
        int rows = spec.batch() * spec.outHeight();
        int most = Math.clamp(PARTIAL_ELEMENTS / dFilter.size(), FEWEST_CHUNKS, CHUNKS);
        int chunkRows = ceilDivide(rows, most);
        int chunks = ceilDivide(rows, chunkRows);
        ClBuffer partial = session.workspace(spec::id, chunks * dFilter.size());
        ClKernel kernel = session.kernel(FILE, "conv2d_filter_gradient", 1, "bbbiiiiiiiiiii");
        List<Object> operands = operands(images.elements(), dY, partial, spec, images, gradient, spec.stride());
        operands.add(rows);
        operands.add(chunkRows);
        session.queue().launch(spec::id, kernel, chunks, operands.toArray());
        elementwise.sumChunks(spec::id, partial, dFilter, chunks, dFilter.size(), chunks);
        session.memory().give(partial);
        giveBack(images);
    }

    private static List<Object> operands(
            Object first, Object second, Object third, Conv2dSpec spec, Images images, Images result, int stride) {
        return new ArrayList<>(List.of(
                first,
                second,
                third,
                images.height(),
                images.width(),
                images.channels(),
                spec.kernelHeight(),
                spec.kernelWidth(),
                result.channels(),
                stride,
                result.height(),
                result.width()));
    }

    private void giveBack(Images images) {
        if (images.elements() instanceof ClBuffer buffer) {
            session.memory().give(buffer);
        }
    }
}
