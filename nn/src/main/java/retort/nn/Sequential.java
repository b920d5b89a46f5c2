package retort.nn;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * A network with parameters on a backend; one whose weights are of fewer bits than float32 is for inference alone. It
 * holds no activations: those live in the scope that a pass is given, so the
 * model can infer in one scope while it trains in another.
 */
public final class Sequential implements Network {
    private static final String ARCHITECTURE = "architecture";

    private final Backend backend;
    private final Architecture architecture;
    private final ElementType weights;
    private final Scope parameterScope;
    private final Chain chain;

    private Sequential(Backend backend, Architecture architecture, ElementType weights, StartValues values) {
        this(backend, architecture, weights, false, values);
    }

    /** @param rounded whether values of filters are to be taken as they are */
    private Sequential(
            Backend backend, Architecture architecture, ElementType weights, boolean rounded, StartValues values) {
        this.backend = backend;
        this.architecture = architecture;
        this.weights = weights;
        this.parameterScope = backend.scope();
        try {
            this.chain = StageBuilder.chain(architecture, new Start(values, rounded));
        } catch (RuntimeException e) {
            parameterScope.close();
            throw e;
        }
    }

    /** Where a parameter's first values come from. */
    private interface StartValues {
        float[] of(String name, Shape shape, int index);
    }

    /** A new network: weights drawn by {@code initializer}, biases 0. */
    public static Sequential create(Backend backend, Architecture architecture, Initializer initializer, long seed) {
        return new Sequential(
                backend,
                architecture,
                ElementType.FLOAT32,
                (name, shape, index) ->
                        StoredWeights.isWeight(name) ? initializer.draw(shape, seed, index) : start(name, shape));
    }

    private static float[] start(String name, Shape shape) {
        float[] elements = new float[shape.size()];
        Arrays.fill(elements, BatchNorm.start(name));
        return elements;
    }

    /** Parameters that are there already, row-major. */
    interface Parameters {
        float[] of(String name, Shape shape);
    }

    /** A network with these parameters, which are rounded to the weights' type already. */
    static Sequential of(Backend backend, Architecture architecture, ElementType weights, Parameters parameters) {
        return new Sequential(backend, architecture, weights, true, (name, shape, index) -> parameters.of(name, shape));
    }

    @Override
    public Sequential copy(Backend other) {
        return copy(other, weights);
    }

    /**
     * The same network on the same backend with its weights rounded to another type, see {@link ElementType}: those of
     * dense layers are stored so, filters as float32 of the same values; biases stay as they are.
     */
    public Sequential withWeights(ElementType type) {
        return copy(backend, type);
    }

    @Override
    public Optional<Network> folded(Backend other) {
        return FoldedNetwork.of(this, other);
    }

    private Sequential copy(Backend other, ElementType type) {
        List<Parameter> tensors = tensors();
        return new Sequential(
                other,
                architecture,
                type,
                (name, shape, index) -> backend.download(tensors.get(index).value()));
    }

    /** The activations of one training pass. */
    public static final class Tape {
        private final Stage.Pass pass;
        private final Tensor output;

        private Tape(Stage.Pass pass, Tensor output) {
            this.pass = pass;
            this.output = output;
        }

        /** What the last layer gave, batch x classes. */
        public Tensor output() {
            return output;
        }
    }

    @Override
    public Backend backend() {
        return backend;
    }

    public Architecture architecture() {
        return architecture;
    }

    @Override
    public Shape input() {
        return architecture.input();
    }

    @Override
    public Shape output() {
        return architecture.output();
    }

    @Override
    public String text() {
        return architecture.text();
    }

    @Override
    public ElementType weights() {
        return weights;
    }

    /** In the order of the layers, weights before biases. */
    public List<Parameter> parameters() {
        return chain.parameters();
    }

    /** What a model file holds: parameters, and the running statistics of batch normalisations. */
    public List<Parameter> tensors() {
        return chain.tensors();
    }

    @Override
    public long parameterCount() {
        return parameters().stream().mapToLong(p -> p.value().shape().size()).sum();
    }

    @Override
    public List<Part> parts() {
        return architecture.parts();
    }

    @Override
    public long parameterBytes() {
        return tensors().stream()
                .mapToLong(p -> (long) p.value().shape().size()
                        * (StoredWeights.isWeight(p.name()) ? weights : ElementType.FLOAT32).bits()
                        / Byte.SIZE)
                .sum();
    }

    /** The shape of a batch of examples. */
    static Shape batchShape(int batch, Shape example) {
        int[] extents = new int[example.rank() + 1];
        extents[0] = batch;
        System.arraycopy(example.extents(), 0, extents, 1, example.rank());
        return Shape.of(extents);
    }

    @Override
    public Tensor infer(Backend other, Scope scope, Tensor x) {
        return chain.forward(Stage.Pass.inference(other, scope), x);
    }

    /**
     * A training pass, dropout on.
     *
     * @param scope for activations; it must outlive {@link #backward}
     * @param x batch x the architecture's input
     * @param seed of the run, which dropout draws from
     * @param step the training step, likewise
     * @throws IllegalStateException if the weights are not float32
     */
    public Tape forward(Scope scope, Tensor x, long seed, long step) {
        if (weights != ElementType.FLOAT32) {
            throw new IllegalStateException(
                    "sequential: weights of " + weights + " can't be trained, expected float32");
        }
        Stage.Pass pass = Stage.Pass.training(backend, scope, step, seed);
        return new Tape(pass, chain.forward(pass, x));
    }

