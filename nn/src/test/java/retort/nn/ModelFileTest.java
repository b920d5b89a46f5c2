package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.Backend;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.op.Shape;

/** Models saved and loaded. */
class ModelFileTest {
    private static final String TEXT = "input 6x6x1; conv2d 3 3x3; relu; flatten; dense 7; relu; dropout 0.5; dense 4";
    private static final Architecture ARCHITECTURE = Architecture.parse(TEXT);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("model.safetensors");
    }

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aLoadedModelHasTheBitsOfTheSavedOne(Subject subject) {
        Backend backend = subject.backend();
        try (Sequential saved = create(backend, 3)) {
            backend.fill(saved.parameters().get(1).value(), 0.125f);
            saved.save(file, Map.of("epochs", "2"));
            Sequential.Loaded loaded = Sequential.load(backend, file);
            try (Sequential model = loaded.model()) {
                assertEquals(ARCHITECTURE, model.architecture());
                assertEquals("2", loaded.metadata().get("epochs"));
                assertEquals(names(saved), names(model));
                for (int p = 0; p < names(saved).size(); p++) {
                    assertArrayEquals(
                            backend.download(saved.parameters().get(p).value()),
                            backend.download(model.parameters().get(p).value()));
                }
                assertArrayEquals(inferred(saved), inferred(model), subject.name());
            }
        }
    }

    @Test
    void parametersAreNamedByTheirLayers() {
        try (Sequential model = create(EnginesUnderTest.reference(), 0)) {
            assertEquals(
                    List.of(
                            "0.conv2d.weight",
                            "0.conv2d.bias",
                            "3.dense.weight",
                            "3.dense.bias",
                            "6.dense.weight",
                            "6.dense.bias"),
                    names(model));
        }
    }

    @Test
    void aSeedGivesTheSameFileOnEveryEngine() throws IOException {
        for (Subject subject : EnginesUnderTest.all()) {
            Path other = folder.resolve(subject.name());
            try (Sequential model = create(subject.backend(), 5);
                    Sequential reference = create(EnginesUnderTest.reference(), 5)) {
                model.save(other, Map.of("seed", "5"));
                reference.save(file, Map.of("seed", "5"));
            }
            assertEquals(-1, Files.mismatch(file, other), subject.name());
        }
    }

    @Test
    void metadataCannotRenameTheArchitecture() {
        try (Sequential model = create(EnginesUnderTest.reference(), 0)) {
            model.save(file, Map.of("architecture", "input 4; dense 4"));
        }
        Sequential.load(EnginesUnderTest.reference(), file).model().close();
    }

    @Test
    void refusesAFileThatNamesNoArchitecture() {
        new SafeTensors(Map.of("a", "b"), tensors()).write(file);
        refused("its metadata names no architecture");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "perceptron",
                "input 6x6x1",
                "input 6x6x1; conv2d 3 3x3 stride 0 padding 0",
                "input 6x6x1; flatten; dense 99999999999",
                "input 6x6x1; flatten; dense 2147483647",
                "input 6x6x1; flatten; dense 4; dropout 2.0",
                "input 6x6x1;\nflatten"
            })
    void refusesAnArchitectureThatIsNone(String text) {
        new SafeTensors(Map.of("architecture", text), tensors()).write(file);
        refused("");
    }

    @Test
    void refusesMissingTensors() {
        for (String name : tensors().keySet()) {
            Map<String, SafeTensors.Entry> tensors = tensors();
            tensors.remove(name);
            write(tensors);
            refused("has no tensor " + name + ", expected one of ");
        }
    }

    @Test
    void refusesATensorTooMany() {
        Map<String, SafeTensors.Entry> tensors = tensors();
        tensors.put("7.dense.weight", new SafeTensors.Entry(Shape.of(1), new float[1]));
        write(tensors);
        refused("has 7 tensors, expected the 6 of " + TEXT);
    }

    @Test
    void refusesATensorOfAnotherShape() {
        Map<String, SafeTensors.Entry> tensors = tensors();
        SafeTensors.Entry weight = tensors.get("6.dense.weight");
        tensors.put("6.dense.weight", new SafeTensors.Entry(Shape.of(4, 7), weight.elements()));
        write(tensors);
        refused("6.dense.weight is 4 x 7, expected 7 x 4");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesAnElementThatIsNoFiniteNumber(float element) {
        Map<String, SafeTensors.Entry> tensors = tensors();
        tensors.get("6.dense.weight").elements()[27] = element;
        write(tensors);
        refused("6.dense.weight has " + element + " at element 27, expected finite numbers");
    }

    private void write(Map<String, SafeTensors.Entry> tensors) {
        new SafeTensors(Map.of("architecture", TEXT), tensors).write(file);
    }

    private void refused(String problem) {
        String message = assertThrows(
                        ModelFileException.class, () -> Sequential.load(EnginesUnderTest.reference(), file))
                .getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
        assertEquals(1, message.lines().count(), message);
    }

    /** Those of a model of {@link #TEXT}. */
    private Map<String, SafeTensors.Entry> tensors() {
        Path whole = folder.resolve("whole");
        try (Sequential model = create(EnginesUnderTest.reference(), 1)) {
            model.save(whole, Map.of());
        }
        return new LinkedHashMap<>(SafeTensors.read(whole).tensors());
    }

    private static Sequential create(Backend backend, long seed) {
        return Sequential.create(backend, ARCHITECTURE, Initializer.GLOROT_UNIFORM, seed);
    }

    private static List<String> names(Sequential model) {
        return model.parameters().stream().map(Parameter::name).toList();
    }

    private static float[] inferred(Sequential model) {
        try (Scope scope = model.backend().scope()) {
            return model.backend().download(model.infer(scope, scope.filled(model.batchShape(3), 0.5f)));
        }
    }
}
