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
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/** Models with weights of fewer bits: they infer as float32 ones with the rounded weights do, and so do their files. */
class ModelWeightsTest {
    private static final String TEXT =
            "input 9x9x1; conv2d 3 3x3; relu; flatten; dense 37; relu; dropout 0.5; dense 10";
    private static final Architecture ARCHITECTURE = Architecture.parse(TEXT);
    private static final List<ElementType> FEWER_BITS = List.of(ElementType.BFLOAT16, ElementType.INT8);

    @TempDir
    private Path folder;

    static Stream<Arguments> enginesAndTypes() {
        return EnginesUnderTest.all().stream()
                .flatMap(subject -> FEWER_BITS.stream().map(type -> Arguments.of(subject, type)));
    }

    private static Sequential create(Backend backend) {
        Sequential model = Sequential.create(backend, ARCHITECTURE, Initializer.GLOROT_UNIFORM, 11);
        for (Parameter parameter : model.parameters()) {
            if (parameter.name().endsWith(".bias")) {
                backend.fill(parameter.value(), 0.03f);
            }
        }
        return model;
    }

    private static float[] inputs(int batch) {
        SplittableRandom random = new SplittableRandom(batch);
        float[] inputs = new float[batch * ARCHITECTURE.input().size()];
        for (int e = 0; e < inputs.length; e++) {
            inputs[e] = (float) random.nextDouble();
        }
        return inputs;
    }

    private static float[] inferred(Sequential model, int batch) {
        try (Scope scope = model.backend().scope()) {
            return model.backend().download(model.infer(scope, scope.tensorOf(model.batchShape(batch), inputs(batch))));
        }
    }

    private static double[] widened(float[] elements) {
        double[] wide = new double[elements.length];
        for (int e = 0; e < wide.length; e++) {
            wide[e] = elements[e];
        }
        return wide;
    }

    @ParameterizedTest
    @MethodSource("enginesAndTypes")
    void infersAsTheRoundedWeightsDo(Subject subject, ElementType type) {
        Backend backend = subject.backend();
        try (Sequential whole = create(backend);
                Sequential model = whole.withWeights(type)) {
            assertEquals(type, model.weights());
            for (int batch : new int[] {1, 5}) {
                DoubleModel exact = new DoubleModel(ARCHITECTURE, batch, 0, 0);
                for (Parameter parameter : whole.parameters()) {
                    Shape shape = parameter.value().shape();
                    float[] elements = backend.download(parameter.value());
                    boolean rounded = parameter.name().endsWith(".weight");
                    int channels = shape.extent(shape.rank() - 1);
                    float[] expected = rounded ? type.rounded(elements, channels) : elements;
                    double[] target = exact.parameters().get(parameter.name());
                    System.arraycopy(widened(expected), 0, target, 0, target.length);
                }
                // Dropout is off.
                List<double[]> values = withoutDropout(exact).forward(widened(inputs(batch)));
                DoubleLoss loss = DoubleLoss.of(
                        new Loss.CrossEntropy(1, CrossEntropySpec.Targets.HARD), batch, 10, new float[batch]);
                double[] bounds = new RoundingBounds(withoutDropout(exact), values, loss).ofLogits();
                float[] logits = inferred(model, batch);
                for (int e = 0; e < logits.length; e++) {
                    assertEquals(values.getLast()[e], logits[e], bounds[e], subject + ", " + type + ", logit " + e);
                }
            }
        }
    }

    /** The same network without the layer that does nothing when it infers; layers behind it keep their names. */
    private static DoubleModel withoutDropout(DoubleModel model) {
        Architecture inference = Architecture.parse(TEXT.replace("dropout 0.5", "dropout 0.0"));
        DoubleModel same = new DoubleModel(inference, model.batch(), 0, 0);
        model.parameters()
                .forEach((name, elements) ->
                        System.arraycopy(elements, 0, same.parameters().get(name), 0, elements.length));
        return same;
    }

