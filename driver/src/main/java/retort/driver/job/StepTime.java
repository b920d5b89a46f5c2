package retort.driver.job;

import java.util.Arrays;
import java.util.function.LongSupplier;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Optimizer;
import retort.nn.Sequential;
import retort.nn.Trainer;

/** How long a step of a training or a prediction takes: some are made with a model that is then thrown away. */
public final class StepTime {
    /** Of the time that measuring may take; in the rest kernels are compiled, as in the first steps of a training. */
    private static final double MEASURED_SHARE = 0.25;

    /** A larger batch takes as many times longer as it is larger. */
    private static final int LARGEST_BATCH = 1000;

    private StepTime() {}

    /**
     * Seconds, on true labels: other losses take as long.
     *
     * @param examples of which one batch is used
     * @param seconds that measuring may take; one step is made in any case
     */
    public static double ofTraining(Backend backend, Training training, Examples examples, double seconds) {
        int whole = Math.min(training.batch(), examples.size());
        int batch = Math.min(whole, LARGEST_BATCH);
        int[] order = new int[batch];
        Arrays.setAll(order, i -> i);
        float[] pixels = new float[batch * examples.pixels()];
        float[] targets = new float[batch * examples.targetSize()];
        examples.copyBatch(order, 0, batch, new Jitter(0, 0, 0), pixels, targets);
        try (Sequential model = Sequential.create(backend, training.architecture(), Initializer.GLOROT_UNIFORM, 0);
                Optimizer optimizer = training.optimizer(backend, Integer.MAX_VALUE);
                Scope scope = backend.scope()) {
            Trainer trainer = new Trainer(model, optimizer, Method.HARD_LABELS.loss(1, 1), training.maxNorm(), 0);
            Tensor outcome = scope.tensor(batch, 2);
            Runnable step = () -> {
                trainer.step(pixels, targets, batch, outcome);
                backend.download(outcome);
            };
            return mean(step, seconds, System::nanoTime) * whole / batch;
        }
    }

    /**
     * Seconds that a prediction of one example takes, in chunks as {@link Inference} makes them.
     *
     * @param seconds that measuring may take; one chunk is predicted in any case
     */
    public static double ofInference(Backend backend, Architecture architecture, Examples examples, double seconds) {
        Examples chunk = examples.range(0, Math.min(Inference.CHUNK, examples.size()));
        try (Sequential model = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 0)) {
            Runnable prediction = () -> Inference.logits(model, chunk, done -> {});
            return mean(prediction, seconds, System::nanoTime) / chunk.size();
        }
    }

    /**
     * The mean of those that a quarter of the seconds allows, after those that the rest allows; of the last of these
     * where they take all the time.
     *
     * @param clock in nanoseconds
     */
    static double mean(Runnable step, double seconds, LongSupplier clock) {
        double warmUp = (1 - MEASURED_SHARE) * seconds;
        long start = clock.getAsLong();
        long before = start;
        double last;
        do {
            step.run();
            long now = clock.getAsLong();
            last = (now - before) / 1e9;
            before = now;
        } while ((before - start) / 1e9 < warmUp);
        double left = seconds - (before - start) / 1e9;
        long measured = before;
        int steps = 0;
        while ((before - measured) / 1e9 < left) {
            step.run();
            steps++;
            before = clock.getAsLong();
        }
        return steps == 0 ? last : (before - measured) / 1e9 / steps;
    }
}
