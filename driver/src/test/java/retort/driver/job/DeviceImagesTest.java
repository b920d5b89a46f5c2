package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.DeviceCounters;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Parameter;
import retort.nn.Sequential;

/** Where images stay on a device, trainings and predictions are those on images that go up batch by batch. */
class DeviceImagesTest {
    private static final Architecture SMALL =
            Architecture.parse("input 28x28x1; flatten; dense 37; relu; dropout 0.5; dense 10");

    private static final int IMAGES = 500;
    private static final int BATCH = 8;
    private static final Training MOVED = new Training(SMALL, 2, BATCH, Descent.Adam.standard()).withJitter(2);

    private final ImageSet images = SyntheticSet.images(IMAGES);
    private final List<String> remarks = new ArrayList<>();

    private static Backend open(Engine engine) {
        Optional<BackendUnavailableException> reason = Backends.unavailable(engine);
        assumeTrue(reason.isEmpty(), () -> reason.get().getMessage());
        return Backends.open(engine, new Backends.Options(2, null));
    }

    private Examples examples() {
        return Examples.labelled(images).without(Set.of(3));
    }

    private static Fit fit(Examples examples, Training training) {
        return new Fit("small", examples, examples.range(0, 20), training, Method.HARD_LABELS.loss(1, 1), 1, 5);
    }

    /** The weights, one after the other, that a training ends with. */
    private static List<float[]> trained(Backend backend, Examples examples, Training training) {
        try (Sequential model = Sequential.create(backend, SMALL, Initializer.GLOROT_UNIFORM, 3)) {
            fit(examples, training).run(model, new Deaf());
            return model.parameters().stream()
                    .map(Parameter::value)
                    .map(backend::download)
                    .toList();
        }
    }

    private static void assertSame(List<float[]> expected, List<float[]> actual) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void movedOrNotTheWeightsAreTheSameBits(Engine engine) {
        try (Backend backend = open(engine)) {
            DeviceImages device = new DeviceImages(backend, remarks::add);
            for (Training training : List.of(MOVED, MOVED.withJitter(0))) {
                assertSame(
                        trained(backend, examples(), training),
                        trained(backend, examples().on(device), training));
            }
            assertEquals(List.of(), remarks);
        }
    }

    @ParameterizedTest
    @EnumSource
    void predictionsAreTheSameBits(Engine engine) {
        try (Backend backend = open(engine);
                Sequential model = Sequential.create(backend, SMALL, Initializer.GLOROT_UNIFORM, 3)) {
            DeviceImages device = new DeviceImages(backend, remarks::add);
            Examples some = examples().at(new int[] {7, 3, 3, 400});
            assertArrayEquals(
                    Inference.logits(model, some, done -> {}).values(),
                    Inference.logits(model, some.on(device), done -> {}).values());
        }
    }

    /** An epoch tells which images are next, how they are moved and what they are: four numbers an image. */
    @Test
    void imagesGoUpOnceAndAnEpochTellsOfThemAlone() {
        try (Backend backend = open(Engine.OPENCL)) {
            DeviceImages device = new DeviceImages(backend, remarks::add);
            Examples examples = examples().on(device);
            long weights = 4L * SMALL.parameterCount();
            DeviceCounters before = backend.deviceCounters().orElseThrow();
            trained(backend, examples, MOVED);
            DeviceCounters first = backend.deviceCounters().orElseThrow();
            trained(backend, examples, MOVED);
            DeviceCounters second = backend.deviceCounters().orElseThrow();
            long told = 4L * (4 * examples.size() + 20);
            assertEquals(2 * told + weights, second.uploadedBytes() - first.uploadedBytes());
            assertEquals(
                    2 * told + weights + 4L * IMAGES * SyntheticSet.PIXELS,
                    first.uploadedBytes() - before.uploadedBytes());
            assertEquals(List.of(), remarks);
        }
    }

    @Test
    void whatHasNoRoomIsToldOfOnceAndGoesUpBatchByBatch() {
        try (Backend backend = open(Engine.OPENCL)) {
            long bytes = 4L * IMAGES * SyntheticSet.PIXELS;
            DeviceImages device = new DeviceImages(backend, bytes - 1, remarks::add);
            List<float[]> expected = trained(backend, examples(), MOVED);
            assertSame(expected, trained(backend, examples().on(device), MOVED));
            assertTrue(device.of(images).isEmpty());
            assertEquals(1, remarks.size());
            String text = "500 images take 2 MiB as float32 and don't stay on " + backend.device()
                    + ", where 1 MiB at most have room";
            assertTrue(remarks.getFirst().startsWith(text), remarks.getFirst());
        }
    }

    @Test
    void setsTogetherTakeNoMoreThanTheyMay() {
        try (Backend backend = open(Engine.OPENCL)) {
            long bytes = 4L * IMAGES * SyntheticSet.PIXELS;
            DeviceImages device = new DeviceImages(backend, bytes + 1, remarks::add);
            assertTrue(device.of(images).isPresent());
            assertTrue(device.of(SyntheticSet.images(1)).isEmpty());
            assertTrue(device.of(images).isPresent());
        }
    }

    /** What is distorted on the host goes up from there. */
    @Test
    void distortedImagesAreTheSameToo() {
        Training distorted = new Training(
                SMALL,
                1,
                BATCH,
                MOVED.descent(),
                1,
                new Distortion(0.1f, 0),
                false,
                Float.POSITIVE_INFINITY,
                0,
                Float.POSITIVE_INFINITY,
                EarlyStopping.NONE);
        try (Backend backend = open(Engine.OPENCL)) {
            DeviceImages device = new DeviceImages(backend, remarks::add);
            assertSame(
                    trained(backend, examples(), distorted),
                    trained(backend, examples().on(device), distorted));
        }
    }
}
