package retort.driver.predict;

import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import retort.driver.job.Logits;
import retort.kernels.op.ElementType;
import retort.nn.Model;
import retort.nn.ModelFileException;
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
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new ModelFileException(file, "gives a logit of " + value + ", expected finite numbers");
            }
        }
        Logits logits = new Logits(values, model.outputSize());
        return IntStream.range(0, count)
                .mapToObj(i -> new Prediction(logits.prediction(i), logits.probabilities(i, temperature)));
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
