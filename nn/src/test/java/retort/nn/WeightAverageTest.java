package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.Shape;

class WeightAverageTest {
    private static final Architecture NETWORK =
            Architecture.of(Shape.of(3), new Layer.Dense(5), new Layer.ReLU(), new Layer.Dense(2));
    private static final float DECAY = 0.75f;
    private static final int STEPS = 9;

    @TempDir
    private Path folder;

    /** Against the sum that defines it, in double, of the weights that each step leaves. */
    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"CPU_SIMD", "CPU_SCALAR"})
    void isTheWeightedMeanOfTheWeightsOfAllSteps(Engine engine) {
        try (Backend backend = Backends.open(engine, new Backends.Options(1, null));
                Sequential model = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 3);
                Adam adam = new Adam(backend, Schedule.constant(0.05f))) {
            adam.averageWeights(DECAY);
            List<float[]> left = new ArrayList<>();
            train(model, adam, 0, STEPS, left);
            adam.putAverages(model);
            float[] average = weights(model);
            for (int i = 0; i < average.length; i++) {
                double sum = 0;
                double size = 0;
                for (int k = 1; k <= STEPS; k++) {
                    double share = (1 - DECAY) * Math.pow(DECAY, STEPS - k) / (1 - Math.pow(DECAY, STEPS));
                    sum += share * left.get(k - 1)[i];
                    size += Math.abs(share * left.get(k - 1)[i]);
                }
                // Three roundings a step, of what is never larger than the sum of sizes.
                assertEquals(sum, average[i], 4 * STEPS * Math.ulp((float) size), "weight " + i + " of " + engine);
            }
        }
    }

    @Test
    void aTrainingThatGoesOnFromACheckpointEndsWithTheSameAverages() {
        float[] whole = trained(STEPS);
        float[] continued = trained(4);
        assertArrayEquals(whole, continued);
    }

    /** @param stop after so many steps the training is saved and goes on from the file */
    private float[] trained(int stop) {
        Path file = folder.resolve("checkpoint-" + stop);
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null))) {
            try (Sequential model = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 3);
                    Adam adam = new Adam(backend, Schedule.constant(0.05f))) {
                adam.averageWeights(DECAY);
                train(model, adam, 0, stop, new ArrayList<>());
                Checkpoint.save(file, model, adam, Map.of());
            }
            try (Sequential model = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 4);
                    Adam adam = new Adam(backend, Schedule.constant(0.05f))) {
                adam.averageWeights(DECAY);
                Checkpoint.load(file, model, adam);
                train(model, adam, stop, STEPS, new ArrayList<>());
                adam.putAverages(model);
                return weights(model);
            }
        }
    }

    /** As after its end: the weights are the averages already. */
    @Test
    void whatWasClosedPutsNothingInPlaceOfTheWeights() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential model = Sequential.create(backend, NETWORK, Initializer.GLOROT_UNIFORM, 3)) {
            Adam adam = new Adam(backend, Schedule.constant(0.05f));
            adam.averageWeights(DECAY);
            train(model, adam, 0, 2, new ArrayList<>());
            adam.close();
            float[] before = weights(model);
            adam.putAverages(model);
            assertArrayEquals(before, weights(model));
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 1, -0.5f, Float.NaN})
    void refusesADecayThatIsNone(float decay) {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Adam adam = new Adam(backend, Schedule.constant(0.05f))) {
            assertThrows(IllegalArgumentException.class, () -> adam.averageWeights(decay));
        }
    }

    private static void train(Sequential model, Adam adam, int from, int to, List<float[]> left) {
        Loss loss = new Loss.CrossEntropy(1, CrossEntropySpec.Targets.HARD);
        Trainer trainer = new Trainer(model, adam, loss, 7);
        try (Scope scope = model.backend().scope()) {
            for (int step = from; step < to; step++) {
                float[] inputs = {step, 1, -1, 0.5f, -step, 2};
                trainer.step(inputs, new float[] {0, 1}, 2, scope.tensor(2, 2));
                left.add(weights(model));
            }
        }
    }

    /** All of them, one after the other. */
    private static float[] weights(Sequential model) {
        List<Float> all = new ArrayList<>();
        for (Parameter parameter : model.parameters()) {
            for (float weight : model.backend().download(parameter.value())) {
                all.add(weight);
            }
        }
        float[] weights = new float[all.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = all.get(i);
        }
        return weights;
    }
}
