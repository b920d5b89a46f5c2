package retort.driver.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Examples;
import retort.driver.job.Training;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.nn.Initializer;
import retort.nn.Loss;
import retort.nn.Optimizer;
import retort.nn.Sequential;
import retort.nn.Trainer;

/** The experiments in docs/examples are ones, and their networks learn. */
class ExamplesTest {
    private static final Path FOLDER = Path.of("..", "docs", "examples");
    private static final int STEPS = 80;

    private static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @Test
    void lenetHasThePapersParameters() {
        Training lenet =
                ExperimentFile.read(FOLDER.resolve("lenet5.toml")).recipe().teacher();
        assertEquals(61_706, lenet.architecture().parameterCount());
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"CPU_SIMD", "OPENCL"})
    void theLossFalls(Engine engine) throws IOException {
        try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
            for (Path file : examples()) {
                Experiment example = ExperimentFile.read(file);
                Training training = example.teacher().isEmpty()
                        ? example.recipe().teacher()
                        : example.recipe().distilled().training();
                float[] losses = losses(backend, training);
                float first = mean(losses, 0, STEPS / 4);
                float last = mean(losses, STEPS * 3 / 4, STEPS);
                assertTrue(last < first / 2, file + ": loss " + first + ", then " + last);
            }
        }
    }

    private static float mean(float[] losses, int from, int to) {
        float sum = 0;
        for (int i = from; i < to; i++) {
            sum += losses[i];
        }
        return sum / (to - from);
    }

    private static float[] losses(Backend backend, Training training) {
        ImageSet train = Dataset.embedded().train();
        Examples examples = Examples.labelled(train);
        int batch = training.batch();
        float[] images = new float[batch * training.architecture().input().size()];
        float[] labels = new float[batch];
        float[] losses = new float[STEPS];
        Loss loss = new Loss.CrossEntropy(1, Targets.HARD);
        try (Sequential model = Sequential.create(backend, training.architecture(), Initializer.GLOROT_UNIFORM, 1);
                Optimizer optimizer = training.descent().optimizer(backend, STEPS);
                Scope scope = backend.scope()) {
            Trainer trainer = new Trainer(model, optimizer, loss, 1);
            Tensor outcome = scope.tensor(batch, 2);
            for (int step = 0; step < STEPS; step++) {
                examples.copyImages(step * batch, batch, images);
                for (int i = 0; i < batch; i++) {
                    labels[i] = train.label(step * batch + i);
                }
                trainer.step(images, labels, batch, outcome);
                float[] outcomes = backend.download(outcome);
                for (int i = 0; i < batch; i++) {
                    losses[step] += outcomes[2 * i] / batch;
                }
            }
        }
        return losses;
    }
}
