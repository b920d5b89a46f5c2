package retort.nn;

import java.util.List;
import retort.kernels.Fused;
import retort.kernels.Tensor;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.Shape;

/** A convolution with bias in which each channel has a filter of its own. */
record DepthwiseConv2dStage(
        Shape input,
        DepthwiseConv2D layer,
        Parameter filter,
        Parameter bias,
        Stage.Activation activation,
        Epilogue inputGate)
        implements Stage {
    @Override
    public Tensor forward(Pass pass, Tensor x) {
        DepthwiseConv2dSpec spec = spec(x.shape().rows()).with(activation.epilogue(pass.training(), bias));
        Tensor y = pass.scope().tensor(spec.yShape());
        pass.backend().depthwiseConv2d(spec, x, filter.value(), y, activation.operands(pass, bias));
        return y;
    }

    @Override
    public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
        DepthwiseConv2dSpec spec = spec(x.shape().rows());
        Tensor dZ = activation.undo(pass, y, dY);
        Tensor dX = null;
        if (wanted) {
            dX = pass.scope().tensor(spec.xShape());
            DepthwiseConv2dSpec gradient =
                    spec.as(Conv2dSpec.Pass.INPUT_GRADIENT).with(inputGate);
            Fused operands = inputGate.gate() ? Fused.gate(x) : Fused.NONE;
            pass.backend().depthwiseConv2d(gradient, dX, filter.value(), dZ, operands);
        }
        Stage.biasGradient(bias, dZ, sink);
        Tensor dFilter = sink.destination(filter);
        pass.backend().depthwiseConv2d(spec.as(Conv2dSpec.Pass.FILTER_GRADIENT), x, dFilter, dZ);
        sink.written(filter, dFilter);
        return dX;
    }

    private DepthwiseConv2dSpec spec(int batch) {
        return new DepthwiseConv2dSpec(
                Conv2dSpec.Pass.FORWARD,
                batch,
                input.extent(0),
                input.extent(1),
                input.extent(2),
                layer.kernelHeight(),
                layer.kernelWidth(),
                layer.stride(),
                layer.padding(),
                Epilogue.NONE);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(filter, bias);
    }
}
