package retort.nn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.UpdateSpec;

/** Updates parameters with the gradients it is given. Its state lives on the backend, from the first step to close. */
public abstract class Optimizer implements GradientSink, AutoCloseable {
    private final Backend backend;
    private final Scope state;
    private final Map<String, Tensor[]> stateOf = new HashMap<>();
    private Scope gradients;
    private WeightAverage average;
    private int step;

    protected Optimizer(Backend backend) {
        this.backend = backend;
        this.state = backend.scope();
    }

    /**
     * Begins a training step.
     *
     * @param scope for gradients that have to be stored
     */
    public void beginStep(Scope scope) {
        gradients = scope;
        step++;
    }

    /**
     * From the first step on keeps the exponential moving average of the parameters, and of running statistics, which
     * belong to them, beside its state.
     *
     * @param decay of that, above 0 and below 1
     * @throws IllegalArgumentException if it is not
     */
    public final void averageWeights(float decay) {
        average = new WeightAverage(backend, state, decay);
    }

    /** Takes a model's tensors, as the step has left them, into their average, if one is kept. */
    final void stepDone(List<Parameter> tensors) {
        if (average != null) {
            average.take(tensors);
        }
    }

    /** Puts the averages of a model's parameters in their place, if they are kept: the end of a training. */
    public final void putAverages(Sequential model) {
        if (average != null) {
            average.putInto(model.tensors(), step);
        }
    }

    /** Of a parameter what is kept for its average; empty where none is kept. */
    final Optional<Tensor> averaged(Parameter parameter) {
        return Optional.ofNullable(average).map(kept -> kept.negative(parameter));
    }

    /** Ends the step: its scope may close. */
    public void endStep() {
        gradients = null;
    }

    private Scope gradients() {
        if (gradients == null) {
            throw new IllegalStateException("optimizer: a gradient was given outside a step");
        }
        return gradients;
    }

    /** Steps begun, the current one included. */
    public int step() {
        return step;
    }

    @Override
    public void dense(Parameter weight, Tensor x, Tensor dY, Tensor dX, Epilogue gate) {
        Tensor w = weight.value();
        DenseBackwardSpec spec = new DenseBackwardSpec(
                x.shape().rows(),
                w.shape().extent(0),
                w.shape().extent(1),
                update(weight),
                w.isPacked(),
                dX != null,
                gate);
        backend.denseBackward(spec, x, dY, w, state(weight), dX, step);
    }

    @Override
    public void bias(Parameter bias, Tensor dY) {
        UpdateSpec update = update(bias);
        BiasBackwardSpec spec = new BiasBackwardSpec(dY.shape().rows(), update.count(), update);
        backend.biasBackward(spec, dY, bias.value(), state(bias), step);
    }

    @Override
    public Tensor destination(Parameter parameter) {
        return gradients().tensor(parameter.value().shape());
    }

    protected final Backend backend() {
        return backend;
    }

    /** How many tensors of a parameter's shape are kept for it. */
    protected abstract int stateTensors();

    /** The current step's update of a parameter. */
    protected abstract UpdateSpec update(Parameter parameter);

    /** The state of a parameter: tensors like its value, 0 at first. */
    protected final Tensor[] state(Parameter parameter) {
        return stateOf.computeIfAbsent(parameter.name(), name -> {
            Tensor[] tensors = new Tensor[stateTensors()];
            for (int i = 0; i < tensors.length; i++) {
                tensors[i] = state.like(parameter.value());
                backend.fill(tensors[i], 0);
            }
            return tensors;
        });
    }

    /** Whether there is a state to keep: a step was begun, and it was not closed. */
    final boolean hasState() {
        return !stateOf.isEmpty();
    }

    /** Goes on as if {@code steps} steps had been taken; the state is the caller's to fill. */
    final void resumeAfter(int steps) {
        step = steps;
    }

    /** Frees the state; no step may follow. A second close does nothing. */
    @Override
    public void close() {
        stateOf.clear();
        if (average != null) {
            average.forget();
        }
        state.close();
    }
}
