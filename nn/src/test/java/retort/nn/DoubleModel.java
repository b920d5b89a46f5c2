package retort.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import retort.kernels.engine.HostActivation;
import retort.kernels.op.Philox;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Shape;

/**
 * A network in double precision, layer by layer from the definitions, with no backend and nothing fused: the truth that
 * gradients are held against. Element i of dropout layer l is dropped if word i % 4 of Philox(seed; i / 4, l, step)
 * lies below rate * 2^32.
 */
final class DoubleModel {
    /** One product of a layer with weights: y[y] += x[x] * weight[w]. Indices run over the whole batch. */
    interface Tap {
        void accept(int y, int x, int w);
    }

    /** A layer with weights as the products it sums, and over how many of them each of its three results sums. */
    record Linear(
            String name, int units, int weightSize, int forwardTerms, int inputTerms, int weightTerms, Taps taps) {
        interface Taps {
            void forEach(Tap tap);
        }

        String weight() {
            return name + ".weight";
        }

        String bias() {
            return name + ".bias";
        }
    }

    private final Architecture architecture;
    private final int batch;
    private final long seed;
    private final long step;
    private final int firstStream;
    private final List<Linear> linears = new ArrayList<>();
    private final List<Shape> inputs = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Map<Integer, List<DoubleModel>> branches = new HashMap<>();
    private final Map<String, double[]> parameters;

    /** All parameters are 0 at first. */
    DoubleModel(Architecture architecture, int batch, long seed, long step) {
        this(architecture, batch, seed, step, "", 0, new LinkedHashMap<>());
    }

    private DoubleModel(
            Architecture architecture,
            int batch,
            long seed,
            long step,
            String prefix,
            int firstStream,
            Map<String, double[]> parameters) {
        this.architecture = architecture;
        this.batch = batch;
        this.seed = seed;
        this.step = step;
        this.firstStream = firstStream;
        this.parameters = parameters;
        Shape shape = architecture.input();
        for (int l = 0; l < architecture.layers().size(); l++) {
            Layer layer = architecture.layers().get(l);
            inputs.add(shape);
            Linear linear = linear(prefix + l, layer, shape);
            linears.add(linear);
            if (layer instanceof Residual residual) {
                String at = prefix + l + ".";
                List<DoubleModel> both = new ArrayList<>();
                both.add(branch(residual.block(), shape, at, 1000 * (l + 1)));
                if (!residual.shortcut().isEmpty()) {
                    both.add(branch(residual.shortcut(), shape, at + "shortcut.", 1000 * (l + 1) + 500));
                }
                branches.put(l, both);
            }
            names.add(prefix + l);
            if (linear != null) {
                parameters.put(linear.weight(), new double[linear.weightSize()]);
                if (!(layer instanceof Layer.Conv2D conv2d) || conv2d.bias()) {
                    parameters.put(linear.bias(), new double[linear.units()]);
                }
            }
            if (layer instanceof BatchNorm) {
                parameters.put(prefix + l + ".batchnorm.weight", new double[BatchNorm.channels(shape)]);
                parameters.put(prefix + l + ".batchnorm.bias", new double[BatchNorm.channels(shape)]);
            }
            shape = layer.outputShape(shape);
        }
    }

    private DoubleModel branch(List<Layer> layers, Shape input, String prefix, int stream) {
        return new DoubleModel(new Architecture(input, layers), batch, seed, step, prefix, stream, parameters);
    }

    /** By the names that model files use; to be changed in place. */
    Map<String, double[]> parameters() {
        return parameters;
    }

    Architecture architecture() {
        return architecture;
    }

    int batch() {
        return batch;
    }

    /** Layer l's products, or null for a layer without weights. */
    Linear linear(int l) {
        return linears.get(l);
    }

