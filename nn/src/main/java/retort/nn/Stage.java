package retort.nn;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Fused;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.Shape;

/**
 * One step of a network as it is computed: a layer, or a layer with weights fused with the ReLU and dropout after it.
 * It holds parameters and no activations, so one model can infer while it trains.
 *
 * <p>Backward, a fused stage's ReLU and dropout are undone by the stage above it, in the epilogue of the product that
 * makes the gradient (see {@link Epilogue#gate}); so a stage may have to gate the gradient of its input, by its input
 * itself.
 */
interface Stage {
    /**
     * What a pass runs on.
     *
     * @param scope for activations and gradients
     * @param step the training step, which dropout draws from; null for inference
     * @param seed of the run
     * @param kept in training, what each chain's stages were given and gave, and what a stage needs besides
     */
    record Pass(Backend backend, Scope scope, Long step, long seed, Map<Object, List<Tensor>> kept) {
        static Pass inference(Backend backend, Scope scope) {
            return new Pass(backend, scope, null, 0, Map.of());
        }

        static Pass training(Backend backend, Scope scope, long step, long seed) {
            return new Pass(backend, scope, step, seed, new IdentityHashMap<>());
        }

        boolean training() {
            return step != null;
        }

        DropoutKey key(int stream) {
            return new DropoutKey(seed, stream, step);
        }
    }

    /** y for a batch x. */
    Tensor forward(Pass pass, Tensor x);

