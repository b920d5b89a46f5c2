package retort.driver.command;

import java.nio.file.Path;
import java.util.List;
import retort.driver.data.ImageSet;
import retort.driver.job.Examples;
import retort.driver.job.LatencyTest;
import retort.kernels.Backend;
import retort.kernels.Engine;
import retort.nn.Sequential;

/** Teacher and student, from their files, on one engine after the other. */
record LatencyRun(
        EngineOptions engineOptions, Path teacher, Path student, ImageSet test, float temperature, boolean quick) {
    private static final int CALLS = 2000;
    private static final int QUICK_CALLS = 200;
    private static final double SECONDS = 30;
    private static final double QUICK_SECONDS = 15;

    void run(List<Engine> engines, Progress progress, LatencyTest.Results results) {
        LatencyTest latency = new LatencyTest(
                Examples.labelled(test), temperature, quick ? QUICK_CALLS : CALLS, quick ? QUICK_SECONDS : SECONDS);
        for (Engine engine : engines) {
            try (Backend backend = engineOptions.open(engine)) {
                progress.say("latency on " + engine + ", " + backend.device());
                time(backend, teacher, "teacher", latency, results);
                time(backend, student, "student", latency, results);
            }
        }
    }

    private static void time(
            Backend backend, Path file, String name, LatencyTest latency, LatencyTest.Results results) {
        try (Sequential model = Sequential.load(backend, file).model()) {
            latency.run(model, name, results);
        }
    }
}
