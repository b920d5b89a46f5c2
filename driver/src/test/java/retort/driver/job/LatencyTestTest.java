package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Initializer;
import retort.nn.Model;
import retort.nn.Predictor;
import retort.nn.Sequential;

class LatencyTestTest {
    private static final int IMAGES = 40;
    private static final List<Integer> BATCHES = List.of(1, 32, IMAGES);

    private final Examples examples = Examples.labelled(SyntheticSet.images(IMAGES));
    private final Collected collected = new Collected();
    private Model shared;
    private Predictor model;
    private int calls;

    @BeforeEach
    void open() {
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential network = Sequential.create(backend, Recipe.student(10), Initializer.GLOROT_UNIFORM, 0)) {
            shared = Model.of(network);
        }
        model = shared.predictor();
    }

    @AfterEach
    void close() {
        model.close();
        shared.close();
    }

    @Test
    void largerBatchesGetFewerCallsAndHalfAsManyWarmUp() {
        latency(100, 60).run(model, "student", collected);

        assertEquals(List.of(), collected.skipped);
        assertEquals(
                List.of(1, 32, IMAGES),
                collected.measured.stream().map(LatencyTest.Timing::batch).toList());
        assertEquals(
                List.of(100, 20, 3),
                collected.measured.stream().map(LatencyTest.Timing::calls).toList());
        assertEquals(50 + 100 + 10 + 20 + 1 + 3, calls);
        for (LatencyTest.Timing latency : collected.measured) {
            assertEquals("student", latency.model());
            assertEquals(Engine.CPU_SIMD, latency.engine());
            assertTrue(latency.medianMicros() > 0 && latency.p99Micros() >= latency.medianMicros(), latency.toString());
            assertEquals(latency.batch(), latency.imagesPerSecond() * latency.medianMicros() / 1e6, 1e-9);
        }
    }

    @Test
    void noTimeLeavesTheFewestCallsAndSkipsLargerBatchesWithTheReason() {
        latency(100, 1e-9).run(model, "student", collected);

        assertEquals(1, collected.measured.size());
        assertEquals(3, collected.measured.getFirst().calls());
        assertEquals(
                List.of(
                        new LatencyTest.Skipped(Engine.CPU_SIMD, "student", 32, "3 calls would take about 0 s"),
                        new LatencyTest.Skipped(Engine.CPU_SIMD, "student", IMAGES, "3 calls would take about 0 s")),
                collected.skipped);
    }

    @Test
    void aBatchOfMoreThanAllImagesIsSkippedWithTheReason() {
        new LatencyTest(examples, 3.5f, List.of(2, IMAGES + 1), 10, 60, new Watching(0))
                .run(model, "student", collected);

        assertEquals(
                List.of(2),
                collected.measured.stream().map(LatencyTest.Timing::batch).toList());
        assertEquals(
                List.of(new LatencyTest.Skipped(Engine.CPU_SIMD, "student", IMAGES + 1, "there are 40 test images")),
                collected.skipped);
    }

    @Test
    void whoWatchesMayEndTheTestAfterACall() {
        LatencyTest latency = new LatencyTest(examples, 3.5f, BATCHES, 100, 60, new Watching(7));
        assertThrows(InterruptedJobException.class, () -> latency.run(model, "student", collected));
        assertEquals(7, calls);
        assertEquals(List.of(), collected.measured);
    }

    private LatencyTest latency(int most, double seconds) {
        return new LatencyTest(examples, 3.5f, BATCHES, most, seconds, new Watching(0));
    }

    /** Counts calls, of which the last may end the test. */
    private final class Watching implements LatencyTest.Watcher {
        private final int last;
        private double share;

        Watching(int last) {
            this.last = last;
        }

        @Override
        public void measurementStarts(Engine engine, String name, int batch) {
            share = 0;
        }

        @Override
        public void measurementProgress(double done) {
            assertTrue(done >= share && done <= 1, share + ", then " + done);
            share = done;
            if (++calls == last) {
                throw new InterruptedJobException();
            }
        }

        @Override
        public void measurementEnds() {
            assertTrue(share > 0.5, "ends at " + share);
        }
    }

    private static final class Collected implements LatencyTest.Results {
        private final List<LatencyTest.Timing> measured = new ArrayList<>();
        private final List<LatencyTest.Skipped> skipped = new ArrayList<>();

        @Override
        public void measured(LatencyTest.Timing latency) {
            measured.add(latency);
        }

        @Override
        public void skipped(LatencyTest.Skipped latency) {
            skipped.add(latency);
        }
    }
}
