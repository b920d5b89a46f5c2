package retort.driver.job;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
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
            examples.copyImages(from, count, pixels);
            chunk(model, pixels, count, results, from * classes);
            progress.accept(new Rows(results, classes, from + count));
        }
        return new Logits(results, classes);
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
        chunk(model, pixels, count, logits, 0);
        return logits;
    }

    private static void chunk(Network model, float[] pixels, int count, float[] results, int to) {
        Backend backend = model.backend();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensor(model.batchShape(count));
            backend.upload(pixels, x);
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
