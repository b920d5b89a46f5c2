package retort.driver.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.Pixels;
import retort.driver.job.Examples;
import retort.driver.job.Recipe;
import retort.driver.job.Training;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Shape;
import retort.nn.Initializer;
import retort.nn.Loss;
import retort.nn.Optimizer;
import retort.nn.Sequential;
import retort.nn.Trainer;

/** The experiments in docs/examples are ones, and their networks learn. */
class ExamplesTest {
    private static final Path FOLDER = Path.of("..", "docs", "examples");
    private static final int STEPS = 80;
    private static final int BATCH = 32;

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

    @Test
    void resNet20HasThePapersParametersAndThoseOfItsShortcuts() {
        Recipe recipe = ExperimentFile.read(FOLDER.resolve("resnet20.toml")).recipe();
        assertEquals(Shape.of(32, 32, 3), recipe.image());
        assertEquals(
                269_722 + 16 * 32 + 32 * 64 + 2 * 32 + 2 * 64,
                recipe.teacher().architecture().parameterCount());
        assertEquals(
                5_466, recipe.students().getFirst().training().architecture().parameterCount());
    }

    /** Networks for images in colour on small ones, so that their steps take seconds. */
    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"CPU_SIMD", "OPENCL"})
    void theLossFalls(Engine engine) throws IOException {
        try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
            for (Path file : examples()) {
                Experiment example = ExperimentFile.read(file);
                boolean inColour = example.recipe().image().extent(2) > 1;
                ImageSet images = inColour ? colours() : Dataset.embedded().train();
                Recipe recipe = example.recipe().fitted(images.shape(), images.classes());
                Training training = example.teacher().isEmpty()
                        ? recipe.teacher()
                        : recipe.distilled().training();
                float[] losses = losses(backend, images, inColour ? training.withBatch(BATCH) : training);
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

    /** Of 8 x 8 pixels; of the class is the colour that falls off from left to right. */
    private static ImageSet colours() {
        SplittableRandom random = new SplittableRandom(1);
        int[] labels = new int[STEPS * BATCH];
        byte[] levels = new byte[labels.length * 8 * 8 * 3];
        for (int e = 0; e < levels.length; e++) {
            int image = e / (8 * 8 * 3);
            labels[image] = image % 3;
            int falling = e % 3 == labels[image] ? 14 * (e / 3 % 8) : 0;
            levels[e] = (byte) (random.nextInt(128, 256) - falling);
        }
        return new ImageSet(Shape.of(8, 8, 3), new Pixels.Bytes(levels), labels, 3);
    }

    private static float[] losses(Backend backend, ImageSet train, Training training) {
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
