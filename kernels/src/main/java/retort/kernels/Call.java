package retort.kernels;

import java.util.List;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Epilogue;
import retort.kernels.op.Operand;
import retort.kernels.op.Scalars;
import retort.kernels.op.Spec;

/**
 * An op and the tensors it is done on: what {@link Backend#run} takes. The methods of {@link Backend} that are named
 * after ops make one each time; who does the same work again and again keeps it, and then a call allocates nothing.
 */
public final class Call {
    private final Spec spec;
    private final List<Operand> operands;
    private final Scalars scalars;
    private final Tensor[] tensors;
    private Backend preparedBy;
    private Runnable prepared;

    private Call(Spec spec, Scalars scalars, Tensor[] tensors) {
        this.spec = spec;
        this.operands = spec.operands();
        this.scalars = scalars;
        this.tensors = tensors;
        String op = spec.op().stem();
        if (tensors.length != operands.size()) {
            throw new IllegalArgumentException(op + ": takes " + operands.size() + " operands, got " + tensors.length);
        }
        checkPresent(op, "dropout key", spec.drawsRandomNumbers(), scalars.key());
        if (spec.countsSteps() && scalars.step() < 1) {
            throw new IllegalArgumentException(op + ": steps count from 1, got " + scalars.step());
        }
    }

    /**
     * @param tensors in the order of {@link Spec#operands}; what does not fit is refused by the backend
     * @throws IllegalArgumentException for another number of tensors, or scalars that the spec does not go with
     */
    public static Call of(Spec spec, Scalars scalars, Tensor... tensors) {
        return new Call(spec, scalars, tensors.clone());
    }

    /** Without scalars. */
    public static Call of(Spec spec, Tensor... tensors) {
        return new Call(spec, Scalars.NONE, tensors.clone());
    }

    /**
     * With what an epilogue reads behind the three operands of a product or convolution.
     *
     * @throws IllegalArgumentException if something that the epilogue asks for is missing, or there is more
     */
    static Call of(Spec spec, Epilogue epilogue, Fused fused, Tensor first, Tensor second, Tensor third) {
        String op = spec.op().stem();
        checkPresent(op, "bias", epilogue.bias(), fused.bias());
        checkPresent(op, "gate", epilogue.gate(), fused.gate());
        DropoutKey key = fused.dropoutKey();
        Scalars scalars = Scalars.key(key);
        Tensor last = epilogue.bias() ? fused.bias() : fused.gate();
        Tensor[] tensors =
                last == null ? new Tensor[] {first, second, third} : new Tensor[] {first, second, third, last};
        return new Call(spec, scalars, tensors);
    }

    private static void checkPresent(String op, String name, boolean expected, Object operand) {
        if (expected != (operand != null)) {
            throw new IllegalArgumentException(op + ": the spec asks for " + (expected ? "a " : "no ") + name
                    + ", the call has " + (operand != null ? "one" : "none"));
        }
    }

    public Spec spec() {
        return spec;
    }

    /** What the spec says of each tensor. */
    public List<Operand> operands() {
        return operands;
    }

    public Scalars scalars() {
        return scalars;
    }

    /** Number of tensors. */
    public int size() {
        return tensors.length;
    }

    public Tensor tensor(int operand) {
        return tensors[operand];
    }

    /**
     * For engines: what {@code backend} made of this call when it ran it before, or null. A call belongs to the thread
     * of its tensors' backend.
     */
    public Runnable preparedBy(Backend backend) {
        return preparedBy == backend ? prepared : null;
    }

    /** For engines: keeps what does this call's work on {@code backend}, for the next time. */
    public void prepare(Backend backend, Runnable work) {
        preparedBy = backend;
        prepared = work;
    }
}
