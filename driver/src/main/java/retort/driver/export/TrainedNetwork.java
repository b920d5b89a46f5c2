package retort.driver.export;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import retort.driver.data.ClassNames;
import retort.kernels.Backend;
import retort.nn.Architecture;
import retort.nn.ModelFileException;
import retort.nn.Parameter;
import retort.nn.SafeTensors;
import retort.nn.Sequential;

/**
 * A network as it is taken elsewhere.
 *
 * @param parameters by their names in model files, such as {@code 3.dense.weight}
 * @param metadata of its file, and "classes": the names of its outputs, numbers where nobody named them
 */
public record TrainedNetwork(
        Architecture architecture, Map<String, SafeTensors.Entry> parameters, Map<String, String> metadata) {
    /** Keeps the order of both maps. */
    public TrainedNetwork {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * Reads a model file.
     *
     * @throws ModelFileException if it is none, or holds an element that is no finite number
     */
    public static TrainedNetwork load(Backend backend, Path file) {
        Sequential.Loaded loaded = Sequential.load(backend, file);
        try (Sequential model = loaded.model()) {
            return of(model, loaded.metadata());
        }
    }

    /** A model and the metadata of its file; its parameters become float32, whatever its weights are. */
    public static TrainedNetwork of(Sequential model, Map<String, String> metadata) {
        Map<String, SafeTensors.Entry> parameters = new LinkedHashMap<>();
        for (Parameter parameter : model.tensors()) {
            float[] elements = model.backend().download(parameter.value());
            parameters.put(
                    parameter.name(), new SafeTensors.Entry(parameter.value().shape(), elements));
        }
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.putIfAbsent(
                ClassNames.KEY,
                ClassNames.text(ClassNames.numbers(model.architecture().output().size())));
        return new TrainedNetwork(model.architecture(), parameters, all);
    }
}
