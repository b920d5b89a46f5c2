package retort.nn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import retort.kernels.Backend;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * Weights as PyTorch keeps them, in a safetensors file: a module's {@code NAME.weight} and {@code NAME.bias}, dense
 * ones outputs x inputs, filters outputs x inputs x height x width, and images channels first; of batch normalisation
 * running statistics too. They are brought into the order that our layers have, inputs of a dense layer behind a
 * flatten too.
 *
 * <p>Source: the documentation of torch.nn.Linear, torch.nn.Conv2d and torch.nn.BatchNorm2d.
 */
public final class StateDict {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final String BATCHES = ".num_batches_tracked";
    private static final int MOST_NAMED = 8;

    private final Path file;
    private final SafeTensors tensors;
    private final Set<String> unused;
    private final List<String> remarks = new ArrayList<>();

    private StateDict(Path file) {
        this.file = file;
        this.tensors = SafeTensors.readAny(file);
        this.unused = new LinkedHashSet<>(tensors.tensors().keySet());
    }

    /**
     * A network with weights from a file.
     *
     * @param remarks what a user should know: layers whose biases are 0, since the file has none for them
     */
    public record Loaded(Sequential model, List<String> remarks) {}

    /**
     * The layers of a network that have weights, as {@link #load} wants them named: {@code 0.conv2d}, {@code 3.dense},
     * and in residual blocks {@code 4.0.conv2d} and {@code 4.shortcut.0.conv2d}.
     *
     * @throws IllegalArgumentException if the network's order of numbers can't be that of channels first
     */
    public static List<String> layers(Architecture architecture) {
        return List.copyOf(TensorOrder.of(architecture).keySet());
    }

    /**
     * Reads a network's weights.
     *
     * @param modules of each of the {@link #layers} the module in the file, {@code conv1} or {@code net.0}
     * @throws IllegalArgumentException if these are not the layers
     * @throws ModelFileException if the file can't be read, lacks a weight, has one of another shape, or more than the
     *     layers take
     */
    public static Loaded load(Backend backend, Path file, Architecture architecture, Map<String, String> modules) {
        Map<String, TensorOrder> orders = TensorOrder.of(architecture);
        if (!modules.keySet().equals(orders.keySet())) {
            throw new IllegalArgumentException("state dict: modules for the layers " + modules.keySet()
                    + ", expected them for " + orders.keySet());
        }
        StateDict dict = new StateDict(file);
        Map<String, float[]> parameters = new LinkedHashMap<>();
        orders.forEach((layer, order) -> dict.take(layer, order, modules.get(layer), parameters));
        if (!dict.unused.isEmpty()) {
            throw new ModelFileException(file, "has tensors that no layer takes: " + some(dict.unused));
        }
        return new Loaded(
                Sequential.of(backend, architecture, ElementType.FLOAT32, (name, shape) -> parameters.get(name)),
                dict.remarks);
    }

    private void take(String layer, TensorOrder order, String module, Map<String, float[]> parameters) {
        float[] weight = required(layer, module + WEIGHT, order.theirs());
        parameters.put(layer + WEIGHT, order.ours(weight));
        if (order.bias()) {
            takeBias(layer, Shape.of(order.outputs()), module, parameters);
        }
        if (order instanceof TensorOrder.Channels) {
            for (String statistic : List.of(BatchNorm.RUNNING_MEAN, BatchNorm.RUNNING_VARIANCE)) {
                parameters.put(layer + statistic, required(layer, module + statistic, order.theirs()));
            }
            unused.remove(module + BATCHES);
        }
    }

    private void takeBias(String layer, Shape outputs, String module, Map<String, float[]> parameters) {
        SafeTensors.Entry bias = tensors.tensors().get(module + BIAS);
        if (bias == null) {
            remarks.add(module + " has no bias, so that of " + layer + " is 0");
        }
        parameters.put(
                layer + BIAS, bias == null ? new float[outputs.size()] : elements(layer, module + BIAS, bias, outputs));
    }

    private float[] required(String layer, String name, Shape shape) {
        SafeTensors.Entry tensor = tensors.tensors().get(name);
        if (tensor == null) {
            throw new ModelFileException(
                    file,
                    "has no tensor " + name + " for " + layer + ", it has "
                            + some(tensors.tensors().keySet()));
        }
        return elements(layer, name, tensor, shape);
    }

    private float[] elements(String layer, String name, SafeTensors.Entry tensor, Shape expected) {
        unused.remove(name);
        if (!tensor.shape().equals(expected)) {
            throw new ModelFileException(
                    file, name + " is " + tensor.shape() + ", expected " + expected + " for " + layer);
        }
        for (float element : tensor.elements()) {
            if (!Float.isFinite(element)) {
                throw new ModelFileException(file, name + " has " + element + ", expected finite numbers");
            }
        }
        return tensor.elements();
    }

    private static String some(Collection<String> names) {
        String first = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMED ? first + " and " + (names.size() - MOST_NAMED) + " more" : first;
    }
}
