package retort.nn;

import retort.kernels.op.ActivationSpec;
import retort.kernels.op.Shape;

/** {@code sigmoid}, {@code tanh}, {@code gelu} or {@code silu}, as its text forms are; see {@link ActivationSpec}. */
public record Smooth(ActivationSpec.Kind kind) implements Layer {
    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public String text() {
        return kind.toString();
    }
}