    /**
     * The first layer that gives a number which is not finite for a batch, dropout off: {@code 3.dense}, as its
     * parameters are called, or {@code 2.0.conv2d} in a residual block. Empty for none. It downloads what every layer
     * gives: it is for finding out, not for use.
     *
     * @param x batch x the architecture's input
     */
    @Override
    public Optional<String> firstNotFinite(Scope scope, Tensor x) {
        return chain.firstNotFinite(Stage.Pass.inference(backend, scope), x);
    }

    /** Hands the gradient of every parameter to {@code sink}, given the gradient by the tape's output. */
    public void backward(Tape tape, Tensor dOutput, GradientSink sink) {
        chain.backward(tape.pass, dOutput, false, sink);
    }

    /**
     * Writes architecture, tensors and {@code metadata} as safetensors, weights as what they are rounded to. An
     * "architecture" in the metadata is replaced by this model's.
     *
     * @throws ModelFileException if the file can't be written
     */
    public void save(Path file, Map<String, String> metadata) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.put(ARCHITECTURE, architecture.text());
        Map<String, SafeTensors.Entry> tensors = new LinkedHashMap<>();
        for (Parameter parameter : tensors()) {
            float[] elements = backend.download(parameter.value());
            ElementType type = StoredWeights.isWeight(parameter.name()) ? weights : ElementType.FLOAT32;
            StoredWeights.put(tensors, parameter.name(), parameter.value().shape(), type, elements);
        }
        new SafeTensors(all, tensors).write(file);
    }

    /** A model read from a file, and the metadata it was saved with. */
    public record Loaded(Sequential model, Map<String, String> metadata) {}

    /**
     * Reads a model that {@link #save} wrote, with the weights that the file has.
     *
     * @throws ModelFileException if the file can't be read, names no architecture, or holds other tensors than it needs
     *     or elements that are no finite numbers
     */
    public static Loaded load(Backend backend, Path file) {
        return load(backend, file, null);
    }

    /**
     * The same with weights of a type.
     *
     * @param weights what they are rounded to; null for what the file has
     */
    public static Loaded load(Backend backend, Path file, ElementType weights) {
        return load(backend, file, weights, List.of());
    }

    /**
     * The same of a network that may have layers of the program's own.
     *
     * @param own those that the file's architecture may name
     */
    public static Loaded loadWith(Backend backend, Path file, List<? extends OwnLayer> own) {
        return load(backend, file, null, own);
    }

    private static Loaded load(Backend backend, Path file, ElementType weights, List<? extends OwnLayer> own) {
        SafeTensors tensors = SafeTensors.read(file);
        String text = tensors.metadata().get(ARCHITECTURE);
        if (text == null) {
            throw new ModelFileException(file, "its metadata names no architecture; expected a model saved by retort");
        }
        StartValues saved = (name, shape, index) -> {
            float[] elements = StoredWeights.elements(file, tensors, name, shape);
            requireFinite(file, name, elements);
            return elements;
        };
        ElementType stored = StoredWeights.type(file, tensors);
        Sequential model;
        try {
            Architecture architecture = Architecture.parse(text, own);
            model = new Sequential(backend, architecture, weights == null ? stored : weights, saved);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file, "its architecture is none", e);
        }
        int expected = model.tensors().stream()
                .mapToInt(parameter -> StoredWeights.count(parameter.name(), stored))
                .sum();
        if (tensors.tensors().size() != expected) {
            model.close();
            throw new ModelFileException(
                    file, "has " + tensors.tensors().size() + " tensors, expected the " + expected + " of " + text);
        }
        return new Loaded(model, tensors.metadata());
    }

    private static void requireFinite(Path file, String name, float[] elements) {
        for (int i = 0; i < elements.length; i++) {
            if (!Float.isFinite(elements[i])) {
                throw new ModelFileException(
                        file, name + " has " + elements[i] + " at element " + i + ", expected finite numbers");
            }
        }
    }

    @Override
    public void close() {
        parameterScope.close();
    }

    /** Makes the parameters, drawing their values one after the other. */
    private final class Start implements StageBuilder.Parameters {
        private final StartValues values;
        private final boolean rounded;
        private int drawn;

        Start(StartValues values, boolean rounded) {
            this.values = values;
            this.rounded = rounded;
        }

        @Override
        public Parameter rowMajor(String name, Shape shape) {
            float[] elements = values.of(name, shape, drawn++);
            int channels = shape.extent(shape.rank() - 1);
            boolean rounds = StoredWeights.isWeight(name) && !rounded;
            float[] its = rounds ? weights.rounded(elements, channels) : elements;
            return new Parameter(name, parameterScope.tensorOf(shape, its));
        }

        @Override
        public Parameter packed(String name, Shape shape) {
            float[] elements = values.of(name, shape, drawn++);
            return new Parameter(name, parameterScope.packedOf(shape, weights, elements));
        }
    }
}
