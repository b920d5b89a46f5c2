package retort.driver.job;

import java.util.Arrays;
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
    /** Until the kernels are compiled, which the first steps of a training wait for too. */
    private static final double WARM_UP_SECONDS = 1.5;

    private static final double SECONDS = 0.5;
    private static final int FEWEST_STEPS = 3;

    private StepTime() {}

    /**
     * Seconds, on true labels: other losses take as long.
     *
     * @param examples of which one batch is used
     */
    public static double ofTraining(Backend backend, Training training, Examples examples) {
        int batch = Math.min(training.batch(), examples.size());
        int[] order = new int[batch];
        Arrays.setAll(order, i -> i);
        float[] pixels = new float[batch * examples.pixels()];
        float[] targets = new float[batch * examples.targetSize()];
        examples.copyBatch(order, 0, batch, new Jitter(0, 0, 0), pixels, targets);
        try (Sequential model = Sequential.create(backend, training.architecture(), Initializer.GLOROT_UNIFORM, 0);
                Optimizer optimizer = training.descent().optimizer(backend, Integer.MAX_VALUE);
                Scope scope = backend.scope()) {
            Trainer trainer = new Trainer(model, optimizer, Method.HARD_LABELS.loss(1, 1), training.maxNorm(), 0);
            Tensor outcome = scope.tensor(batch, 2);
            Runnable step = () -> {
                trainer.step(pixels, targets, batch, outcome);
                backend.download(outcome);
            };
            repeat(step, WARM_UP_SECONDS);
            return repeat(step, SECONDS);
        }
    }

    /** Seconds that a prediction of one example takes, in chunks as {@link Inference} makes them. */
    public static double ofInference(Backend backend, Architecture architecture, Examples examples) {
        Examples chunk = examples.range(0, Math.min(Inference.CHUNK, examples.size()));
        try (Sequential model = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 0)) {
            Runnable prediction = () -> Inference.logits(model, chunk, done -> {});
            prediction.run();
            return repeat(prediction, 0) / chunk.size();
        }
    }

    /** The mean of so many as the seconds allow. */
    private static double repeat(Runnable step, double seconds) {
        long start = System.nanoTime();
        int steps = 0;
        double passed = 0;
        while (steps < FEWEST_STEPS || passed < seconds) {
            step.run();
            steps++;
            passed = (System.nanoTime() - start) / 1e9;
        }
        return passed / steps;
    }
}
