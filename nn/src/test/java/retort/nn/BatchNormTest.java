package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/** Batch normalisation in training, in files, and folded into the layer before it. */
class BatchNormTest {
    private static final String BLOCK = "conv2d 4 3x3 stride 1 padding 1 no-bias, batchnorm, relu, "
            + "conv2d 4 3x3 stride 1 padding 1 no-bias, batchnorm";
    private static final Architecture SMALL = Architecture.parse(
            "input 6x6x2; conv2d 4 3x3 stride 1 padding 1 no-bias; batchnorm; relu; residual [" + BLOCK
                    + "]; relu; residual [" + BLOCK + "] shortcut [depthwise-conv2d 1x1, batchnorm]; relu; batchnorm; "
                    + "flatten; dense 9; batchnorm momentum 0.2 epsilon 0.001; relu; dense 3");
    private static final int BATCH = 8;

    @TempDir
    private Path folder;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static Sequential trained(Backend backend, Architecture architecture, int steps) {
        Sequential model = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 1);
        try (Sgd sgd = new Sgd(backend, Schedule.constant(0.05f), Schedule.constant(0.9f))) {
            train(model, sgd, 0, steps);
        }
        return model;
    }

    /** Some steps, and their mean loss. */
    private static float train(Sequential model, Optimizer optimizer, int from, int to) {
        Trainer trainer = new Trainer(model, optimizer, new Loss.CrossEntropy(1, Targets.HARD), 2);
        try (Scope scope = model.backend().scope()) {
            Tensor outcome = scope.tensor(BATCH, 2);
            float loss = 0;
            for (int step = from; step < to; step++) {
                float[] labels = new float[BATCH];
                float[] x = images(model.input(), step, labels);
                trainer.step(x, labels, BATCH, outcome);
                float[] outcomes = model.backend().download(outcome);
                for (int image = 0; image < BATCH; image++) {
                    loss += outcomes[2 * image] / BATCH / (to - from);
                }
            }
            return loss;
        }
    }

    /** Around 5, so that a running mean matters, and brighter for a higher class. */
    private static float[] images(Shape input, int seed, float[] labels) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[BATCH * input.size()];
        for (int e = 0; e < x.length; e++) {
            int image = e / input.size();
            labels[image] = image % 3;
            x[e] = (float) (5 + image % 3 + random.nextDouble());
        }
        return x;
    }

    private static float[] inferred(Sequential model, float[] x) {
        try (Scope scope = model.backend().scope()) {
            return model.backend().download(model.infer(scope, scope.tensorOf(model.batchShape(BATCH), x)));
        }
    }

    private static Map<String, float[]> tensors(Sequential model) {
        Map<String, float[]> all = new LinkedHashMap<>();
        model.tensors().forEach(each -> all.put(each.name(), model.backend().download(each.value())));
        return all;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theRunningStatisticsAreThoseOfTheBatchesByMomentum(Subject subject) {
        Architecture network = Architecture.parse("input 2; batchnorm momentum 0.25 epsilon 0.001; dense 3");
        Backend backend = subject.backend();
        try (Sequential model = Sequential.create(backend, network, Initializer.GLOROT_UNIFORM, 1);
                Scope scope = backend.scope()) {
            assertArrayEquals(new float[] {0, 0}, tensors(model).get("0.batchnorm.running_mean"));
            assertArrayEquals(new float[] {1, 1}, tensors(model).get("0.batchnorm.running_var"));
            assertArrayEquals(new float[] {1, 1}, tensors(model).get("0.batchnorm.weight"));
            Tensor x = scope.tensorOf(Shape.of(3, 2), new float[] {1, 10, 2, 10, 3, 40});
            model.forward(scope, x, 0, 1);
            assertArrayEquals(new float[] {0.5f, 5}, tensors(model).get("0.batchnorm.running_mean"), 1e-5f);
            assertArrayEquals(new float[] {1, 75.75f}, tensors(model).get("0.batchnorm.running_var"), 1e-4f);
            model.infer(scope, x);
            assertArrayEquals(new float[] {0.5f, 5}, tensors(model).get("0.batchnorm.running_mean"), 1e-5f);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aNetworkWithItLearns(Subject subject) {
        try (Sequential model = Sequential.create(subject.backend(), SMALL, Initializer.GLOROT_UNIFORM, 1);
                Sgd sgd = new Sgd(subject.backend(), Schedule.constant(0.05f), Schedule.constant(0.9f))) {
            float first = train(model, sgd, 0, 5);
            train(model, sgd, 5, 35);
            float last = train(model, sgd, 35, 40);
            assertTrue(last < first / 2, subject + ": loss " + first + ", then " + last);
        }
    }

    /** Once weights stand still the running statistics come to what they give. */
    @ParameterizedTest
    @MethodSource("engines")
    void whatItHasLearntItKnowsWithoutABatch(Subject subject) {
        try (Sequential model = trained(subject.backend(), SMALL, 40);
                Sgd still = new Sgd(subject.backend(), Schedule.constant(1e-9f), Schedule.constant(0))) {
            train(model, still, 40, 80);
            float[] labels = new float[BATCH];
            float[] logits = inferred(model, images(model.input(), 1000, labels));
            for (int image = 0; image < BATCH; image++) {
                for (int c = 0; c < 3; c++) {
                    int its = 3 * image + (int) labels[image];
                    assertTrue(logits[its] >= logits[3 * image + c], subject + ", image " + image);
                }
            }
        }
    }

    /** Of a network in which all but one follow a layer that takes them in. */
    @ParameterizedTest
    @MethodSource("engines")
    void aModelGivesTheSameWithFewerLayers(Subject subject) {
        Backend backend = subject.backend();
        try (Sequential network = trained(backend, SMALL, 10)) {
            float[] x = images(network.input(), 1000, new float[BATCH]);
            float[] expected = inferred(network, x);
            try (Model model = Model.of(network)) {
                assertEquals(SMALL.text(), model.text());
                assertEquals(network.parameterCount(), model.parameterCount());
                assertTrue(model.summary().contains("batchnorm"));
                try (Predictor predictor = model.predictor()) {
                    float[] actual = new float[expected.length];
                    predictor.logits(x, BATCH, actual);
                    assertArrayEquals(expected, actual, 1e-4f * largest(expected));
                    assertFalse(Arrays.equals(expected, actual), "nothing was folded");
                }
            }
        }
    }

    private static float largest(float[] x) {
        float largest = 0;
        for (float each : x) {
            largest = Math.max(largest, Math.abs(each));
        }
        return largest;
    }

    @Test
    void whatIsFoldedIsLeftOutAndHasABias() {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, new Backends.Options(1, null));
                Sequential network = trained(backend, SMALL, 2)) {
            Folding.Folded folded = Folding.of(SMALL, tensors(network), Folding.foldable(ElementType.FLOAT32));
            String block = "conv2d 4 3x3 stride 1 padding 1, relu, conv2d 4 3x3 stride 1 padding 1";
            assertEquals(
                    "input 6x6x2; conv2d 4 3x3 stride 1 padding 1; relu; residual [" + block + "]; relu; residual ["
                            + block
                            + "] shortcut [depthwise-conv2d 1x1]; relu; batchnorm; flatten; dense 9; relu; dense 3",
                    folded.architecture().text());
            assertTrue(folded.tensors().containsKey("4.shortcut.0.depthwise-conv2d.bias"));
            assertTrue(folded.tensors().containsKey("6.batchnorm.running_var"));
        }
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void aFileHoldsItsStatisticsAndNeverRoundsThem(ElementType weights) {
        Path file = folder.resolve("model.safetensors");
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential network = trained(backend, SMALL, 10);
                Sequential rounded = network.withWeights(weights)) {
            rounded.save(file, Map.of());
            float[] x = images(network.input(), 1000, new float[BATCH]);
            float[] expected = inferred(rounded, x);
            try (Sequential loaded = Sequential.load(backend, file).model();
                    Model model = Model.load(file, Engine.CPU_SIMD);
                    Predictor predictor = model.predictor()) {
                tensors(network).forEach((name, elements) -> {
                    if (name.contains("batchnorm")) {
                        assertArrayEquals(elements, tensors(loaded).get(name), name);
                    }
                });
                assertArrayEquals(expected, inferred(loaded, x));
                float[] actual = new float[expected.length];
                predictor.logits(x, BATCH, actual);
                assertArrayEquals(expected, actual, 1e-4f * largest(expected));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTrainingThatGoesOnEndsWithTheSameBits(boolean averaged) {
        Path file = folder.resolve("checkpoint");
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(2, null))) {
            Map<String, float[]> whole = trainedWithStop(backend, averaged, 6, file);
            Map<String, float[]> stopped = trainedWithStop(backend, averaged, 3, file);
            assertEquals(whole.keySet(), stopped.keySet());
            whole.forEach((name, elements) -> assertArrayEquals(elements, stopped.get(name), name));
        }
    }

    private static Map<String, float[]> trainedWithStop(Backend backend, boolean averaged, int stop, Path file) {
        try (Sequential model = Sequential.create(backend, SMALL, Initializer.GLOROT_UNIFORM, 1);
                Sgd sgd = new Sgd(backend, Schedule.constant(0.05f), Schedule.constant(0.9f))) {
            if (averaged) {
                sgd.averageWeights(0.5f);
            }
            train(model, sgd, 0, stop);
            Checkpoint.save(file, model, sgd, Map.of());
        }
        try (Sequential model = Sequential.create(backend, SMALL, Initializer.GLOROT_UNIFORM, 9);
                Sgd sgd = new Sgd(backend, Schedule.constant(0.05f), Schedule.constant(0.9f))) {
            if (averaged) {
                sgd.averageWeights(0.5f);
            }
            Checkpoint.load(file, model, sgd);
            train(model, sgd, stop, 6);
            sgd.putAverages(model);
            return tensors(model);
        }
    }

    /** As weights and the statistics of what they give belong together. */
    @Test
    void anAverageOfWeightsHasTheAverageOfTheirStatistics() {
        Architecture network = Architecture.parse("input 2; batchnorm momentum 1.0 epsilon 0.001; dense 3");
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential model = Sequential.create(backend, network, Initializer.GLOROT_UNIFORM, 1);
                Sgd sgd = new Sgd(backend, Schedule.constant(0.05f), Schedule.constant(0.9f))) {
            sgd.averageWeights(0.5f);
            train(model, sgd, 0, 1);
            float first = tensors(model).get("0.batchnorm.running_mean")[0];
            train(model, sgd, 1, 2);
            float second = tensors(model).get("0.batchnorm.running_mean")[0];
            sgd.putAverages(model);
            float average = (first + 2 * second) / 3;
            assertNotEquals(first, second);
            assertEquals(average, tensors(model).get("0.batchnorm.running_mean")[0], 1e-5f);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "batchnorm, 32",
        "batchnorm momentum 0.5 epsilon 1.0E-5, 32",
        "conv2d 8 3x3, 1160",
        "conv2d 8 3x3 no-bias, 1152",
        "conv2d 8 3x3 stride 2 padding 1 no-bias, 1152"
    })
    void aLayerIsItsText(String text, long parameters) {
        Layer layer = Layer.parse(text);
        assertEquals(text, layer.text());
        assertEquals(parameters, layer.parameterCount(Shape.of(5, 4, 16)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "batchnorm 0.1",
                "batchnorm momentum 0.1",
                "batchnorm momentum x epsilon 0.1",
                "batchnorm momentum 0 epsilon 0.1",
                "batchnorm momentum 1.5 epsilon 0.1",
                "batchnorm momentum 0.1 epsilon 0",
                "conv2d 8 3x3 no-bias no-bias",
                "conv2d 8 no-bias"
            })
    void whatIsNoLayerIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Layer.parse(text));
    }
}
