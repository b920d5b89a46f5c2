package retort.nn;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;
import retort.nn.onnx.OnnxNetwork;

/**
 * What gives logits for a batch, with its parameters on a backend: layers of our own, or the graph of an ONNX file. It
 * holds no activations; those live in the scope that a pass is given.
 */
public interface Network extends AutoCloseable {
    /** A network read from a file, and what the file says besides. */
    record Loaded(Network network, Map<String, String> metadata) {}

    /**
     * Reads a model that {@link Sequential#save} wrote, or an ONNX model. Its beginning says which it is.
     *
     * @param weights what its weights are rounded to; null for what the file has
     * @throws ModelFileException if the file can't be read, or holds what can't be run
     */
    static Loaded load(Backend backend, Path file, ElementType weights) {
        if (OnnxNetwork.isIn(file)) {
            OnnxNetwork network = OnnxNetwork.load(backend, file, weights);
            return new Loaded(network, network.metadata());
        }
        Sequential.Loaded loaded = Sequential.load(backend, file, weights);
        return new Loaded(loaded.model(), loaded.metadata());
    }

    Backend backend();

    /** Shape of one example; of images height x width x channels. */
    Shape input();

    /** Shape of what an example becomes. */
    Shape output();

    /** What the weights are rounded to. */
    ElementType weights();

    /** Number of trained values. */
    long parameterCount();

    /** Bytes that they take in a file, the scales of int8 aside. */
    long parameterBytes();

    /** A part of a network, what an example becomes in it, and its number of trained values. */
    record Part(String text, Shape output, long parameters) {}

    /** What an example goes through, in order. */
    List<Part> parts();

    /** What it is made of, on one line. */
    String text();

    /** The shape of a batch. */
    default Shape batchShape(int batch) {
        int[] example = input().extents();
        int[] extents = new int[example.length + 1];
        extents[0] = batch;
        System.arraycopy(example, 0, extents, 1, example.length);
        return Shape.of(extents);
    }

    /**
     * What the last layer gives for a batch, dropout off.
     *
     * @param scope for activations, and the result
     * @param x batch x the input
     */
    default Tensor infer(Scope scope, Tensor x) {
        return infer(backend(), scope, x);
    }

    /** The same on another backend that reads this one's parameters. */
    Tensor infer(Backend other, Scope scope, Tensor x);

    /** The same network with the same parameters on another backend. */
    Network copy(Backend other);

    /**
     * The same for inference alone on another backend, with what is constant then worked out once, if there is such: it
     * gives the same within rounding.
     */
    default Optional<Network> folded(Backend other) {
        return Optional.empty();
    }

    /**
     * The first layer that gives a number which is not finite for a batch, as far as that can be told.
     *
     * @param x batch x the input
     */
    Optional<String> firstNotFinite(Scope scope, Tensor x);

    @Override
    void close();

    /**
     * Whether a network that takes {@code input} takes images of height x width x channels: these, or of one channel
     * their matrix, or their pixels in a row.
     */
    static boolean takes(Shape input, Shape images) {
        boolean grey = images.extent(2) == 1;
        return input.equals(images)
                || grey && input.equals(Shape.of(images.extent(0), images.extent(1)))
                || grey && input.equals(Shape.of(images.size()));
    }
}
