package retort.frameworks;

import java.util.Optional;
import retort.kernels.op.ElementType;

/** A network in one framework. Arrays are Java's, example after example, row-major, whatever it computes on. */
interface Network extends AutoCloseable {
    /** One that is trained no more, with weights of fewer bits than 32, if the framework has such. */
    default Optional<Network> rounded(ElementType weights) {
        return Optional.empty();
    }

    /**
     * One step of Adam on the mean cross-entropy with softmax(logits / T), dropout on; done when it returns.
     *
     * @param images batch x pixels
     * @param labels a class index for each image
     */
    void train(float[] images, int[] labels, int batch);

    /**
     * softmax(logits / T), dropout off. No training step follows.
     *
     * @param images batch x pixels
     * @param probabilities receives batch x classes
     */
    void predict(float[] images, int batch, float[] probabilities);

    @Override
    void close();
}