    /** The batch itself, then what each layer gives. */
    List<double[]> forward(double[] x) {
        List<double[]> values = new ArrayList<>(List.of(x));
        for (int l = 0; l < linears.size(); l++) {
            double[] in = values.getLast();
            Linear linear = linears.get(l);
            values.add(
                    switch (architecture.layers().get(l)) {
                        case Layer.Dense dense -> weighted(linear, in);
                        case Layer.Conv2D conv2d -> weighted(linear, in);
                        case Layer.ReLU relu -> {
                            double[] y = new double[in.length];
                            for (int e = 0; e < y.length; e++) {
                                y[e] = Math.max(in[e], 0);
                            }
                            yield y;
                        }
                        case Layer.Dropout dropout -> {
                            double[] factors = dropoutFactors(l, dropout.rate(), in.length);
                            for (int e = 0; e < factors.length; e++) {
                                factors[e] *= in[e];
                            }
                            yield factors;
                        }
                        case Layer.Flatten flatten -> in;
                        case DepthwiseConv2D depthwise -> weighted(linear, in);
                        case BatchNorm norm -> normalized(norm, names.get(l), in);
                        case Pool2D pool -> pooled(pool, inputs.get(l), in);
                        case GlobalAveragePool2D pool -> {
                            Shape image = inputs.get(l);
                            Pool2dSpec.Kind mean = Pool2dSpec.Kind.AVERAGE;
                            yield pooled(new Pool2D(mean, image.extent(0), image.extent(1), 1, 0), image, in);
                        }
                        case OwnLayer own -> throw new AssertionError(own.text());
                        case Smooth smooth ->
                            Arrays.stream(in)
                                    .map(each -> HostActivation.value(smooth.kind(), each))
                                    .toArray();
                        case Residual residual -> {
                            double[] sum = branches.get(l)
                                    .getFirst()
                                    .forward(in)
                                    .getLast()
                                    .clone();
                            double[] other = branches.get(l).size() == 1
                                    ? in
                                    : branches.get(l).getLast().forward(in).getLast();
                            Arrays.setAll(sum, e -> sum[e] + other[e]);
                            yield sum;
                        }
                    });
        }
        return values;
    }

    /** What dropout multiplies each element by: 0 or 1 / (1 - rate). */
    double[] dropoutFactors(int l, float rate, int count) {
        double[] factors = new double[count];
        int[] words = new int[4];
        for (int e = 0; e < count; e++) {
            Philox.block(seed, e / 4, firstStream + l, (int) step, (int) (step >>> 32), words, 0);
            factors[e] = Integer.toUnsignedLong(words[e % 4]) < rate * 0x1p32 ? 0 : 1 / (1 - (double) rate);
        }
        return factors;
    }

    private double[] weighted(Linear linear, double[] x) {
        double[] bias = parameters.getOrDefault(linear.bias(), new double[linear.units()]);
        double[] weight = parameters.get(linear.weight());
        double[] y = new double[outputSize(linear)];
        for (int e = 0; e < y.length; e++) {
            y[e] = bias[e % bias.length];
        }
        linear.taps().forEach((yIndex, xIndex, w) -> y[yIndex] += x[xIndex] * weight[w]);
        return y;
    }

    /** By the statistics of the batch. */
    private double[] normalized(BatchNorm norm, String layer, double[] x) {
        double[] gamma = parameters.get(layer + ".batchnorm.weight");
        double[] beta = parameters.get(layer + ".batchnorm.bias");
        int channels = gamma.length;
        double[] mean = new double[channels];
        double[] variance = new double[channels];
        double share = channels / (double) x.length;
        for (int e = 0; e < x.length; e++) {
            mean[e % channels] += share * x[e];
        }
        for (int e = 0; e < x.length; e++) {
            variance[e % channels] += share * (x[e] - mean[e % channels]) * (x[e] - mean[e % channels]);
        }
        double[] y = new double[x.length];
        for (int e = 0; e < y.length; e++) {
            int c = e % channels;
            y[e] = gamma[c] * (x[e] - mean[c]) / Math.sqrt(variance[c] + norm.epsilon()) + beta[c];
        }
        return y;
    }

    /** Over the pixels of the image alone. */
    private double[] pooled(Pool2D pool, Shape input, double[] x) {
        Shape output = pool.outputShape(input);
        int channels = input.extent(2);
        double[] y = new double[batch * output.size()];
        for (int e = 0; e < y.length; e++) {
            int j = e / channels % output.extent(1);
            int i = e / channels / output.extent(1) % output.extent(0);
            int image = e / output.size();
            List<Double> under = new ArrayList<>();
            for (int r = 0; r < pool.kernelHeight(); r++) {
                for (int s = 0; s < pool.kernelWidth(); s++) {
                    int p = i * pool.stride() + r - pool.padding();
                    int q = j * pool.stride() + s - pool.padding();
                    if (p >= 0 && p < input.extent(0) && q >= 0 && q < input.extent(1)) {
                        int pixel = (image * input.extent(0) + p) * input.extent(1) + q;
                        under.add(x[pixel * channels + e % channels]);
                    }
                }
            }
            DoubleStream values = under.stream().mapToDouble(Double::doubleValue);
            y[e] = pool.kind() == Pool2dSpec.Kind.MAX
                    ? values.max().orElseThrow()
                    : values.average().orElseThrow();
        }
        return y;
    }

