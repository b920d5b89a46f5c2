package retort.kernels.engine;

import retort.kernels.Call;
import retort.kernels.Tensor;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Epilogue;

/**
 * The operands of one call as an engine's own tensors, known to fit their spec.
 *
 * @param <T> the engine's tensor
 */
public final class Operands<T extends Tensor> {
    private final Class<T> type;
    private final Call call;

    Operands(Class<T> type, Call call) {
        this.type = type;
        this.call = call;
    }

    /** The tensor of the operand with this number in the spec's list. */
    public T get(int operand) {
        return type.cast(call.tensor(operand));
    }

    public int step() {
        return call.scalars().step();
    }

    public DropoutKey key() {
        return call.scalars().key();
    }

    /** What the epilogue of a product or convolution reads. */
    public CheckedBackend.Fused<T> fused(Epilogue epilogue) {
        return new CheckedBackend.Fused<>(epilogue.bias() ? get(3) : null, key(), epilogue.gate() ? get(3) : null);
    }
}
