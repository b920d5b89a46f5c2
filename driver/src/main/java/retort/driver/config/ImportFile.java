package retort.driver.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.driver.config.Section.Value;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.StateDict;

/**
 * What a TOML file says of a network whose weights another framework keeps: the teacher of an experiment, or a file of
 * that alone.
 *
 * @param modules of each layer with weights, {@code 0.conv2d}, its name in the framework
 * @param classes see {@link retort.driver.data.Form}
 */
public record ImportFile(Architecture architecture, Map<String, String> modules, Optional<String> classes) {
    static final String NAMES = "names";

    /**
     * Reads a file.
     *
     * @throws BadConfigException if it can't be read, or does not say it
     */
    public static ImportFile read(Path file) {
        return ExperimentFile.parse(file, ImportFile::of);
    }

    private static ImportFile of(Section root, ExperimentReader reader) {
        root.only(ExperimentReader.KEYS);
        Optional<Section> data = ExperimentReader.data(root);
        Section teacher = ExperimentReader.teacher(root);
        Shape image = ExperimentReader.image(data);
        Value layers = teacher.get("layers");
        Architecture architecture = TrainingReader.architecture(layers, image, 0);
        List<String> wanted;
        try {
            wanted = StateDict.layers(architecture);
        } catch (IllegalArgumentException e) {
            throw layers.bad(e.getMessage());
        }
        Value table = teacher.get(NAMES);
        Section names = table.section("[teacher.names]", null).only(wanted);
        Map<String, String> modules = new LinkedHashMap<>();
        wanted.forEach(layer -> modules.put(layer, names.get(layer).text()));
        return new ImportFile(architecture, modules, data.flatMap(reader::classes));
    }
}
