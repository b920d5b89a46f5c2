package retort.kernels.opencl;

import java.util.List;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.Conv2dSpec;

/**
 * Brings every convolution into the one form that {@link ClProducts} knows: no padding, and the input gradient as a
 * forward pass over dY, dilated by the stride and padded, under the flipped filter. {@code conv2d_layout.cl} makes the
 * copies.
 */
final class ClConv2d {
    private static final String FILE = "conv2d_layout.cl";

    private final ClSession session;
    private final ClProducts products;

    ClConv2d(ClSession session, ClProducts products) {
        this.session = session;
        this.products = products;
    }

    void conv2d(Conv2dSpec spec, ClTensor x, ClTensor filter, ClTensor y, Fused<ClTensor> fused) {
        ClImages result = new ClImages(y, spec.outHeight(), spec.outWidth(), spec.filters());
        switch (spec.pass()) {
            case FORWARD -> {
                ClImages images = padded(spec, x);
                products.correlate(spec, images, filter, result, spec.stride(), fused);
                giveBack(images);
            }
            case INPUT_GRADIENT -> inputGradient(spec, x, filter, result, fused);
            case FILTER_GRADIENT -> {
                ClImages images = padded(spec, x);
                products.filterGradient(spec, images, filter, result);
                giveBack(images);
            }
        }
    }

    private void inputGradient(
            Conv2dSpec spec, ClTensor dX, ClTensor filter, ClImages gradient, Fused<ClTensor> fused) {
        int taps = spec.kernelHeight() * spec.kernelWidth();
        ClBuffer flipped = session.workspace(spec::id, filter.size());
        Object[] operands = {filter, flipped, taps, spec.channels(), spec.filters()};
        session.launchItems(spec::id, FILE, "flip_filter", filter.size(), operands);
        ClImages images = dilated(
                spec,
                gradient,
                spec.kernelHeight() - 1 - spec.padding(),
                spec.kernelWidth() - 1 - spec.padding(),
                spec.stride(),
                spec.height() + spec.kernelHeight() - 1,
                spec.width() + spec.kernelWidth() - 1);
        ClImages result = new ClImages(dX, spec.height(), spec.width(), spec.channels());
        products.correlate(spec, images, flipped, result, 1, fused);
        giveBack(images);
        session.give(flipped);
    }

    /** x with a border of zeros, or as it is where the spec asks for none. */
    private ClImages padded(Conv2dSpec spec, ClTensor x) {
        ClImages images = new ClImages(x, spec.height(), spec.width(), spec.channels());
        int padding = spec.padding();
        return padding == 0
                ? images
                : dilated(spec, images, padding, padding, 1, spec.height() + 2 * padding, spec.width() + 2 * padding);
    }

    /** The images with step - 1 zeros between their pixels, in a border of zeros. */
    private ClImages dilated(Conv2dSpec spec, ClImages from, int top, int left, int step, int height, int width) {
        int pixels = Math.multiplyExact(spec.batch(), height * width);
        ClBuffer to = session.workspace(spec::id, Math.multiplyExact(pixels, from.channels()));
        List<Object> source = List.of(spec.batch(), from.height(), from.width(), from.channels());
        List<Object> border = List.of(top, left, step, height, width);
        session.launchItems(spec::id, FILE, "dilate_and_pad", pixels, from.elements(), to, source, border);
        return new ClImages(to, height, width, from.channels());
    }

    private void giveBack(ClImages images) {
        if (images.elements() instanceof ClBuffer buffer) {
            session.give(buffer);
        }
    }
}
