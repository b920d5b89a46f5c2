package retort.driver.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import retort.driver.cli.ExitCode;
import retort.driver.config.Experiment;
import retort.driver.data.ImageSet;
import retort.driver.job.Checkpoints;
import retort.driver.job.Examples;
import retort.driver.job.InterruptedJobException;
import retort.driver.job.LatencyTest;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Model;
import retort.nn.Network;
import retort.nn.Predictor;

/** Teacher and students, made or loaded anew on one engine after the other. */
record LatencyRun(List<Timed> models, ImageSet test, float temperature, Experiment.Latency settings) {
    static final String TEACHER = "teacher";
    static final String STUDENT = "student";

    /** A model that is timed under a name. */
    record Timed(String name, Function<Backend, Network> network) {}

    /**
     * What fails on an engine is told, and left out of the results with the reason.
     *
     * @param checkpoints what was measured before is not measured again
     */
    void run(Options.Engines options, Progress progress, Checkpoints checkpoints, LatencyTest.Results results) {
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
            List<Timed> left = new ArrayList<>(models);
            try (Backend backend = Backends.open(engine, options.opening())) {
                progress.say("latency on " + engine + ", " + backend.device());
                progress.check();
                for (Timed model : models) {
                    attempt(
                            engine,
                            model,
                            progress,
                            results,
                            () -> time(backend, model, latency, checkpoints).tell(results));
                    left.remove(model);
                }
            } catch (InterruptedJobException e) {
                throw e;
            } catch (RuntimeException | OutOfMemoryError e) {
                progress.late().failed("latency on " + engine + ": " + e.getMessage(), ExitCode.FAILED);
                left.forEach(model -> results.skipped(skipped(engine, model, e)));
            }
        }
    }

    private static void attempt(
            Engine engine, Timed model, Progress progress, LatencyTest.Results results, Runnable timing) {
        try {
            timing.run();
        } catch (InterruptedJobException e) {
            throw e;
        } catch (RuntimeException | OutOfMemoryError e) {
            LatencyTest.Skipped skipped = skipped(engine, model, e);
            String what = "latency on " + engine + ", " + model.name();
            progress.late().failed(what + ": " + skipped.reason(), ExitCode.FAILED);
            results.skipped(skipped);
        }
    }

    private static LatencyTest.Skipped skipped(Engine engine, Timed model, Throwable e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new LatencyTest.Skipped(engine, model.name(), 1, reason);
    }

    private static Measured time(Backend backend, Timed timed, LatencyTest latency, Checkpoints checkpoints) {
        String part = "latency of " + timed.name() + " on " + backend.engine();
        return checkpoints.part(part, Measured.class).orElseGet(() -> {
            Measured measured = new Measured(new ArrayList<>(), new ArrayList<>());
            try (Model model = model(timed.network().apply(backend));
                    Predictor predictor = model.predictor(backend.threads())) {
                latency.run(predictor, timed.name(), measured);
            }
            checkpoints.keep(part, measured);
            return measured;
        });
    }

    /** What was measured of a model on an engine. */
    private record Measured(List<LatencyTest.Timing> timings, List<LatencyTest.Skipped> left)
            implements LatencyTest.Results {
        @Override
        public void measured(LatencyTest.Timing timing) {
            timings.add(timing);
        }

        @Override
        public void skipped(LatencyTest.Skipped skipped) {
            left.add(skipped);
        }

        void tell(LatencyTest.Results results) {
            timings.forEach(results::measured);
            left.forEach(results::skipped);
        }
    }

    private static Model model(Network network) {
        try (network) {
            return Model.of(network);
        }
    }
}
