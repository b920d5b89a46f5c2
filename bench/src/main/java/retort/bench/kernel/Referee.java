package retort.bench.kernel;

import retort.kernels.check.CheckException;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Operand;
import retort.kernels.op.Spec;

/**
 * Lets no wrong kernel be timed: runs a contender once and holds a part of its result against the definition, exactly
 * where small whole numbers make that possible, else within the bound that the tests hold our engines to.
 */
public final class Referee {
    private static final long SEED = 20261123;

    private final KernelCheck check;

    /** Where the order of elements is open, they are packed, as layers keep their weights. */
    public Referee(Spec spec) {
        KernelCheck plain = KernelCheck.whole(spec, SEED);
        check = KernelCheck.hasOpenLayout(spec) ? plain.packed() : plain;
    }

    /** The operands that contenders start from. */
    public KernelCheck operands() {
        return check;
    }

    /**
     * @param name of the contender, for the message
     * @throws CheckException if an element that was looked at is wrong
     */
    public void check(String name, Contender contender) {
        contender.run();
        contender.await();
        float[][] results = new float[check.operands().size()][];
        for (int i = 0; i < results.length; i++) {
            Operand operand = check.operands().get(i);
            results[i] = operand.role().isResult() ? contender.elements(i) : null;
        }
        check.checkPart(name, results);
    }
}
