package retort.driver.job;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;
import retort.nn.Predictor;

/**
 * Times predictions, Java arrays in and probabilities out, one call after another.
 *
 * @param batches sizes that are timed, in turn
 * @param calls timed at batch 1; larger batches get fewer
 * @param secondsPerModel what a model may take at one batch size: slow engines get fewer calls, and none where one call
 *     would take longer
 * @param watcher is told after each call, outside its time
 */
public record LatencyTest(
        Examples examples,
        float temperature,
        List<Integer> batches,
        int calls,
        double secondsPerModel,
        Watcher watcher) {
    /** Up to here a batch gets a fifth of the calls, beyond a four-hundredth. */
    private static final int SMALL_BATCH = 32;

    /** Even the slowest measurement is of this many calls. */
    private static final int FEWEST_CALLS = 3;

    /** What the calls before the timed ones are of a measurement. */
    private static final double WARM_UP = 0.25;

    /** Different inputs that the calls take in turn. */
    private static final int INPUTS = 16;

    /** What the user sees; each may end the test by throwing. */
    public interface Watcher {
        void measurementStarts(Engine engine, String model, int batch);

        /** @param share of the measurement that is done, 0 to 1 */
        void measurementProgress(double share);

        void measurementEnds();
    }

    /**
     * How long a model took over a batch, call after call.
     *
     * @param weights what the model's were rounded to
     * @param p10Micros what a tenth of the calls stayed below, as nine tenths did below the 90th percentile
     */
    public record Timing(
            Engine engine,
            String model,
            long parameters,
            ElementType weights,
            int batch,
            int calls,
            double p10Micros,
            double medianMicros,
            double p90Micros,
            double p99Micros) {
        /** At the median. */
        public double imagesPerSecond() {
            return batch / medianMicros * 1e6;
        }
    }

    /** A measurement that was not made, and why. */
    public record Skipped(Engine engine, String model, int batch, String reason) {}

    /** Collects what was measured and what was not. */
    public interface Results {
        void measured(Timing timing);

        void skipped(Skipped skipped);
    }

    /** Times one model at every batch size; on a slow engine the larger ones are skipped, with the reason. */
    public void run(Predictor model, String name, Results results) {
        double secondsPerImage = 0;
        for (int batch : batches) {
            Engine engine = model.engine();
            if (batch > examples.size()) {
                String reason = String.format(Locale.ROOT, "there are %,d test images", examples.size());
                results.skipped(new Skipped(engine, name, batch, reason));
                continue;
            }
            double expected = secondsPerImage * batch * FEWEST_CALLS;
            if (expected > secondsPerModel) {
                String reason = String.format(Locale.ROOT, "%d calls would take about %.0f s", FEWEST_CALLS, expected);
                results.skipped(new Skipped(engine, name, batch, reason));
                continue;
            }
            watcher.measurementStarts(engine, name, batch);
            Timing timing = measure(model, name, batch);
            watcher.measurementEnds();
            secondsPerImage = 1 / timing.imagesPerSecond();
            results.measured(timing);
        }
    }

    private int calls(int batch) {
        return batch == 1
                ? calls
                : batch <= SMALL_BATCH ? Math.max(FEWEST_CALLS, calls / 5) : Math.max(FEWEST_CALLS, calls / 400);
    }

    private Timing measure(Predictor model, String name, int batch) {
        float[][] inputs = new float[Math.min(INPUTS, examples.size() / batch)][batch * examples.pixels()];
        for (int i = 0; i < inputs.length; i++) {
            examples.copyImages(i * batch, batch, inputs[i]);
        }
        float[] probabilities = new float[batch * model.model().outputSize()];
        int wanted = calls(batch);
        warmUp(model, inputs, batch, probabilities, wanted);
        double[] micros = new double[wanted];
        int done = 0;
        long start = System.nanoTime();
        while (done < wanted && (done < FEWEST_CALLS || (System.nanoTime() - start) / 1e9 < secondsPerModel)) {
            long begin = System.nanoTime();
            predict(model, inputs[done % inputs.length], batch, probabilities);
            micros[done++] = (System.nanoTime() - begin) / 1e3;
            watcher.measurementProgress(WARM_UP + (1 - WARM_UP) * share(done, wanted, start, secondsPerModel));
        }
        double[] sorted = Arrays.copyOf(micros, done);
        Arrays.sort(sorted);
        return new Timing(
                model.engine(),
                name,
                model.model().parameterCount(),
                model.model().weights(),
                batch,
                done,
                quantile(sorted, 0.1),
                quantile(sorted, 0.5),
                quantile(sorted, 0.9),
                quantile(sorted, 0.99));
    }

    /** The value that a share of the others is below. */
    private static double quantile(double[] sorted, double share) {
        return sorted[(int) (sorted.length * share)];
    }

    /** softmax(logits / T) of images given as pixels: what a caller with its own images would run. */
    private void predict(Predictor model, float[] pixels, int count, float[] probabilities) {
        int classes = model.model().outputSize();
        for (int from = 0; from < count; from += Inference.CHUNK) {
            int size = Math.min(Inference.CHUNK, count - from);
            model.probabilities(pixels, from * examples.pixels(), size, temperature, probabilities, from * classes);
        }
    }

    /** Half as many calls as will be timed, within a third of the time. */
    private void warmUp(Predictor model, float[][] inputs, int batch, float[] probabilities, int wanted) {
        long start = System.nanoTime();
        int untimed = Math.max(1, wanted / 2);
        for (int call = 0; call < untimed; call++) {
            predict(model, inputs[call % inputs.length], batch, probabilities);
            watcher.measurementProgress(WARM_UP * share(call + 1, untimed, start, secondsPerModel / 3));
            if ((System.nanoTime() - start) / 1e9 > secondsPerModel / 3) {
                return;
            }
        }
    }

    /** It ends when the calls are made, or when the time is over. */
    private static double share(int done, int wanted, long start, double seconds) {
        double ofTime = (System.nanoTime() - start) / 1e9 / seconds;
        return Math.min(1, Math.max(done / (double) wanted, ofTime));
    }
}
