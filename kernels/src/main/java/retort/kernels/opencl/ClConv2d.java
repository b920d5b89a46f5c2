package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.Conv2dSpec;

/**
 * Brings every convolution into the one form that {@link ClProducts} knows: no padding, and the input gradient as a forward
 * pass over dY, spread out by the stride and bordered, under the filter turned around. The copies are {@code layout.cl}.
 */
final class ClConv2d {
    private static final String FILE = "layout.cl";

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
        ClBuffer turned = session.workspace(spec::id, filter.size());
        launch(spec, "turn_filter", filter.size(), filter, turned, taps, spec.channels(), spec.filters());
        ClImages images = spread(
                spec,
                gradient,
                spec.kernelHeight() - 1 - spec.padding(),
                spec.kernelWidth() - 1 - spec.padding(),
                spec.stride(),
                spec.height() + spec.kernelHeight() - 1,
                spec.width() + spec.kernelWidth() - 1);
        ClImages result = new ClImages(dX, spec.height(), spec.width(), spec.channels());
        products.correlate(spec, images, turned, result, 1, fused);
        giveBack(images);
        session.memory().give(turned);
    }

    /** x with a border of zeros, or as it is where the spec asks for none. */
    private ClImages padded(Conv2dSpec spec, ClTensor x) {
        ClImages images = new ClImages(x, spec.height(), spec.width(), spec.channels());
        int padding = spec.padding();
        return padding == 0
                ? images
                : spread(spec, images, padding, padding, 1, spec.height() + 2 * padding, spec.width() + 2 * padding);
    }

    private ClImages spread(Conv2dSpec spec, ClImages from, int top, int left, int step, int height, int width) {
        int pixels = Math.multiplyExact(spec.batch(), height * width);
        ClBuffer spread = session.workspace(spec::id, Math.multiplyExact(pixels, from.channels()));
        launch(
                spec,
                "spread",
                pixels,
                from.elements(),
                spread,
                spec.batch(),
                from.height(),
                from.width(),
                from.channels(),
                top,
                left,
                step,
                height,
                width);
        return new ClImages(spread, height, width, from.channels());
    }

    private void launch(Conv2dSpec spec, String name, int workItems, Object... operands) {
        int items = session.parameter(ClParameter.ELEMENT_ITEMS);
        ClKernel kernel = session.kernel(FILE, name, items, "bb" + "i".repeat(operands.length - 2));
        session.queue().launch(spec::id, kernel, ceilDivide(workItems, items), operands);
    }

    private void giveBack(ClImages images) {
        if (images.elements() instanceof ClBuffer buffer) {
            session.memory().give(buffer);
        }
    }
}
