package retort.nn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Fused;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.UpdateSpec;
import retort.kernels.op.WeightDecay;

/**
 * Updates parameters with the gradients it is given. Its state lives on the backend, from the first step to close.
 *
 * <p>Where weights decay, those of layers do, matrices and filters; biases and what else has one axis, such as the
 * scale of a normalisation, do not, as is usual.
 */
public abstract class Optimizer implements GradientSink, AutoCloseable {
    private final Backend backend;
    private final Scope state;
    private final Map<String, Tensor[]> stateOf = new HashMap<>();
    private final KeptWeights kept;
    private Scope gradients;
    private WeightAverage average;
    private ClippedGradients clipped;
    private int step;

    protected Optimizer(Backend backend) {
        this.backend = backend;
        this.state = backend.scope();
        this.kept = new KeptWeights(backend, state);
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

    /**
     * From the first step on shortens the gradient of a step, all parameters' together, to this norm if it is longer.
     * No update can then be done in the pass that makes its gradient: all gradients are stored until the last is there,
     * and the host waits for their norm.
     *
     * @throws IllegalArgumentException if the norm is not positive and finite
     */
    public final void clipGradients(float norm) {
        clipped = new ClippedGradients(backend, norm);
    }

    /** All gradients of the step are given: those that had to wait for that are used. */
    public final void updateClipped() {
        if (clipped != null) {
            clipped.use(this::update);
        }
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

    /** Keeps a model's tensors as they are, beside the state, in place of what was kept before. */
    public final void keepWeights(Sequential model) {
        kept.keep(model.tensors());
    }

    /** Puts what was kept in place of a model's tensors, if something was. */
    public final void putKeptWeights(Sequential model) {
        kept.putInto(model.tensors());
    }

    final KeptWeights kept() {
        return kept;
    }

    /** Of a parameter what is kept for its average; empty where none is kept. */
    final Optional<Tensor> averaged(Parameter parameter) {
        return Optional.ofNullable(average).map(kept -> kept.negative(parameter));
    }

    /** Ends the step: its scope may close. */
    public void endStep() {
        gradients = null;
        if (clipped != null) {
            clipped.forget();
        }
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
        if (clipped != null) {
            apart(spec, weight, x, dY, dX);
            return;
        }
        backend.denseBackward(spec, x, dY, w, state(weight), dX, step);
    }

    /** The products of a dense layer's backward pass without the update. */
    private void apart(DenseBackwardSpec spec, Parameter weight, Tensor x, Tensor dY, Tensor dX) {
        if (dX != null) {
            Fused gate = spec.gate().gate() ? Fused.gate(x) : Fused.NONE;
            backend.gemm(spec.inputProduct(), dY, weight.value(), dX, gate);
        }
        Tensor gradient = destination(weight);
        backend.gemm(spec.weightProduct(), x, dY, gradient);
        written(weight, gradient);
    }

    @Override
    public void bias(Parameter bias, Tensor dY) {
        UpdateSpec update = update(bias);
        BiasBackwardSpec spec = new BiasBackwardSpec(dY.shape().rows(), update.count(), update);
        if (clipped != null) {
            Tensor gradient = destination(bias);
            backend.columnSums(spec.sums(), dY, gradient);
            written(bias, gradient);
            return;
        }
        backend.biasBackward(spec, dY, bias.value(), state(bias), step);
    }

    @Override
    public Tensor destination(Parameter parameter) {
        return gradients().tensor(parameter.value().shape());
    }

    @Override
    public final void written(Parameter parameter, Tensor gradient) {
        if (clipped != null) {
            clipped.add(parameter, gradient);
        } else {
            update(parameter, gradient);
        }
    }

    protected final Backend backend() {
        return backend;
    }

    /** How many tensors of a parameter's shape are kept for it. */
    protected abstract int stateTensors();

    /** The current step's update of a parameter. */
    protected abstract UpdateSpec update(Parameter parameter);

    /** Does it; the gradient lies in memory as the parameter does. */
    protected abstract void update(Parameter parameter, Tensor gradient);

    /** What of a decay is meant for a parameter. */
    protected static WeightDecay of(Parameter parameter, WeightDecay decay) {
        return parameter.value().shape().rank() > 1 ? decay : WeightDecay.NONE;
    }

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
        kept.forget();
        state.close();
    }
}