    /**
     * Hands the gradients of the parameters to {@code sink}.
     *
     * @param dY the gradient by y, or by what y was before its ReLU and dropout if the stage above undid them
     * @param wanted whether the gradient by x is needed
     * @return the gradient by x, gated if x comes from a fused stage; null if not wanted
     */
    Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink);

    /** What is trained. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** What model files hold: parameters, and what training keeps besides. */
    default List<Parameter> tensors() {
        return parameters();
    }

    /**
     * The layer in here that first gives a number which is not finite, as its parameters are called; empty for none.
     *
     * @param x finite
     * @param y what {@link #forward} gave for it
     */
    default Optional<String> firstNotFinite(Pass pass, Tensor x, Tensor y) {
        // Layers without parameters give no such number for finite ones.
        return parameters().isEmpty() || isFinite(pass, y)
                ? Optional.empty()
                : Optional.of(parameters().getFirst().name().replaceFirst("\\.weight$", ""));
    }

    /** Whether all elements are; it downloads them. */
    static boolean isFinite(Pass pass, Tensor y) {
        for (float element : pass.backend().download(y)) {
            if (!Float.isFinite(element)) {
                return false;
            }
        }
        return true;
    }

    /**
     * ReLU and dropout as far as they are fused into a stage with weights.
     *
     * @param stream names the dropout's random numbers
     * @param undoneAbove whether the stage above undoes both in its own backward pass
     */
    record Activation(boolean relu, float dropout, int stream, boolean undoneAbove) {
        /** @param bias of the stage; null for none */
        Epilogue epilogue(boolean training, Parameter bias) {
            return new Epilogue(bias != null, relu, training ? dropout : 0, false);
        }

        /** @param bias of the stage; null for none */
        Fused operands(Pass pass, Parameter bias) {
            Tensor value = bias == null ? null : bias.value();
            return new Fused(value, pass.training() && dropout > 0 ? pass.key(stream) : null, null);
        }

        /** What the stage above has to apply to the gradient of its input. */
        Epilogue gate() {
            return relu ? Epilogue.gate(dropout) : Epilogue.NONE;
        }

        /** The gradient before ReLU and dropout, given the one after them. */
        Tensor undo(Pass pass, Tensor y, Tensor dY) {
            if (!relu || undoneAbove) {
                return dY;
            }
            Tensor undropped = dY;
            if (dropout > 0) {
                undropped = pass.scope().tensor(dY.shape());
                pass.backend().dropout(new DropoutSpec(dY.shape().size(), dropout), pass.key(stream), dY, undropped);
            }
            Tensor dX = pass.scope().tensor(dY.shape());
            pass.backend().reluGradient(ReluSpec.gradient(dY.shape().size()), y, undropped, dX);
            return dX;
        }
    }

    /** Hands over the gradient of a bias: the sums of dY over everything but the last axis. */
    static void biasGradient(Parameter bias, Tensor dY, GradientSink sink) {
        int columns = bias.value().shape().size();
        sink.bias(bias, dY.reshaped(Shape.of(dY.shape().size() / columns, columns)));
    }

    /** x W + b, x batch x inputs, W inputs x units and packed. */
    record DenseStage(Parameter weight, Parameter bias, Activation activation, Epilogue inputGate) implements Stage {
        @Override
        public Tensor forward(Pass pass, Tensor x) {
            int batch = x.shape().rows();
            Tensor y = pass.scope().tensor(batch, units());
            GemmSpec spec = GemmSpec.nn(batch, units(), inputs())
                    .withPackedB(weight.value().elementType())
                    .with(activation.epilogue(pass.training(), bias));
            pass.backend().gemm(spec, x, weight.value(), y, activation.operands(pass, bias));
            return y;
        }

        @Override
        public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
            int batch = x.shape().rows();
            Tensor dZ = activation.undo(pass, y, dY);
            Tensor dX = wanted ? pass.scope().tensor(batch, inputs()) : null;
            biasGradient(bias, dZ, sink);
            sink.dense(weight, x, dZ, dX, wanted ? inputGate : Epilogue.NONE);
            return dX;
        }

        private int inputs() {
            return weight.value().shape().extent(0);
        }

        private int units() {
            return weight.value().shape().extent(1);
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(weight, bias);
        }
    }

    /**
     * A convolution over batch x height x width x channels.
     *
     * @param bias null for none
     */
    record Conv2dStage(
            Shape input,
            Layer.Conv2D layer,
            Parameter filter,
            Parameter bias,
            Activation activation,
            Epilogue inputGate)
            implements Stage {
        @Override
        public Tensor forward(Pass pass, Tensor x) {
            Conv2dSpec spec = spec(x.shape().rows()).with(activation.epilogue(pass.training(), bias));
            Tensor y = pass.scope().tensor(spec.yShape());
            pass.backend().conv2d(spec, x, filter.value(), y, activation.operands(pass, bias));
            return y;
        }

        @Override
        public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
            Conv2dSpec spec = spec(x.shape().rows());
            Tensor dZ = activation.undo(pass, y, dY);
            Tensor dX = null;
            if (wanted) {
                dX = pass.scope().tensor(spec.xShape());
                Conv2dSpec gradient = spec.as(Conv2dSpec.Pass.INPUT_GRADIENT).with(inputGate);
                Fused operands = inputGate.gate() ? Fused.gate(x) : Fused.NONE;
                pass.backend().conv2d(gradient, dX, filter.value(), dZ, operands);
            }
            if (bias != null) {
                biasGradient(bias, dZ, sink);
            }
            Tensor dFilter = sink.destination(filter);
            pass.backend().conv2d(spec.as(Conv2dSpec.Pass.FILTER_GRADIENT), x, dFilter, dZ);
            sink.written(filter, dFilter);
            return dX;
        }

        private Conv2dSpec spec(int batch) {
            return new Conv2dSpec(
                    Conv2dSpec.Pass.FORWARD,
                    batch,
                    input.extent(0),
                    input.extent(1),
                    input.extent(2),
                    layer.kernelHeight(),
                    layer.kernelWidth(),
                    layer.filters(),
                    layer.stride(),
                    layer.padding(),
                    Epilogue.NONE);
        }

        @Override
        public List<Parameter> parameters() {
            return bias == null ? List.of(filter) : List.of(filter, bias);
        }
    }

    /** A ReLU with no stage before it that could take it in. */
    record ReluStage() implements Stage {
        @Override
        public Tensor forward(Pass pass, Tensor x) {
            Tensor y = pass.scope().tensor(x.shape());
            pass.backend().relu(ReluSpec.forward(x.shape().size()), x, y);
            return y;
        }

        @Override
        public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
            if (!wanted) {
                return null;
            }
            Tensor dX = pass.scope().tensor(x.shape());
            pass.backend().reluGradient(ReluSpec.gradient(x.shape().size()), y, dY, dX);
            return dX;
        }
    }

    /** A dropout with no stage before it that could take it in, such as on the input. */
    record DropoutStage(float rate, int stream) implements Stage {
        @Override
        public Tensor forward(Pass pass, Tensor x) {
            return pass.training() && rate > 0 ? apply(pass, x) : x;
        }

        @Override
        public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
            if (!wanted) {
                return null;
            }
            return rate > 0 ? apply(pass, dY) : dY;
        }

        private Tensor apply(Pass pass, Tensor x) {
            Tensor y = pass.scope().tensor(x.shape());
            pass.backend().dropout(new DropoutSpec(x.shape().size(), rate), pass.key(stream), x, y);
            return y;
        }
    }

    /** Another view of the same elements. */
    record FlattenStage() implements Stage {
        @Override
        public Tensor forward(Pass pass, Tensor x) {
            return x.reshaped(Shape.of(x.shape().rows(), x.shape().rowSize()));
        }

        @Override
        public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
            return wanted ? dY.reshaped(x.shape()) : null;
        }
    }
}
