package retort.nn;

import java.util.ArrayList;
import java.util.List;
import retort.kernels.op.Epilogue;
import retort.kernels.op.Shape;
import retort.nn.Stage.Activation;

/**
 * Turns a sequence of layers into stages, taking ReLU and dropout into the stage with weights before them, and a ReLU
 * into a batch normalisation or residual sum.
 */
final class StageBuilder {
    /** Layers of a block are numbered from here on, times the number of the layer that they are in. */
    private static final int INNER = 1000;

    /** Makes parameters with their first values. */
    interface Parameters {
        Parameter rowMajor(String name, Shape shape);

        /** A matrix that products read as B. */
        Parameter packed(String name, Shape shape);
    }

    private final Parameters parameters;
    private final String prefix;
    private final int firstStream;
    private final List<Layer> layers;
    private final List<Stage> built = new ArrayList<>();
    private Shape shape;

    private StageBuilder(Parameters parameters, String prefix, int firstStream, List<Layer> layers, Shape input) {
        this.parameters = parameters;
        this.prefix = prefix;
        this.firstStream = firstStream;
        this.layers = layers;
        this.shape = input;
    }

    static Chain chain(Architecture architecture, Parameters parameters) {
        return new StageBuilder(parameters, "", 0, architecture.layers(), architecture.input()).build();
    }

    private Chain build() {
        Epilogue inputGate = Epilogue.NONE;
        int i = 0;
        while (i < layers.size()) {
            int layer = i++;
            boolean hasWeights = hasWeights(layer);
            boolean isNorm = layers.get(layer) instanceof BatchNorm;
            boolean takesRelu = hasWeights || isNorm || layers.get(layer) instanceof Residual;
            boolean relu = takesRelu && i < layers.size() && layers.get(i) instanceof Layer.ReLU;
            i += relu ? 1 : 0;
            float dropout = 0;
            if (hasWeights && relu && i < layers.size() && layers.get(i) instanceof Layer.Dropout fused) {
                dropout = fused.rate();
                i++;
            }
            Activation activation = new Activation(relu, dropout, stream(i - 1), weightsComeNext(i));
            built.add(stage(layer, activation, inputGate));
            if (hasWeights || isNorm) {
                inputGate = activation.undoneAbove() ? activation.gate() : Epilogue.NONE;
            }
            shape = layers.get(layer).outputShape(shape);
        }
        return new Chain(built);
    }

    private int stream(int layer) {
        return RandomStream.DROPOUT.of(firstStream + layer);
    }

    private boolean hasWeights(int layer) {
        return switch (layers.get(layer)) {
            case Layer.Dense dense -> true;
            case Layer.Conv2D conv2d -> true;
            case DepthwiseConv2D depthwise -> true;
            default -> false;
        };
    }

    /** Whether the next layer that does anything from {@code layer} on has weights. */
    private boolean weightsComeNext(int layer) {
        int next = layer;
        while (next < layers.size() && layers.get(next) instanceof Layer.Flatten) {
            next++;
        }
        return next < layers.size() && hasWeights(next);
    }

    private Stage stage(int layer, Activation activation, Epilogue inputGate) {
        return switch (layers.get(layer)) {
            case Layer.Conv2D conv2d -> {
                int channels = shape.extent(2);
                Shape filter = Shape.of(conv2d.kernelHeight(), conv2d.kernelWidth(), channels, conv2d.filters());
                yield new Stage.Conv2dStage(
                        shape,
                        conv2d,
                        parameters.rowMajor(name(layer, "conv2d.weight"), filter),
                        conv2d.bias()
                                ? parameters.rowMajor(name(layer, "conv2d.bias"), Shape.of(conv2d.filters()))
                                : null,
                        activation,
                        inputGate);
            }
            case DepthwiseConv2D depthwise -> {
                int channels = shape.extent(2);
                Shape filter = Shape.of(depthwise.kernelHeight(), depthwise.kernelWidth(), channels);
                yield new DepthwiseConv2dStage(
                        shape,
                        depthwise,
                        parameters.rowMajor(name(layer, DepthwiseConv2D.NAME + ".weight"), filter),
                        parameters.rowMajor(name(layer, DepthwiseConv2D.NAME + ".bias"), Shape.of(channels)),
                        activation,
                        inputGate);
            }
            case Layer.Dense dense ->
                new Stage.DenseStage(
                        parameters.packed(name(layer, "dense.weight"), Shape.of(shape.size(), dense.units())),
                        parameters.rowMajor(name(layer, "dense.bias"), Shape.of(dense.units())),
                        activation,
                        inputGate);
            case BatchNorm norm -> {
                Shape channels = Shape.of(BatchNorm.channels(shape));
                String name = name(layer, BatchNorm.NAME);
                yield new BatchNormStage(
                        norm,
                        parameters.rowMajor(name + StoredWeights.WEIGHT, channels),
                        parameters.rowMajor(name + ".bias", channels),
                        parameters.rowMajor(name + BatchNorm.RUNNING_MEAN, channels),
                        parameters.rowMajor(name + BatchNorm.RUNNING_VARIANCE, channels),
                        activation);
            }
            case Residual residual ->
                new ResidualStage(
                        name(layer, Residual.NAME),
                        inner(layer, "", 0, residual.block()),
                        inner(layer, "shortcut.", INNER / 2, residual.shortcut()),
                        activation.relu());
            case Pool2D pool -> Pool2dStage.of(pool, shape);
            case GlobalAveragePool2D pool -> Pool2dStage.of(pool, shape);
            case Smooth smooth -> new SmoothStage(smooth.kind());
            case OwnLayer own -> new OwnStage(own);
            case Layer.ReLU relu -> new Stage.ReluStage();
            case Layer.Dropout dropout -> new Stage.DropoutStage(dropout.rate(), stream(layer));
            case Layer.Flatten flatten -> new Stage.FlattenStage();
        };
    }

    private Chain inner(int layer, String branch, int offset, List<Layer> inner) {
        int stream = INNER * (layer + 1) + offset;
        return new StageBuilder(parameters, name(layer, branch), stream, inner, shape).build();
    }

    private String name(int layer, String of) {
        return prefix + layer + "." + of;
    }
}
