package retort.driver.job;

import java.util.function.IntConsumer;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.SoftmaxSpec;
import retort.nn.Sequential;

/** Runs models over many images in chunks, Java arrays in and out. */
public final class Inference {
    /** Images at a time: enough to read the weights seldom, few enough to keep activations small. */
    private static final int CHUNK = 1000;

    private Inference() {}

    /** The logits of every example; {@code progress} is told how many are done. */
    public static Logits logits(Sequential model, Examples examples, IntConsumer progress) {
        int classes = model.architecture().output().size();
        float[] results = new float[examples.size() * classes];
        float[] pixels = new float[Math.min(CHUNK, examples.size()) * examples.pixels()];
        for (int from = 0; from < examples.size(); from += CHUNK) {
            int count = Math.min(CHUNK, examples.size() - from);
            examples.copyImages(from, count, pixels);
            chunk(model, pixels, 0, count, 0, results, from * classes);
            progress.accept(from + count);
        }
        return new Logits(results, classes);
    }

    /** softmax(logits / T) of {@code count} images given as pixels: what a caller with its own images would run. */
    static void predict(Sequential model, float[] pixels, int count, float temperature, float[] probabilities) {
        int classes = model.architecture().output().size();
        int image = pixels.length / count;
        for (int from = 0; from < count; from += CHUNK) {
            int size = Math.min(CHUNK, count - from);
            chunk(model, pixels, from * image, size, temperature, probabilities, from * classes);
        }
    }

    /** Logits of one chunk, or with a temperature above 0 their softmax. */
    private static void chunk(
            Sequential model, float[] pixels, int at, int count, float temperature, float[] results, int to) {
        Backend backend = model.backend();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensor(model.batchShape(count));
            backend.upload(pixels, at, x);
            Tensor y = model.infer(scope, x);
            if (temperature > 0) {
                Tensor logits = y;
                y = scope.tensor(logits.shape());
                backend.softmax(new SoftmaxSpec(count, logits.shape().rowSize(), temperature), logits, y);
            }
            backend.download(y, results, to);
        }
    }
}