    @ParameterizedTest
    @MethodSource("enginesAndTypes")
    void aFileKeepsTheBits(Subject subject, ElementType type) {
        Backend backend = subject.backend();
        Path file = folder.resolve("model.safetensors");
        Path again = folder.resolve("again.safetensors");
        try (Sequential whole = create(backend);
                Sequential model = whole.withWeights(type)) {
            model.save(file, Map.of("epochs", "2"));
            Sequential.Loaded loaded = Sequential.load(backend, file);
            try (Sequential read = loaded.model();
                    Sequential wide =
                            Sequential.load(backend, file, ElementType.FLOAT32).model()) {
                assertEquals(type, read.weights());
                assertArrayEquals(inferred(model, 3), inferred(read, 3));
                read.save(again, loaded.metadata());
                assertEquals(-1, Files.mismatch(file, again));
                assertEquals(ElementType.FLOAT32, wide.weights());
                for (int p = 0; p < model.parameters().size(); p++) {
                    assertArrayEquals(
                            backend.download(model.parameters().get(p).value()),
                            backend.download(wide.parameters().get(p).value()));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndTypes")
    void aModelOfAFileIsAskedForAType(Subject subject, ElementType type) {
        Engine engine = subject.backend().engine();
        Path file = folder.resolve("model.safetensors");
        try (Sequential whole = create(subject.backend());
                Sequential rounded = whole.withWeights(type)) {
            whole.save(file, Map.of());
            try (Model model = Model.load(file, engine, Backends.Options.defaults(), type);
                    Predictor predictor = model.predictor(subject.backend().threads())) {
                assertEquals(type, model.weights());
                float[] logits = new float[10];
                predictor.logits(inputs(1), 1, logits);
                assertArrayEquals(inferred(rounded, 1), logits);
            }
        }
    }

    @Test
    void aFileIsHalfOrAQuarterAsLarge() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Backend backend = EnginesUnderTest.reference();
        Architecture large = Architecture.parse("input 784; dense 300; relu; dense 10");
        long[] bytes = new long[ElementType.values().length];
        try (Sequential whole = Sequential.create(backend, large, Initializer.GLOROT_UNIFORM, 0)) {
            for (ElementType type : ElementType.values()) {
                try (Sequential model = whole.withWeights(type)) {
                    model.save(file, Map.of());
                }
                bytes[type.ordinal()] = Files.size(file);
            }
        }
        assertEquals(0.5, bytes[1] / (double) bytes[0], 0.01);
        assertEquals(0.25, bytes[2] / (double) bytes[0], 0.01);
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"BFLOAT16", "INT8"})
    void isNotTrained(ElementType type) {
        Backend backend = EnginesUnderTest.reference();
        try (Sequential whole = create(backend);
                Sequential model = whole.withWeights(type);
                Scope scope = backend.scope()) {
            String message = assertThrows(
                            IllegalStateException.class,
                            () -> model.forward(scope, scope.tensor(model.batchShape(1)), 0, 0))
                    .getMessage();
            assertTrue(message.contains("weights of " + type + " can't be trained"), message);
        }
    }

    @Test
    void filesThatDoNotFitAreRefused() {
        Map<String, SafeTensors.Entry> mixed = tensors(ElementType.BFLOAT16);
        SafeTensors.Entry weight = mixed.get("6.dense.weight");
        mixed.put("6.dense.weight", new SafeTensors.Entry(weight.shape(), weight.elements()));
        refused(mixed, "6.dense.weight is of float32, expected bf16 like the weights before");

        Map<String, SafeTensors.Entry> scaleless = tensors(ElementType.INT8);
        scaleless.remove("6.dense.weight_scale");
        refused(scaleless, "has no tensor 6.dense.weight_scale, expected one of 10");

        Map<String, SafeTensors.Entry> wrongScale = tensors(ElementType.INT8);
        wrongScale.put("6.dense.weight_scale", new SafeTensors.Entry(Shape.of(3), new float[3]));
        refused(wrongScale, "6.dense.weight_scale is 3, expected 10");

        Map<String, SafeTensors.Entry> infinite = tensors(ElementType.INT8);
        infinite.get("6.dense.weight_scale").elements()[1] = Float.POSITIVE_INFINITY;
        refused(infinite, "expected finite numbers");

        Map<String, SafeTensors.Entry> bias = tensors(ElementType.BFLOAT16);
        bias.put("6.dense.bias", new SafeTensors.Entry(Shape.of(10), ElementType.INT8, new float[10]));
        refused(bias, "6.dense.bias is of int8, expected float32 or bf16");

        Map<String, SafeTensors.Entry> more = tensors(ElementType.FLOAT32);
        more.put("6.dense.weight_scale", new SafeTensors.Entry(Shape.of(10), new float[10]));
        refused(more, "has 7 tensors, expected the 6");
    }

    private Map<String, SafeTensors.Entry> tensors(ElementType type) {
        Path file = folder.resolve("whole");
        try (Sequential whole = create(EnginesUnderTest.reference());
                Sequential model = whole.withWeights(type)) {
            model.save(file, Map.of());
        }
        return new LinkedHashMap<>(SafeTensors.read(file).tensors());
    }

    private void refused(Map<String, SafeTensors.Entry> tensors, String problem) {
        Path file = folder.resolve("wrong");
        new SafeTensors(Map.of("architecture", TEXT), tensors).write(file);
        String message = assertThrows(
                        ModelFileException.class, () -> Sequential.load(EnginesUnderTest.reference(), file))
                .getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
        assertEquals(1, message.lines().count(), message);
    }
}
