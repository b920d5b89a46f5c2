package retort.nn.onnx;

import java.util.Arrays;
import retort.kernels.Fused;
import retort.kernels.Tensor;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.Shape;

/**
 * Conv. Filters are brought from O x I x H x W into H x W x I x O at load; a batch normalization behind it is folded
 * into them, a ReLU is done in the epilogue. Dilation puts zeros between a filter's elements, groups that are not one
 * a channel put zeros where a filter does not look.
 */
final class Convolutions {
    private Convolutions() {}

    /** A convolution of constants, channels x filters. */
    private record Filter(float[] elements, int[] dims, int groups, Window window, float[] factors) {
        int channels() {
            return dims[1] * groups;
        }

        int filters() {
            return dims[0];
        }

        boolean isDepthwise() {
            return groups > 1 && groups == channels() && filters() == groups;
        }

        Shape shape() {
            int height = window.reach(0);
            int width = window.reach(1);
            return isDepthwise() ? Shape.of(height, width, filters()) : Shape.of(height, width, channels(), filters());
        }

        /** The elements of {@link #shape}. */
        float[] turned() {
            float[] turned = new float[shape().size()];
            int height = window.kernel()[0];
            int width = window.kernel()[1];
            for (int o = 0; o < filters(); o++) {
                float factor = factors == null ? 1 : factors[o];
                int firstChannel = o / (filters() / groups) * dims[1];
                for (int c = 0; c < dims[1]; c++) {
                    for (int r = 0; r < height; r++) {
                        for (int s = 0; s < width; s++) {
                            int pixel = r * window.dilations()[0] * window.reach(1) + s * window.dilations()[1];
                            int to = isDepthwise()
                                    ? pixel * filters() + o
                                    : (pixel * channels() + firstChannel + c) * filters() + o;
                            turned[to] = factor * elements[((o * dims[1] + c) * height + r) * width + s];
                        }
                    }
                }
            }
            return turned;
        }
    }

    static void lower(Lowering lowering, Node node) {
        Computed x = lowering.computed(node, 0);
        Constant weights = lowering.floats(node, 1, "filter");
        int groups = node.integer("group", 1);
        int[] dims = weights.dims();
        int rank = x.dims().length;
        if (rank < 3
                || dims.length != rank
                || groups < 1
                || dims[0] % groups != 0
                || (long) dims[1] * groups != x.dims()[1]) {
            throw new Refusal(
                    node,
                    "convolves " + Arrays.toString(x.dims()) + " with filters of " + Arrays.toString(dims) + " in "
                            + groups + " groups, which do not fit");
        }
        Window window = Window.of(node, x.dims(), Arrays.copyOfRange(dims, 2, rank));
        String output = node.output();
        Node norm = lowering.onlyReader(output, "BatchNormalization");
        BatchNorms.Scale scale = norm == null ? null : BatchNorms.of(lowering, norm, dims[0]);
        if (norm != null) {
            lowering.take(norm);
            output = norm.output();
        }
        Node relu = lowering.onlyReader(output, "Relu");
        if (relu != null) {
            lowering.take(relu);
            output = relu.output();
        }
        float[] bias = bias(lowering, node, dims[0], scale);
        Filter filter = new Filter(weights.floats(), dims, groups, window, scale == null ? null : scale.factors());
        Lowering.made((long) window.reach(0) * window.reach(1) * dims[0] * filter.channels());
        Computed y = convolved(lowering, node, Images.of(lowering, x), filter, bias, relu != null, rank);
        lowering.put(output, y);
    }

    /** The summand of each filter, that of a batch normalization included; null for none. */
    private static float[] bias(Lowering lowering, Node node, int filters, BatchNorms.Scale scale) {
        Constant own = node.hasInput(2) ? lowering.floats(node, 2, "bias") : null;
        if (own != null && own.size() != filters) {
            throw new Refusal(node, "has a bias of " + own.size() + " for " + filters + " filters");
        }
        if (scale == null) {
            return own == null ? null : own.floats();
        }
        float[] bias = scale.summands().clone();
        for (int o = 0; own != null && o < filters; o++) {
            bias[o] += own.floats()[o] * scale.factors()[o];
        }
        return bias;
    }

    private static Computed convolved(
            Lowering lowering, Node node, Computed images, Filter filter, float[] bias, boolean relu, int rank) {
        Window window = filter.window();
        boolean frame = window.needsFrame();
        Tensor x = frame ? Images.framed(lowering, images, window, 0) : images.tensor();
        int height = frame ? window.framed(0) : window.image()[0];
        int width = frame ? window.framed(1) : window.image()[1];
        int padding = frame ? 0 : window.padding();
        int batch = images.dims()[0];
        Epilogue epilogue = new Epilogue(bias != null, relu, 0, false);
        Tensor weights = lowering.weights().filter(node.output() + " filter", filter.shape(), filter::turned);
        Fused fused = bias == null
                ? Fused.NONE
                : Fused.bias(lowering.weights().tensor(node.output() + " bias", bias.length, () -> bias));
        Conv2dSpec dense = Conv2dSpec.forward(batch, height, width, filter.channels())
                .filters(window.reach(0), window.reach(1), filter.filters())
                .stepped(window.stride(), padding)
                .with(epilogue);
        Tensor y = lowering.tensor(dense.yShape().size());
        Tensor images4 = x.reshaped(dense.xShape());
        if (filter.isDepthwise()) {
            DepthwiseConv2dSpec spec = new DepthwiseConv2dSpec(
                    dense.pass(),
                    batch,
                    height,
                    width,
                    filter.channels(),
                    window.reach(0),
                    window.reach(1),
                    window.stride(),
                    padding,
                    epilogue);
            lowering.backend().depthwiseConv2d(spec, images4, weights, y.reshaped(spec.yShape()), fused);
        } else {
            lowering.backend().conv2d(dense, images4, weights, y.reshaped(dense.yShape()), fused);
        }
        return Images.kept(lowering, y, dense.yShape().extents(), window, rank);
    }
}
