package retort.driver.job;

import retort.driver.data.Dataset;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

/** About how many bytes a job needs. */
public final class Footprint {
    private Footprint() {}

    /** While a model is trained: weights, what the optimiser keeps of each, activations and their gradients. */
    public static long trainingBytes(Training training) {
        long values = switch (training.descent()) {
            case Descent.Adam adam -> 3;
            // A velocity, and the gradient, which is stored.
            case Descent.Momentum momentum -> 3;
        };
        Architecture architecture = training.architecture();
        return Float.BYTES
                * (values * architecture.parameterCount() + 2L * training.batch() * activations(architecture));
    }

    /** At the least: weights, and what the optimiser keeps of each. */
    static double leastTrainingBytes(Training training) {
        return 3.0 * Float.BYTES * training.architecture().parameterCount();
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
        long sum = architecture.input().size();
        Shape shape = architecture.input();
        for (Layer layer : architecture.layers()) {
            shape = layer.outputShape(shape);
            sum += layer instanceof Layer.Dense || layer instanceof Layer.Conv2D ? shape.size() : 0;
        }
        return sum;
    }
}
