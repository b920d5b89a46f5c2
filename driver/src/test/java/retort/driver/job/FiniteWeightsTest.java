package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Parameter;
import retort.nn.Sequential;

class FiniteWeightsTest {
    /** Its matrices have more columns than a vector has lanes, and fewer. */
    private static final Architecture SMALL =
            Architecture.parse("input 28x28x1; conv2d 3 3x3; relu; flatten; dense 37; relu; dropout 0.5; dense 10");

    @ParameterizedTest
    @EnumSource
    void oneElementThatIsNoFiniteNumberIsFoundWhereverItIs(Engine engine) {
        try (Backend backend = open(engine);
                Sequential model = model(backend)) {
            assertEquals(Optional.empty(), FiniteWeights.missingIn(model));
            for (Parameter parameter : model.parameters()) {
                float[] sound = backend.download(parameter.value());
                for (int at : new int[] {0, sound.length / 2, sound.length - 1}) {
                    for (float bad : List.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)) {
                        float[] spoilt = sound.clone();
                        spoilt[at] = bad;
                        backend.upload(spoilt, parameter.value());
                        assertEquals(
                                Optional.of(parameter.name()),
                                FiniteWeights.missingIn(model),
                                parameter.name() + "[" + at + "] = " + bad);
                    }
                }
                backend.upload(sound, parameter.value());
            }
            assertEquals(Optional.empty(), FiniteWeights.missingIn(model));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSumThatOverflowsIsNoWeightThatDoes(Engine engine) {
        try (Backend backend = open(engine);
                Sequential model = model(backend)) {
            for (Parameter parameter : model.parameters()) {
                float[] large = new float[parameter.value().shape().size()];
                Arrays.fill(large, Float.MAX_VALUE);
                backend.upload(large, parameter.value());
            }
            assertEquals(Optional.empty(), FiniteWeights.missingIn(model));
        }
    }

    /** What an epoch brings back from a device: two numbers an image, the sums of all columns, a batch's logits. */
    @ParameterizedTest
    @EnumSource
    void anEpochDownloadsNoWeights(Engine engine) {
        try (Backend backend = open(engine);
                Sequential model = model(backend)) {
            assumeTrue(backend.deviceCounters().isPresent(), engine + " has no device");
            Examples examples = Examples.labelled(SyntheticSet.images(60));
            Training training = new Training(SMALL, 1, 20, Descent.Adam.standard());
            long before = backend.deviceCounters().orElseThrow().downloadedBytes();
            new Fit("small", examples, null, training, Method.HARD_LABELS.loss(1, 1), 1, 1).run(model, new Deaf());
            long downloaded = backend.deviceCounters().orElseThrow().downloadedBytes() - before;
            int columns = 2 * (3 + 37 + 10);
            assertEquals((2 * 60 + columns + 20 * 10) * Float.BYTES, downloaded);
        }
    }

    private static Backend open(Engine engine) {
        Optional<BackendUnavailableException> reason = Backends.unavailable(engine);
        assumeTrue(reason.isEmpty(), () -> reason.get().getMessage());
        return Backends.open(engine, new Backends.Options(2, null));
    }

    private static Sequential model(Backend backend) {
        return Sequential.create(backend, SMALL, Initializer.GLOROT_UNIFORM, 3);
    }
}
