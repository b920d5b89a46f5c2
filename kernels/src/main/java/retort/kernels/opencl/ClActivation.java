package retort.kernels.opencl;

import retort.kernels.op.ActivationSpec;

/** Smooth activations: {@code activation.cl}, whose numbers for the functions are in {@link ClConstants}. */
final class ClActivation {
    private static final String FILE = "activation.cl";

    private final ClSession session;

    ClActivation(ClSession session) {
        this.session = session;
    }

    void forward(ActivationSpec spec, ClTensor x, ClTensor y) {
        Object[] operands = {x, y, spec.count(), spec.kind().ordinal()};
        session.launchItems(spec::id, FILE, "activation", vectors(spec), operands);
    }

    void gradient(ActivationSpec spec, ClTensor at, ClTensor dY, ClTensor dX) {
        Object[] operands = {at, dY, dX, spec.count(), spec.kind().ordinal()};
        session.launchItems(spec::id, FILE, "activation_gradient", vectors(spec), operands);
    }

    private int vectors(ActivationSpec spec) {
        return ClSession.ceilDivide(spec.count(), session.parameter(ClParameter.ELEMENT_WIDTH));
    }
}
