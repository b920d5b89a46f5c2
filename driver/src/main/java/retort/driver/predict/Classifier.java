package retort.driver.predict;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import retort.driver.job.Inference;
import retort.driver.job.Logits;
import retort.driver.job.NotFiniteException;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;
import retort.nn.Model;
import retort.nn.ModelFileException;
import retort.nn.Network;
import retort.nn.Predictor;

/**
 * A model that is asked what images show.
 *
 * @param name by which the user knows it
 * @param temperature T of its probabilities, softmax(logits / T)
 */
public record Classifier(String name, Path file, float temperature, Model model) implements AutoCloseable {
    /**
     * What it says of images.
     *
     * @param predictor of this model, for the calling thread
     * @param pixels image after image of the model's input
     * @throws ModelFileException if a logit is no finite number
     */
    public Stream<Prediction> predict(Predictor predictor, float[] pixels, int count) {
        float[] values = new float[count * model.outputSize()];
        predictor.logits(pixels, count, values);
        for (int e = 0; e < values.length; e++) {
            if (!Float.isFinite(values[e])) {
                int image = e / model.outputSize();
                int each = model.input().size();
                throw notFinite(values[e], Arrays.copyOfRange(pixels, image * each, (image + 1) * each));
            }
        }
        Logits logits = new Logits(values, model.outputSize());
        return IntStream.range(0, count)
                .mapToObj(i -> new Prediction(logits.prediction(i), logits.probabilities(i, temperature)));
    }

    /** A predictor knows no layers, so the image that it fails for goes through them once more. */
    private ModelFileException notFinite(float logit, float[] image) {
        String problem = "gives a logit of " + logit + ", expected finite ones";
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Network network = Network.load(backend, file, model.weights()).network()) {
            Inference.logits(network, image, 1);
        } catch (NotFiniteException e) {
            problem = e.getMessage();
        }
        return new ModelFileException(file, problem);
    }

    /** For people: its name, its file, and its weights where they are not float32. */
    public String title() {
        ElementType weights = model.weights();
        return "model " + name + ": " + file + (weights == ElementType.FLOAT32 ? "" : ", " + weights + " weights");
    }

    @Override
    public void close() {
        model.close();
    }
}
