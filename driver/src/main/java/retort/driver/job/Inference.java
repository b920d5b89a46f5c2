package retort.driver.job;

import java.util.function.IntConsumer;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.nn.Sequential;

/** Runs models over many images in chunks, Java arrays in and out. */
public final class Inference {
    /** Images at a time: enough to read the weights seldom, few enough to keep activations small. */
    static final int CHUNK = 1000;

    private Inference() {}

    /** The logits of every example; {@code progress} is told how many are done. */
    public static Logits logits(Sequential model, Examples examples, IntConsumer progress) {
        int classes = model.architecture().output().size();
        float[] results = new float[examples.size() * classes];
        float[] pixels = new float[Math.min(CHUNK, examples.size()) * examples.pixels()];
        for (int from = 0; from < examples.size(); from += CHUNK) {
            int count = Math.min(CHUNK, examples.size() - from);
            examples.copyImages(from, count, pixels);
            chunk(model, pixels, count, results, from * classes);
            progress.accept(from + count);
        }
        return new Logits(results, classes);
    }

    private static void chunk(Sequential model, float[] pixels, int count, float[] results, int to) {
        Backend backend = model.backend();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensor(model.batchShape(count));
            backend.upload(pixels, x);
            backend.download(model.infer(scope, x), results, to);
        }
    }
}
