package retort.frameworks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.random.RandomUniform;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import retort.kernels.op.Pool2dSpec;
import retort.nn.Architecture;
import retort.nn.Layer;
import retort.nn.Pool2D;

/**
 * TensorFlow as a graph, which its Java API trains fastest: a step, and a prediction, is one run of a session. Adam is
 * TensorFlow's own kernel, which updates a variable in one pass.
 */
final class TensorFlowNetwork implements Network {
    private static final String POM = "/META-INF/maven/org.tensorflow/tensorflow-core-api/pom.properties";

    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final List<Variable<TFloat32>> parameters = new ArrayList<>();
    private final List<Op> starts = new ArrayList<>();
    private final int pixels;
    private final int classes;
    private final Placeholder<TFloat32> images;
    private final Placeholder<TInt32> labels;
    private final Operand<TFloat32> probabilities;
    private final Op step;
    private final Session session;
    private long seeds = Job.SEED;

    TensorFlowNetwork(Architecture architecture, int threads) {
        pixels = architecture.input().size();
        classes = architecture.output().size();
        images = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, pixels)));
        labels = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        List<Stage> stages = stages(architecture);
        Operand<TFloat32> input = reshaped(images, architecture.input());
        probabilities = tf.nn.softmax(cooled(input, stages, false));
        step = adam(loss(cooled(input, stages, true)));
        session = new Session(
                graph,
                ConfigProto.newBuilder()
                        .setIntraOpParallelismThreads(threads)
                        .setInterOpParallelismThreads(threads)
                        .build());
        Session.Runner runner = session.runner();
        starts.forEach(runner::addTarget);
        runner.run().close();
    }

    /**
     * A layer with its parameters.
     *
     * @param training what it does while training
     * @param inference what it does afterwards
     */
    private record Stage(UnaryOperator<Operand<TFloat32>> training, UnaryOperator<Operand<TFloat32>> inference) {
        Stage(UnaryOperator<Operand<TFloat32>> both) {
            this(both, both);
        }
    }

    static String version() {
        try (InputStream in = TensorFlow.class.getResourceAsStream(POM)) {
            Properties api = new Properties();
            api.load(in);
            return "TensorFlow " + TensorFlow.version() + " through its Java API " + api.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(POM + ": can't be read", e);
        }
    }

    private List<Stage> stages(Architecture architecture) {
        List<Stage> stages = new ArrayList<>();
        retort.kernels.op.Shape shape = architecture.input();
        for (Layer layer : architecture.layers()) {
            stages.add(stage(layer, shape));
            shape = layer.outputShape(shape);
        }
        return stages;
    }

    private Stage stage(Layer layer, retort.kernels.op.Shape input) {
        return switch (layer) {
            case Layer.Conv2D conv2d -> conv2d(conv2d, input.extent(2));
            case Layer.Dense dense -> dense(input.size(), dense.units());
            case Layer.ReLU relu -> new Stage(tf.nn::relu);
            case Layer.Dropout dropout -> new Stage(x -> dropped(x, dropout.rate()), UnaryOperator.identity());
            case Pool2D pool
            when pool.kind() == Pool2dSpec.Kind.MAX && pool.padding() == 0 ->
                new Stage(x -> tf.nn.maxPool(
                        x,
                        tf.constant(new int[] {1, pool.kernelHeight(), pool.kernelWidth(), 1}),
                        tf.constant(new int[] {1, pool.stride(), pool.stride(), 1}),
                        "VALID"));
            case Layer.Flatten flatten -> new Stage(x -> reshaped(x, flatten.outputShape(input)));
            default -> throw new IllegalArgumentException("no counterpart here of " + layer.text());
        };
    }

    private Stage conv2d(Layer.Conv2D layer, int channels) {
        boolean same = layer.stride() == 1
                && layer.kernelHeight() == 2 * layer.padding() + 1
                && layer.kernelWidth() == 2 * layer.padding() + 1;
        if (layer.padding() != 0 && !same) {
            throw new IllegalArgumentException("TensorFlow has no padding of " + layer.padding());
        }
        String padding = same ? "SAME" : "VALID";
        int area = layer.kernelHeight() * layer.kernelWidth();
        Variable<TFloat32> filter = weights(
                Shape.of(layer.kernelHeight(), layer.kernelWidth(), channels, layer.filters()),
                area * channels,
                area * layer.filters());
        Variable<TFloat32> bias = biases(layer.filters());
        List<Long> strides = List.of(1L, (long) layer.stride(), (long) layer.stride(), 1L);
        return new Stage(x -> tf.nn.biasAdd(tf.nn.conv2d(x, filter, strides, padding), bias));
    }

    private Stage dense(int inputs, int units) {
        Variable<TFloat32> weights = weights(Shape.of(inputs, units), inputs, units);
        Variable<TFloat32> bias = biases(units);
        return new Stage(x -> tf.nn.biasAdd(tf.linalg.matMul(x, weights), bias));
    }

    /** TensorFlow's core has no dropout: what falls below the rate in [0, 1) goes, the rest is scaled up. */
    private Operand<TFloat32> dropped(Operand<TFloat32> x, float rate) {
        Operand<TFloat32> draws = tf.random.randomUniform(tf.shape(x), TFloat32.class, RandomUniform.seed(seeds++));
        Operand<TFloat32> kept = tf.dtypes.cast(tf.math.greaterEqual(draws, tf.constant(rate)), TFloat32.class);
        return tf.math.mul(x, tf.math.mul(kept, tf.constant(1 / (1 - rate))));
    }

    private Operand<TFloat32> reshaped(Operand<TFloat32> x, retort.kernels.op.Shape example) {
        int[] extents = new int[example.rank() + 1];
        extents[0] = -1;
        System.arraycopy(example.extents(), 0, extents, 1, example.rank());
        return tf.reshape(x, tf.constant(extents));
    }

    /** logits / T. */
    private Operand<TFloat32> cooled(Operand<TFloat32> input, List<Stage> stages, boolean training) {
        Operand<TFloat32> x = input;
        for (Stage stage : stages) {
            x = (training ? stage.training() : stage.inference()).apply(x);
        }
        return tf.math.div(x, tf.constant(Job.TEMPERATURE));
    }

    /** The form that takes class indices has no gradient in TensorFlow's graphs of other languages than Python. */
    private Operand<TFloat32> loss(Operand<TFloat32> cooled) {
        Operand<TFloat32> targets = tf.oneHot(labels, tf.constant(classes), tf.constant(1f), tf.constant(0f));
        return tf.math.mean(tf.nn.softmaxCrossEntropyWithLogits(cooled, targets).loss(), tf.constant(0));
    }

    private Op adam(Operand<TFloat32> loss) {
        Operand<TFloat32> beta1 = tf.constant(Job.BETA1);
        Operand<TFloat32> beta2 = tf.constant(Job.BETA2);
        Variable<TFloat32> beta1Power = variable(Shape.scalar(), beta1);
        Variable<TFloat32> beta2Power = variable(Shape.scalar(), beta2);
        Gradients gradients = tf.gradients(loss, parameters);
        List<Op> updates = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Variable<TFloat32> parameter = parameters.get(i);
            updates.add(tf.train.applyAdam(
                    parameter,
                    zeros(parameter.shape()),
                    zeros(parameter.shape()),
                    beta1Power,
                    beta2Power,
                    tf.constant(Job.RATE),
                    beta1,
                    beta2,
                    tf.constant(Job.EPSILON),
                    gradients.<TFloat32>dy(i)));
        }
        Ops after = tf.withControlDependencies(updates);
        return tf.withControlDependencies(List.of(
                        after.assign(beta1Power, after.math.mul(beta1Power, beta1)),
                        after.assign(beta2Power, after.math.mul(beta2Power, beta2))))
                .noOp();
    }

    private Variable<TFloat32> weights(Shape shape, int fanIn, int fanOut) {
        Operand<TFloat32> draws =
                tf.random.randomUniform(tf.constant(shape), TFloat32.class, RandomUniform.seed(seeds++));
        float limit = (float) Math.sqrt(6.0 / (fanIn + fanOut));
        Operand<TFloat32> scaled = tf.math.sub(tf.math.mul(draws, tf.constant(2 * limit)), tf.constant(limit));
        Variable<TFloat32> weights = variable(shape, scaled);
        parameters.add(weights);
        return weights;
    }

    private Variable<TFloat32> biases(int units) {
        Variable<TFloat32> biases = zeros(Shape.of(units));
        parameters.add(biases);
        return biases;
    }

    private Variable<TFloat32> zeros(Shape shape) {
        return variable(shape, tf.zeros(tf.constant(shape), TFloat32.class));
    }

    private Variable<TFloat32> variable(Shape shape, Operand<TFloat32> start) {
        Variable<TFloat32> variable = tf.variable(shape, TFloat32.class);
        starts.add(tf.assign(variable, start));
        return variable;
    }

    @Override
    public void train(float[] pixelValues, int[] classIndices, int batch) {
        try (TFloat32 x = TFloat32.tensorOf(Shape.of(batch, pixels), DataBuffers.of(pixelValues));
                TInt32 t = TInt32.tensorOf(Shape.of(batch), DataBuffers.of(classIndices))) {
            session.runner()
                    .feed(images, x)
                    .feed(labels, t)
                    .addTarget(step)
                    .run()
                    .close();
        }
    }

    @Override
    public void predict(float[] pixelValues, int batch, float[] results) {
        try (TFloat32 x = TFloat32.tensorOf(Shape.of(batch, pixels), DataBuffers.of(pixelValues));
                Result fetched =
                        session.runner().feed(images, x).fetch(probabilities).run()) {
            ((TFloat32) fetched.get(0)).copyTo(DataBuffers.of(results));
        }
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
