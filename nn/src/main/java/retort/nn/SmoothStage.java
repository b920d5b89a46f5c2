package retort.nn;

import retort.kernels.Tensor;
import retort.kernels.op.ActivationSpec;

/** A smooth activation. */
record SmoothStage(ActivationSpec.Kind kind) implements Stage {
    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Tensor y = pass.scope().tensor(x.shape());
        pass.backend().activation(ActivationSpec.forward(kind, x.shape().size()), x, y);
        return y;
    }

    @Override
    public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
        if (!wanted) {
            return null;
        }
        Tensor dX = pass.scope().tensor(x.shape());
        ActivationSpec gradient = ActivationSpec.gradient(kind, x.shape().size());
        pass.backend().activationGradient(gradient, kind.differentiatesByResult() ? y : x, dY, dX);
        return dX;
    }
}
