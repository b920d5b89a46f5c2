package retort.nn;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * A network that no longer changes: its architecture and its weights, which are in memory once however many threads use
 * it. Each thread takes a {@link Predictor} of its own. Batch normalisation is part of the weights before it.
 *
 * <pre>
 * try (Model model = Model.load(Path.of("student.safetensors"))) {
 *     // in each thread:
 *     try (Predictor predictor = model.predictor()) {
 *         predictor.logits(pixels, 1, logits);
 *     }
 * }
 * </pre>
 *
 * <p>All methods may be called by any thread.
 */
public final class Model implements AutoCloseable {
    private final Backend home;
    private final Network network;
    private final Map<String, String> metadata;
    private final int outputSize;
    private int predictors;
    private boolean closed;

    private Model(Backend home, Network network, Map<String, String> metadata) {
        this.home = home;
        this.network = network;
        this.metadata = Map.copyOf(metadata);
        this.outputSize = network.output().size();
        home.finish();
        home.handOver();
    }

    /**
     * Reads a model that {@link Sequential#save} wrote, or an ONNX model; see {@link Network#load}.
     *
     * @throws ModelFileException if the file can't be read, or holds what can't be run
     * @throws BackendUnavailableException if the engine can't run here
     */
    public static Model load(Path file, Engine engine) {
        return load(file, engine, Backends.Options.defaults());
    }

    /** The same on cpu-simd. */
    public static Model load(Path file) {
        return load(file, Engine.CPU_SIMD);
    }

    /** The same with a choice of device; a predictor's threads are asked for later. */
    public static Model load(Path file, Engine engine, Backends.Options options) {
        return load(file, engine, options, null);
    }

    /**
     * The same with weights of a type.
     *
     * @param weights what they are rounded to; null for what the file has
     */
    public static Model load(Path file, Engine engine, Backends.Options options, ElementType weights) {
        Backend home = Backends.open(engine, options.withThreads(1));
        try {
            Network.Loaded loaded = Network.load(home, file, weights);
            Optional<Network> folded = loaded.network().folded(home);
            folded.ifPresent(other -> loaded.network().close());
            return new Model(home, folded.orElse(loaded.network()), loaded.metadata());
        } catch (RuntimeException | Error e) {
            home.close();
            throw e;
        }
    }

    /**
     * The weights that a network has now, on the device that it is on; what is trained later does not change them. The
     * network's backend may be closed first; its memory is free once this model is closed too.
     */
    public static Model of(Network network) {
        Backend home = network.backend().sibling(1);
        return new Model(home, network.folded(home).orElseGet(() -> network.copy(home)), Map.of());
    }

    /** What it is made of, on one line. */
    public String text() {
        return network.text();
    }

    /** What the file says besides, empty for a model that comes from no file. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** What the weights are rounded to. */
    public ElementType weights() {
        return network.weights();
    }

    /** Number of trained values. */
    public long parameterCount() {
        return network.parameterCount();
    }

    /** Shape of one input. */
    public Shape input() {
        return network.input();
    }

    /** Shape of one output. */
    public Shape output() {
        return network.output();
    }

    /** Elements of one output. */
    public int outputSize() {
        return outputSize;
    }

    /**
     * A predictor for the calling thread, on that thread alone: many small requests are served best by many of these.
     */
    public Predictor predictor() {
        return predictor(1);
    }

    /**
     * A predictor for the calling thread.
     *
     * @param threads that it computes on
     * @throws IllegalStateException if this model is closed
     */
    public synchronized Predictor predictor(int threads) {
        if (closed) {
            throw new IllegalStateException("model: a predictor was asked of a closed one");
        }
        Backend backend = home.sibling(threads);
        predictors++;
        return new Predictor(this, network, backend);
    }

    synchronized void release() {
        predictors--;
        freeIfDone();
    }

    /** No new predictor can be had; the memory is free once the last one is closed. */
    @Override
    public synchronized void close() {
        closed = true;
        freeIfDone();
    }

    private void freeIfDone() {
        if (closed && predictors == 0) {
            home.close();
        }
    }

    /** The layers with their output and number of weights, one a line, and the sum, to be printed. */
    public String summary() {
        StringBuilder lines = new StringBuilder();
        String row = "%-28s %-18s %,14d%n";
        lines.append(String.format(Locale.ROOT, "%-28s %-18s %14s%n", "layer", "output", "parameters"));
        lines.append(String.format(Locale.ROOT, row, "input", text(input()), 0));
        for (Network.Part part : network.parts()) {
            lines.append(String.format(Locale.ROOT, row, part.text(), text(part.output()), part.parameters()));
        }
        double mebibytes = network.parameterBytes() / (double) (1 << 20);
        lines.append(String.format(Locale.ROOT, "%,d parameters, %.1f MiB%n", parameterCount(), mebibytes));
        return lines.toString();
    }

    private static String text(Shape shape) {
        return shape.toString().replace(" ", "");
    }
}
