package retort.nn;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/**
 * A training as a safetensors file: the model's tensors, the optimiser's state and step, tensors of the model that it
 * keeps, and what the caller adds. A training that goes on from it ends with the same bits as one that was never
 * stopped, since every random number is a function of seed, step and place. One tensor at a time is held in memory.
 */
public final class Checkpoint {
    private static final String ARCHITECTURE = "architecture";
    private static final String STEP = "step";
    private static final String STATE_TENSORS = "optimizer-tensors";
    private static final String STATE = "optimizer.";
    private static final String AVERAGE = "average.";
    private static final String KEPT_WEIGHTS = "kept-weights";
    private static final String KEPT = "kept.";

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Sequential model;
    private final Optimizer optimizer;

    private Checkpoint(Sequential model, Optimizer optimizer, boolean withState, boolean withKept) {
        this.model = model;
        this.optimizer = optimizer;
        for (Parameter tensor : model.tensors()) {
            tensors.put(tensor.name(), tensor.value());
        }
        if (withState) {
            for (Parameter parameter : model.parameters()) {
                Tensor[] state = optimizer.state(parameter);
                for (int i = 0; i < state.length; i++) {
                    tensors.put(STATE + parameter.name() + "." + i, state[i]);
                }
            }
            for (Parameter parameter : model.tensors()) {
                optimizer.averaged(parameter).ifPresent(tensor -> tensors.put(AVERAGE + parameter.name(), tensor));
            }
        }
        if (withKept) {
            for (Parameter tensor : model.tensors()) {
                tensors.put(KEPT + tensor.name(), optimizer.kept().of(tensor));
            }
        }
    }

    /**
     * Writes a training between two of its steps, whole or not at all.
     *
     * @param optimizer of all of the model's parameters; what a closed one has had is left out
     * @param metadata of the caller; "architecture", "step", "optimizer-tensors" and "kept-weights" are replaced
     * @throws ModelFileException if the file can't be written
     */
    public static void save(Path file, Sequential model, Optimizer optimizer, Map<String, String> metadata) {
        boolean withKept = !optimizer.kept().isEmpty();
        Checkpoint checkpoint = new Checkpoint(model, optimizer, optimizer.hasState(), withKept);
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.put(ARCHITECTURE, model.architecture().text());
        all.put(STEP, Integer.toString(optimizer.step()));
        all.put(STATE_TENSORS, Integer.toString(optimizer.hasState() ? optimizer.stateTensors() : 0));
        if (withKept) {
            all.put(KEPT_WEIGHTS, "true");
        }
        Map<String, Shape> shapes = new LinkedHashMap<>();
        checkpoint.tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        SafeTensors.write(file, all, shapes, name -> model.backend().download(checkpoint.tensors.get(name)));
    }

    /** What {@link #save} was given to keep, without reading the tensors. */
    public static Map<String, String> metadata(Path file) {
        return SafeTensors.metadata(file);
    }

    /**
     * Takes a training up where {@link #save} left it.
     *
     * @param model of the same architecture
     * @param optimizer of the same kind that has not begun yet
     * @throws ModelFileException if the file can't be read, or is of another model or optimiser
     */
    public static void load(Path file, Sequential model, Optimizer optimizer) {
        Map<String, String> metadata = metadata(file);
        String architecture = model.architecture().text();
        if (!architecture.equals(metadata.get(ARCHITECTURE))) {
            throw new ModelFileException(
                    file, "is of the network " + metadata.get(ARCHITECTURE) + ", expected " + architecture);
        }
        int step = number(file, metadata, STEP);
        boolean withState = number(file, metadata, STATE_TENSORS) > 0;
        Checkpoint checkpoint = new Checkpoint(model, optimizer, withState, metadata.containsKey(KEPT_WEIGHTS));
        Set<String> missing = new LinkedHashSet<>(checkpoint.tensors.keySet());
        SafeTensors.read(file, (name, entry) -> {
            if (!missing.remove(name)
                    || entry.type() != ElementType.FLOAT32
                    || !checkpoint.tensors.get(name).shape().equals(entry.shape())) {
                throw new ModelFileException(
                        file,
                        "has a tensor " + name + " of " + entry.shape() + " in " + entry.type() + " that is not of "
                                + architecture + " and its optimizer");
            }
            model.backend().upload(entry.elements(), checkpoint.tensors.get(name));
        });
        if (!missing.isEmpty()) {
            throw new ModelFileException(
                    file, "has no tensor " + missing.iterator().next());
        }
        optimizer.resumeAfter(step);
    }

    private static int number(Path file, Map<String, String> metadata, String key) {
        try {
            return Integer.parseInt(metadata.getOrDefault(key, "none"));
        } catch (NumberFormatException e) {
            throw new ModelFileException(file, "is no checkpoint: its metadata names no " + key);
        }
    }
}
