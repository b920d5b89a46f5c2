package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Shape;

/**
 * Trains a model step by step. Everything that a step makes lives in a scope of its own; the caller decides when to
 * look at outcomes, and until then a device need not be waited for.
 */
public final class Trainer {
    private final Sequential model;
    private final Optimizer optimizer;
    private final Loss loss;
    private final float maxNorm;
    private final long seed;

    /** Without a limit on the norms of weights. */
    public Trainer(Sequential model, Optimizer optimizer, Loss loss, long seed) {
        this(model, optimizer, loss, Float.POSITIVE_INFINITY, seed);
    }

    /**
     * @param maxNorm limit of the norm of the weights into each unit of a dense layer, kept after every step (see
     *     {@link MaxNormSpec}); {@link Float#POSITIVE_INFINITY} for none
     * @param seed that dropout draws from
     * @throws IllegalArgumentException if {@code maxNorm} is not positive, or the model has nothing to train
     */
    public Trainer(Sequential model, Optimizer optimizer, Loss loss, float maxNorm, long seed) {
        if (maxNorm != Float.POSITIVE_INFINITY) {
            Require.positive("trainer", "max-norm", maxNorm);
        }
        if (model.parameters().isEmpty()) {
            throw new IllegalArgumentException("trainer: the model '"
                    + model.architecture().text() + "' has no parameters, expected a dense or conv2d layer");
        }
        this.model = model;
        this.optimizer = optimizer;
        this.loss = loss;
        this.maxNorm = maxNorm;
        this.seed = seed;
    }

    /** What is trained. */
    public Sequential model() {
        return model;
    }

    /**
     * One step of gradient descent.
     *
     * @param inputs batch after batch of the model's input
     * @param batch examples in {@code inputs}
     * @param labels for each example as many numbers as the loss takes, see {@link Loss#targetSize}
     * @param outcome batch x 2: the loss of each example, and whether its class was met; see {@link Loss}
     */
    public void step(float[] inputs, float[] labels, int batch, Tensor outcome) {
        Backend backend = model.backend();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensor(model.batchShape(batch));
            Tensor targets = scope.tensor(batch, loss.targetSize(model.output().size()));
            backend.upload(inputs, x);
            backend.upload(labels, targets);
            step(x, targets, outcome);
        }
    }

    /**
     * The same where inputs and labels are on the model's backend already.
     *
     * @param x batch x the model's input
     * @param targets batch x {@link Loss#targetSize}
     */
    public void step(Tensor x, Tensor targets, Tensor outcome) {
        Backend backend = model.backend();
        try (Scope scope = backend.scope()) {
            optimizer.beginStep(scope);
            Sequential.Tape tape = model.forward(scope, x, seed, optimizer.step());
            Tensor dLogits = scope.tensor(x.shape().rows(), model.output().size());
            loss.apply(backend, tape.output(), targets, dLogits, outcome);
            model.backward(tape, dLogits, optimizer);
            optimizer.updateClipped();
        } finally {
            optimizer.endStep();
        }
        if (maxNorm != Float.POSITIVE_INFINITY) {
            limitNorms();
        }
        optimizer.stepDone(model.tensors());
    }

    /** Of dense weights, which are the only matrices among the parameters. */
    private void limitNorms() {
        for (Parameter parameter : model.parameters()) {
            Shape shape = parameter.value().shape();
            if (shape.rank() == 2) {
                MaxNormSpec spec = new MaxNormSpec(shape.extent(0), shape.extent(1), maxNorm);
                model.backend().maxNorm(spec, parameter.value());
            }
        }
    }
}
