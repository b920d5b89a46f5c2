package retort.driver.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import retort.driver.cli.ExitCode;
import retort.driver.config.Experiment;
import retort.driver.data.ImageSet;
import retort.driver.job.Checkpoints;
import retort.driver.job.Examples;
import retort.driver.job.Inference;
import retort.driver.job.InterruptedJobException;
import retort.driver.job.LatencyTest;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Call;
import retort.kernels.Engine;
import retort.kernels.ProfiledBackend;
import retort.kernels.RecordingBackend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.nn.Model;
import retort.nn.Network;
import retort.nn.Predictor;

/** Teacher and students, made or loaded anew on one engine after the other. */
record LatencyRun(List<Timed> models, ImageSet test, float temperature, Experiment.Latency settings) {
    static final String TEACHER = "teacher";
    static final String STUDENT = "student";

    private static final int PROFILED_CALLS = 100;

    /** A model that is timed under a name. */
    record Timed(String name, Function<Backend, Network> network) {}

    /**
     * What fails on an engine is told, and left out of the results with the reason.
     *
     * @param checkpoints what was measured before is not measured again
     */
    void run(Options.Engines options, Progress progress, Checkpoints checkpoints, LatencyTest.Results results) {
        LatencyTest latency = new LatencyTest(
                Examples.labelled(test), temperature, batches(), settings.calls(), settings.seconds(), progress);
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

    private List<Integer> batches() {
        return settings.batches().stream()
                .map(batch -> batch == Experiment.Latency.WHOLE_TEST_SET ? test.size() : batch)
                .distinct()
                .toList();
    }

    /**
     * The calls of each model at each batch size, one after the other on a backend that keeps the time of each. What
     * was timed as a whole had none of that, and is not lost where this fails.
     */
    void profile(ProfiledBackend backend, Progress progress) {
        Examples examples = Examples.labelled(test);
        List<Network> loaded = new ArrayList<>();
        try {
            models.forEach(model -> loaded.add(forInference(model.network().apply(backend))));
            backend.clear();
            for (int i = 0; i < loaded.size(); i++) {
                for (int batch : batches()) {
                    if (batch <= examples.size()) {
                        progress.stepStarts("profile of " + models.get(i).name() + ", batch " + batch, PROFILED_CALLS);
                        profile(backend, loaded.get(i), examples, Math.min(batch, Inference.CHUNK), progress);
                        progress.stepEnds();
                    }
                }
            }
        } catch (InterruptedJobException e) {
            throw e;
        } catch (RuntimeException | OutOfMemoryError e) {
            progress.late().failed("profile of " + backend.engine() + ": " + e.getMessage(), ExitCode.FAILED);
        } finally {
            loaded.forEach(Network::close);
        }
    }

    /** As a model predicts with it. */
    private static Network forInference(Network network) {
        Optional<Network> folded = network.folded(network.backend());
        folded.ifPresent(other -> network.close());
        return folded.orElse(network);
    }

    private void profile(Backend backend, Network network, Examples examples, int batch, Progress progress) {
        float[] pixels = new float[batch * examples.pixels()];
        examples.copyImages(0, batch, pixels);
        long start = System.nanoTime();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensor(network.batchShape(batch));
            RecordingBackend recorder = new RecordingBackend(backend);
            Tensor logits = network.infer(recorder, scope, x);
            List<Call> calls = recorder.calls();
            float[] results = new float[logits.shape().size()];
            for (int call = 0; call < PROFILED_CALLS; call++) {
                backend.upload(pixels, 0, x);
                calls.forEach(backend::run);
                backend.download(logits, results, 0);
                progress.stepProgress(call + 1);
                if ((System.nanoTime() - start) / 1e9 > settings.seconds() / 2) {
                    return;
                }
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
