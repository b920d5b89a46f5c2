package retort.driver.job;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;
import retort.nn.Loss;
import retort.nn.Network;

/**
 * Runs models over many images in chunks, Java arrays in and out. Logits that are no finite numbers come out nowhere:
 * they are refused with {@link NotFiniteException}.
 */
public final class Inference {
    /** Images at a time: enough to read the weights seldom, few enough to keep activations small. */
    public static final int CHUNK = 1000;

    private Inference() {}

    /** The logits of every example; {@code progress} is told how many are done. */
    public static Logits logits(Network model, Examples examples, IntConsumer progress) {
        int classes = model.output().size();
        return logits(model, examples, new Logits(new float[0], classes), rows -> progress.accept(rows.rows()));
    }

    /**
     * The same where those of the first examples are there already.
     *
     * @param progress gets what is there so far, at the end of a chunk
     */
    static Logits logits(Network model, Examples examples, Logits before, Consumer<Rows> progress) {
        int classes = before.classes();
        float[] results = Arrays.copyOf(before.values(), examples.size() * classes);
        float[] pixels = new float[Math.min(CHUNK, examples.size()) * examples.pixels()];
        for (int from = before.rows(); from < examples.size(); from += CHUNK) {
            int count = Math.min(CHUNK, examples.size() - from);
            int first = from;
            chunk(model, x -> examples.bring(first, count, pixels, model.backend(), x), count, results, from * classes);
            progress.accept(new Rows(results, classes, from + count));
        }
        return new Logits(results, classes);
    }

    /** The mean of a loss over examples, given what a model says of them. */
    static double loss(Backend backend, Loss loss, Logits logits, Examples examples) {
        int classes = logits.classes();
        int targetSize = examples.targetSize();
        double sum = 0;
        for (int from = 0; from < examples.size(); from += CHUNK) {
            int count = Math.min(CHUNK, examples.size() - from);
            float[] targets = new float[count * targetSize];
            examples.copyTargets(from, count, targets);
            float[] rows = Arrays.copyOfRange(logits.values(), from * classes, (from + count) * classes);
            try (Scope scope = backend.scope()) {
                Tensor outcome = scope.tensor(count, 2);
                loss.apply(
                        backend,
                        scope.tensorOf(Shape.of(count, classes), rows),
                        scope.tensorOf(Shape.of(count, targetSize), targets),
                        scope.tensor(count, classes),
                        outcome);
                float[] each = backend.download(outcome);
                for (int i = 0; i < count; i++) {
                    sum += each[2 * i];
                }
            }
        }
        return sum / examples.size();
    }

    /** The first rows of logits that are not all there yet. */
    record Rows(float[] values, int classes, int rows) {
        Logits logits() {
            return new Logits(Arrays.copyOf(values, rows * classes), classes);
        }
    }

    /**
     * The logits of so few images that their activations have room.
     *
     * @param pixels of {@code count} images
     * @throws NotFiniteException if a logit is no finite number
     */
    public static float[] logits(Network model, float[] pixels, int count) {
        float[] logits = new float[count * model.output().size()];
        chunk(model, x -> model.backend().upload(pixels, x), count, logits, 0);
        return logits;
    }

    /** @param input writes the images of the chunk */
    private static void chunk(Network model, Consumer<Tensor> input, int count, float[] results, int to) {
        Backend backend = model.backend();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensor(model.batchShape(count));
            input.accept(x);
            backend.download(model.infer(scope, x), results, to);
            for (int i = to; i < to + count * model.output().size(); i++) {
                if (!Float.isFinite(results[i])) {
                    throw new NotFiniteException(
                            results[i], model.firstNotFinite(scope, x).orElse("none by itself"));
                }
            }
        }
    }
}
