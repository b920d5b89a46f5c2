package retort.nn;

import retort.kernels.Backend;
import retort.kernels.CrossEntropySpec;
import retort.kernels.Scope;
import retort.kernels.Tensor;

/**
 * Trains a model step by step on softmax(logits / T) and cross-entropy. Everything that a step makes lives in a scope of
 * its own; the caller decides when to look at outcomes, and until then a device need not be waited for.
 */
public final class Trainer {
    private final Sequential model;
    private final Optimizer optimizer;
    private final float temperature;
    private final CrossEntropySpec.Targets targets;
    private final long seed;

    /**
     * @param temperature T of the softmax
     * @param targets class indices, or soft targets
     * @param seed that dropout draws from
     */
    public Trainer(
            Sequential model, Optimizer optimizer, float temperature, CrossEntropySpec.Targets targets, long seed) {
        this.model = model;
        this.optimizer = optimizer;
        this.temperature = temperature;
        this.targets = targets;
        this.seed = seed;
    }

    /**
     * One step of gradient descent.
     *
     * @param images batch after batch of the model's input
     * @param batch examples in {@code images}
     * @param labels for each example a class index, or a probability for each class
     * @param outcome batch x 2: the loss of each example, and whether its class was met; see {@link CrossEntropySpec}
     */
    public void step(float[] images, float[] labels, int batch, Tensor outcome) {
        Backend backend = model.backend();
        try (Scope scope = backend.scope()) {
            int classes = model.architecture().output().size();
            CrossEntropySpec spec = new CrossEntropySpec(batch, classes, temperature, targets);
            Tensor x = scope.tensor(model.batchShape(batch));
            Tensor t = scope.tensor(spec.targetsShape());
            backend.upload(images, x);
            backend.upload(labels, t);
            optimizer.beginStep(scope);
            Sequential.Tape tape = model.forward(scope, x, seed, optimizer.step());
            Tensor dLogits = scope.tensor(spec.logitsShape());
            backend.crossEntropy(spec, tape.output(), t, dLogits, outcome);
            model.backward(tape, dLogits, optimizer);
        }
    }
}
