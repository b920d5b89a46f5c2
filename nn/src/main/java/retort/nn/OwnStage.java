package retort.nn;

import retort.kernels.Tensor;

/** A layer that a program defines. */
record OwnStage(OwnLayer layer) implements Stage {
    @Override
    public Tensor forward(Pass pass, Tensor x) {
        return layer.forward(pass.backend(), pass.scope(), x);
    }

    @Override
    public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
        return wanted ? layer.backward(pass.backend(), pass.scope(), x, y, dY) : null;
    }
}
