package retort.driver.job;

import java.util.List;
import retort.driver.data.Dataset;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;
import retort.nn.Network;
import retort.nn.Residual;

/** About how many bytes a job needs. */
public final class Footprint {
    private Footprint() {}

    /** While a model is trained: weights, what the optimiser keeps of each, activations and their gradients. */
    public static long trainingBytes(Training training) {
        long values = switch (training.descent()) {
            case Descent.Adam adam -> 3;
            // A velocity, and the gradient, which is stored.
            case Descent.Sgd sgd -> 3;
            case Descent.Momentum momentum -> 3;
        };
        values += more(training);
        Architecture architecture = training.architecture();
        return Float.BYTES
                * (values * architecture.parameterCount()
                        + shortened(training)
                        + 2L * training.batch() * activations(architecture));
    }

    /** All gradients wait for the last, the best weights for the end: further values of each weight. */
    private static int more(Training training) {
        return (training.isClipped() ? 1 : 0) + (training.stopping().isOn() ? 1 : 0);
    }

    /** The largest gradient once more, shortened and as its weights lie. */
    private static long shortened(Training training) {
        return training.isClipped()
                ? 2
                        * training.architecture().parts().stream()
                                .mapToLong(Network.Part::parameters)
                                .max()
                                .orElse(0)
                : 0;
    }

    /** At the least: weights, and what the optimiser keeps of each. */
    static double leastTrainingBytes(Training training) {
        return (3.0 + more(training)) * Float.BYTES * training.architecture().parameterCount();
    }

    /** While a model predicts a chunk of images: weights, and the two largest neighbours among activations. */
    public static long inferenceBytes(Architecture architecture) {
        long largest = 0;
        Shape shape = architecture.input();
        for (Layer layer : architecture.layers()) {
            Shape next = layer.outputShape(shape);
            largest = Math.max(largest, (long) shape.size() + next.size());
            shape = next;
        }
        return Float.BYTES * (architecture.parameterCount() + Inference.CHUNK * largest);
    }

    /** Images, labels, and a teacher's logits of all that is trained on. */
    public static long dataBytes(Dataset data) {
        return data.train().bytes()
                + data.test().bytes()
                + (long) Float.BYTES * data.classes() * data.train().size();
    }

    /** Of one example, without layers that work in place. */
    private static long activations(Architecture architecture) {
        return architecture.input().size() + activations(architecture.layers(), architecture.input());
    }

    private static long activations(List<Layer> layers, Shape input) {
        long sum = 0;
        Shape shape = input;
        for (Layer layer : layers) {
            Shape output = layer.outputShape(shape);
            sum += switch (layer) {
                case Layer.ReLU relu -> 0;
                case Layer.Dropout dropout -> 0;
                case Layer.Flatten flatten -> 0;
                case Residual residual ->
                    output.size() + activations(residual.block(), shape) + activations(residual.shortcut(), shape);
                default -> output.size();
            };
            shape = output;
        }
        return sum;
    }
}
