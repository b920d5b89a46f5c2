package retort.driver.command;

import java.util.function.Function;
import retort.driver.config.Experiment;
import retort.driver.data.ImageSet;
import retort.driver.job.Examples;
import retort.driver.job.LatencyTest;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Model;
import retort.nn.Predictor;
import retort.nn.Sequential;

/** Teacher and student, made or loaded anew on one engine after the other. */
record LatencyRun(
        Function<Backend, Sequential> teacher,
        Function<Backend, Sequential> student,
        ImageSet test,
        float temperature,
        Experiment.Latency settings) {

    void run(Options.Engines options, Progress progress, LatencyTest.Results results) {
        LatencyTest latency = new LatencyTest(
                Examples.labelled(test),
                temperature,
                settings.batches().stream()
                        .map(batch -> batch == Experiment.Latency.WHOLE_TEST_SET ? test.size() : batch)
                        .distinct()
                        .toList(),
                settings.calls(),
                settings.seconds(),
                progress);
        progress.next();
        for (Engine engine : options.engines()) {
            // What training or the engine before left, up to half a gigabyte, would stay on top of this engine's own
            // memory.
            System.gc();
            try (Backend backend = Backends.open(engine, options.opening())) {
                progress.say("latency on " + engine + ", " + backend.device());
                progress.check();
                time(backend, teacher, "teacher", latency, results);
                time(backend, student, "student", latency, results);
            }
        }
    }

    private static void time(
            Backend backend,
            Function<Backend, Sequential> network,
            String name,
            LatencyTest latency,
            LatencyTest.Results results) {
        try (Model model = model(network.apply(backend));
                Predictor predictor = model.predictor(backend.threads())) {
            latency.run(predictor, name, results);
        }
    }

    private static Model model(Sequential network) {
        try (network) {
            return Model.of(network);
        }
    }
}
