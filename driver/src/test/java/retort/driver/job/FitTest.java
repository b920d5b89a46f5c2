package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Layer;
import retort.nn.Sequential;

class FitTest {
    private static final float RATE = 1e-3f;

    @TempDir
    private Path folder;

    private final Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
    private final Listening listening = new Listening();

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void learnsAndTellsOfEachEpoch() {
        Examples examples = Examples.labelled(SyntheticSet.images(200));
        Fit fit = fit("small", examples, examples, training(8, 16, 0.01f), 5);
        try (Sequential model = student(5)) {
            List<Epoch> epochs = fit.run(model, listening);

            assertEquals(epochs, listening.epochs);
            assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8), listening.started);
            assertEquals(8 * 200, listening.done);
            Epoch last = epochs.getLast();
            assertTrue(last.training().loss() < epochs.getFirst().training().loss() / 2, epochs.toString());
            // Nothing is random in the student, so what is validated is what the next epoch would begin with.
            Logits logits = Inference.logits(model, examples, done -> {});
            assertEquals(
                    Optional.of(new Epoch.Score(logits.negativeLogLikelihood(examples, 1), logits.accuracy(examples))),
                    last.validation());
        }
    }

    /** Of one batch size all through, so that the mean of the points is the epoch's. */
    @Test
    void theCurveIsTheEpochsAlongTheWay() {
        Examples examples = Examples.labelled(SyntheticSet.images(120));
        try (Sequential model = student(2)) {
            List<Epoch> epochs =
                    fit("small", examples, null, training(2, 1, RATE), 2).run(model, listening);
            for (Epoch epoch : epochs) {
                List<Epoch.Point> curve = epoch.curve();
                assertEquals(60, curve.size());
                assertEquals(120 * epoch.number(), curve.getLast().step());
                double loss =
                        curve.stream().mapToDouble(Epoch.Point::loss).average().orElseThrow();
                double accuracy = curve.stream()
                        .mapToDouble(Epoch.Point::accuracy)
                        .average()
                        .orElseThrow();
                // The same 120 doubles, added in another order.
                double bound = 120 * Math.ulp(120 * epoch.training().loss());
                assertEquals(epoch.training().loss(), loss, bound);
                assertEquals(epoch.training().accuracy(), accuracy, bound);
            }
        }
    }

    @Test
    void withoutValidationExamplesThereIsNoValidation() {
        Examples examples = Examples.labelled(SyntheticSet.images(10));
        try (Sequential model = student(1)) {
            Epoch epoch = fit("small", examples, null, training(1, 4, RATE), 1)
                    .run(model, listening)
                    .getFirst();
            assertEquals(Optional.empty(), epoch.validation());
        }
    }

    @Test
    void theSameSeedGivesTheSameModelFile() throws IOException {
        Path first = trained("first", 8, 32, 1);
        assertEquals(-1, Files.mismatch(first, trained("again", 8, 32, 1)));
        assertEquals(-1, Files.mismatch(first, trained("on two threads", 8, 32, 2)));
        assertNotEquals(-1, Files.mismatch(first, trained("of another seed", 9, 32, 1)));
    }

    @Test
    void aBatchLargerThanTheSetIsTheSet() throws IOException {
        Path whole = trained("whole", 8, 100, 1);
        assertEquals(-1, Files.mismatch(whole, trained("larger", 8, Integer.MAX_VALUE, 1)));
    }

    @Test
    void stopsAtALossThatIsNoNumber() {
        Examples examples = Examples.labelled(SyntheticSet.images(40));
        Fit fit = fit("wild", examples, null, training(3, 10, 1e30f), 1);
        try (Sequential model = student(1)) {
            String message = assertThrows(DivergedException.class, () -> fit.run(model, listening))
                    .getMessage();
            assertEquals(
                    "training of wild diverged: its loss is no finite number in epoch 1, within the first 20 images"
                            + " (--learning-rate=1.0E30)",
                    message);
            assertEquals(List.of(), listening.epochs);
        }
    }

    /**
     * Two black images of one class: the second loss is 0, and the second update takes a bias past the largest float.
     */
    @Test
    void anEpochWhoseLastUpdateRuinsTheModelDoesNotEnd() {
        Examples black = Examples.labelled(new ImageSet(28, 28, new byte[2 * 784], new byte[2]));
        Fit fit = fit("ruined", black, null, training(1, 1, 3e38f), 1);
        Architecture linear = Architecture.of(Shape.of(28, 28, 1), new Layer.Flatten(), new Layer.Dense(10));
        try (Sequential model = Sequential.create(backend, linear, Initializer.GLOROT_UNIFORM, 1)) {
            String message = assertThrows(DivergedException.class, () -> fit.run(model, listening))
                    .getMessage();
            assertEquals(
                    "training of ruined diverged: 1.dense.bias has an element that is no finite number after epoch 1"
                            + " (--learning-rate=3.0E38)",
                    message);
            assertEquals(2, listening.done);
            assertEquals(List.of(), listening.epochs);
        }
    }

    /** Every loss and weight is finite, but what the model says is no number, or no probability can be made of it. */
    @Test
    void anEpochThatLeavesAModelWhichSaysNothingDoesNotEnd() {
        Examples examples = Examples.labelled(SyntheticSet.images(32));
        Map<Float, String> said = Map.of(
                1e13f,
                        "it gives a logit of -?(NaN|Infinity) .the first layer with such numbers is 5.dense., expected.*",
                1e9f, "it gives a logit of -?[0-9.E]+, expected none beyond 1.6777216E7");
        said.forEach((rate, what) -> {
            for (Examples validation : Arrays.asList(null, examples)) {
                Fit fit = fit("wild", examples, validation, training(1, 32, rate), 1);
                try (Sequential model = student(1)) {
                    String message = assertThrows(DivergedException.class, () -> fit.run(model, listening))
                            .getMessage();
                    assertTrue(message.matches("training of wild diverged: " + what + " .--learning-rate=.*"), message);
                    assertEquals(List.of(), listening.epochs);
                }
            }
        });
    }

    /** The model that a listener was given when the first epoch ended well is not taken back. */
    @Test
    void theLastGoodEpochIsKeptWhereALaterOneDiverges() {
        Examples examples = Examples.labelled(SyntheticSet.images(40));
        Fit fit = fit("later", examples, null, training(3, 10, RATE), 1);
        List<Integer> ended = new ArrayList<>();
        Fit.Listener ruining = new Deaf() {
            @Override
            public void epochEnds(Sequential model, Epoch epoch) {
                ended.add(epoch.number());
                Tensor bias = model.parameters().getLast().value();
                float[] elements = backend.download(bias);
                elements[0] = Float.NaN;
                backend.upload(elements, bias);
            }
        };
        try (Sequential model = student(1)) {
            String message = assertThrows(DivergedException.class, () -> fit.run(model, ruining))
                    .getMessage();
            assertTrue(message.contains("its loss is no finite number in epoch 2"), message);
            assertEquals(List.of(1), ended);
        }
    }

    /** Held out are images with other labels: the more is learned, the larger is their loss. */
    @Test
    void endsWhereWhatIsHeldOutGetsNoBetterAndGoesBackToTheBest() {
        ImageSet images = SyntheticSet.images(60);
        for (Method method : List.of(Method.HARD_LABELS, Method.SOFT_TARGETS)) {
            Examples examples = method.examples(images, logits(images, 0));
            Examples others = method == Method.HARD_LABELS
                    ? Examples.labelled(relabelled(images))
                    : method.examples(images, logits(images, 1));
            Training once = training(1, 16, 0.01f);
            Training stopping = training(10, 16, 0.01f).withStopping(EarlyStopping.after(2));
            try (Sequential first = student(3);
                    Sequential stopped = student(3)) {
                new Fit("one", examples, null, once, method.loss(2, 0), 2, 3).run(first, listening);
                Fit fit = new Fit("stopped", examples, others, stopping, method.loss(2, 0), 2, 3);
                List<Epoch> epochs = fit.run(stopped, listening);
                assertEquals(3, epochs.size());
                assertEquals(1, EarlyStopping.best(epochs));
                assertEquals("stopped 3 1", listening.stopped);
                for (int i = 0; i < first.parameters().size(); i++) {
                    assertArrayEquals(
                            backend.download(first.parameters().get(i).value()),
                            backend.download(stopped.parameters().get(i).value()));
                }
            }
        }
    }

    @Test
    void goesOnToTheEndWhileWhatIsHeldOutGetsBetter() {
        Examples examples = Examples.labelled(SyntheticSet.images(200));
        Training stopping = training(4, 16, 0.01f).withStopping(EarlyStopping.after(1));
        try (Sequential plain = student(5);
                Sequential model = student(5)) {
            fit("plain", examples, null, training(4, 16, 0.01f), 5).run(plain, listening);
            List<Epoch> epochs = fit("small", examples, examples, stopping, 5).run(model, listening);
            assertEquals(4, epochs.size());
            assertEquals("small 4 4", listening.stopped);
            assertArrayEquals(
                    backend.download(plain.parameters().getFirst().value()),
                    backend.download(model.parameters().getFirst().value()));
        }
    }

    /** Of a teacher that is sure of the class behind the label. */
    private static Logits logits(ImageSet images, int behind) {
        float[] values = new float[images.size() * images.classes()];
        for (int i = 0; i < images.size(); i++) {
            values[i * images.classes() + (images.label(i) + behind) % images.classes()] = 8;
        }
        return new Logits(values, images.classes());
    }

    private static ImageSet relabelled(ImageSet images) {
        byte[] pixels = new byte[images.size() * images.pixels()];
        byte[] labels = new byte[images.size()];
        float[] scaled = new float[images.pixels()];
        for (int i = 0; i < images.size(); i++) {
            images.copyScaled(i, scaled, 0);
            for (int e = 0; e < scaled.length; e++) {
                pixels[i * scaled.length + e] = (byte) Math.round(255 * scaled[e]);
            }
            labels[i] = (byte) ((images.label(i) + 1) % images.classes());
        }
        return new ImageSet(28, 28, pixels, labels);
    }

    /** On true labels, by plain softmax. */
    private static Fit fit(String name, Examples examples, Examples validation, Training training, long seed) {
        return new Fit(name, examples, validation, training, Method.HARD_LABELS.loss(1, 1), 1, seed);
    }

    private static Training training(int epochs, int batch, float rate) {
        return new Training(Recipe.student(10), epochs, batch, new Descent.Adam(rate, 1));
    }

    private Path trained(String name, long seed, int batch, int threads) {
        Path file = folder.resolve(name);
        Examples examples = Examples.labelled(SyntheticSet.images(100));
        try (Backend own = Backends.open(Engine.CPU_SIMD, new Backends.Options(threads, null));
                Sequential model = Sequential.create(own, Recipe.student(10), Initializer.GLOROT_UNIFORM, seed)) {
            fit(name, examples, null, training(3, batch, RATE), seed).run(model, listening);
            model.save(file, Map.of());
        }
        return file;
    }

    private Sequential student(long seed) {
        return Sequential.create(backend, Recipe.student(10), Initializer.GLOROT_UNIFORM, seed);
    }

    /** Keeps what it is told. */
    private static final class Listening implements Fit.Listener {
        private final List<Integer> started = new ArrayList<>();
        private final List<Epoch> epochs = new ArrayList<>();
        private String stopped;
        private int before;
        private int done;

        @Override
        public void epochStarts(Fit fit, int epoch) {
            started.add(epoch);
            before = done;
        }

        @Override
        public void progress(int doneInEpoch, double loss, double accuracy) {
            assertTrue(Double.isFinite(loss) && accuracy >= 0 && accuracy <= 1);
            done = before + doneInEpoch;
        }

        @Override
        public void epochEnds(Sequential model, Epoch epoch) {
            epochs.add(epoch);
        }

        @Override
        public void stopped(Fit fit, int epoch, int best) {
            stopped = fit.name() + " " + epoch + " " + best;
        }
    }
}