    int outputSize(Linear linear) {
        return linear.units() * linear.weightTerms();
    }

    private Linear linear(String l, Layer layer, Shape input) {
        return switch (layer) {
            case Layer.Dense dense -> {
                int inputs = input.size();
                int units = dense.units();
                yield new Linear(l + ".dense", units, inputs * units, inputs, units, batch, tap -> {
                    for (int b = 0; b < batch; b++) {
                        for (int i = 0; i < inputs; i++) {
                            for (int u = 0; u < units; u++) {
                                tap.accept(b * units + u, b * inputs + i, i * units + u);
                            }
                        }
                    }
                });
            }
            case Layer.Conv2D conv2d -> convolution(l + ".conv2d", conv2d, input, conv2d.outputShape(input));
            case Layer.ReLU relu -> null;
            case Layer.Dropout dropout -> null;
            case Layer.Flatten flatten -> null;
            case DepthwiseConv2D depthwise ->
                depthwise(l + ".depthwise-conv2d", depthwise, input, depthwise.outputShape(input));
            case BatchNorm norm -> null;
            case Pool2D pool -> null;
            case GlobalAveragePool2D pool -> null;
            case Smooth smooth -> null;
            case OwnLayer own -> throw new AssertionError(own.text());
            case Residual residual -> null;
        };
    }

    private Linear convolution(String name, Layer.Conv2D layer, Shape input, Shape output) {
        int channels = input.extent(2);
        int filters = layer.filters();
        int kernel = layer.kernelHeight() * layer.kernelWidth();
        int pixels = batch * output.extent(0) * output.extent(1);
        return new Linear(
                name, filters, kernel * channels * filters, kernel * channels, kernel * filters, pixels, tap -> {
                    for (int pixel = 0; pixel < pixels; pixel++) {
                        int j = pixel % output.extent(1);
                        int i = pixel / output.extent(1) % output.extent(0);
                        int image = pixel / output.extent(1) / output.extent(0);
                        for (int r = 0; r < layer.kernelHeight(); r++) {
                            int p = i * layer.stride() + r - layer.padding();
                            for (int s = 0; s < layer.kernelWidth(); s++) {
                                int q = j * layer.stride() + s - layer.padding();
                                if (p < 0 || p >= input.extent(0) || q < 0 || q >= input.extent(1)) {
                                    continue;
                                }
                                int x = ((image * input.extent(0) + p) * input.extent(1) + q) * channels;
                                int w = (r * layer.kernelWidth() + s) * channels * filters;
                                for (int co = 0; co < channels * filters; co++) {
                                    tap.accept(pixel * filters + co % filters, x + co / filters, w + co);
                                }
                            }
                        }
                    }
                });
    }

    private Linear depthwise(String name, DepthwiseConv2D layer, Shape input, Shape output) {
        int channels = input.extent(2);
        int kernel = layer.kernelHeight() * layer.kernelWidth();
        int pixels = batch * output.extent(0) * output.extent(1);
        return new Linear(name, channels, kernel * channels, kernel, kernel, pixels, tap -> {
            for (int pixel = 0; pixel < pixels; pixel++) {
                int j = pixel % output.extent(1);
                int i = pixel / output.extent(1) % output.extent(0);
                int image = pixel / output.extent(1) / output.extent(0);
                for (int k = 0; k < kernel; k++) {
                    int p = i * layer.stride() + k / layer.kernelWidth() - layer.padding();
                    int q = j * layer.stride() + k % layer.kernelWidth() - layer.padding();
                    if (p >= 0 && p < input.extent(0) && q >= 0 && q < input.extent(1)) {
                        int x = ((image * input.extent(0) + p) * input.extent(1) + q) * channels;
                        for (int c = 0; c < channels; c++) {
                            tap.accept(pixel * channels + c, x + c, k * channels + c);
                        }
                    }
                }
            }
        });
    }
}
