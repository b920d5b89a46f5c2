package retort.bench.kernel;

import java.util.SplittableRandom;
import retort.kernels.Bounds;
import retort.kernels.OpCase;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.scalar.ScalarBackend;

/**
 * Lets no wrong kernel be timed: runs a contender once and compares a sample of its result with the reference, exactly
 * where small whole numbers make that possible, else within the bound that the tests hold our engines to.
 */
public final class Referee {
    private static final long SEED = 20261123;

    private final OpCase op;
    private final boolean exact;
    private final float[][] inputs;

    public Referee(Spec spec) {
        op = OpCase.of(spec).getFirst();
        exact = isExactOnIntegers(spec);
        inputs = op.inputs(SEED, exact);
    }

    public OpCase op() {
        return op;
    }

    /** What contenders start from, as arrays in the operands' order; not to be changed. */
    public float[][] inputs() {
        return inputs;
    }

    /**
     * @param name of the contender, for the message
     * @throws WrongKernelException if an element of the sample is wrong
     */
    public void check(String name, Contender contender) {
        Sample sample = Sample.of(op.spec(), new SplittableRandom(SEED));
        OpCase part = OpCase.of(sample.spec()).getFirst();
        float[][] partInputs = sample.take(inputs);
        float[][] expected = part.run(new ScalarBackend(), partInputs);
        double[][] bounds = exact ? null : Bounds.of(part, partInputs);
        contender.run();
        contender.await();
        for (int i = 0; i < inputs.length; i++) {
            if (op.operands().get(i).role().isResult()) {
                float[] actual = sample.take(i, contender.elements(i));
                for (int e = 0; e < actual.length; e++) {
                    double bound = exact ? 0 : bounds[i][e];
                    if (!(Math.abs((double) actual[e] - expected[i][e]) <= bound)) {
                        throw new WrongKernelException(String.format(
                                "%s, %s, seed %d: %s[%d] is %s, expected %s within %.3g: not timed",
                                name,
                                op.spec().id(),
                                SEED,
                                op.operands().get(i).name(),
                                sample.elements().get(i)[e],
                                actual[e],
                                expected[i][e],
                                bound));
                    }
                }
            }
        }
    }

    /** Whether sums and products of small whole numbers are all there is, so that no order of work rounds. */
    private static boolean isExactOnIntegers(Spec spec) {
        return switch (spec) {
            case GemmSpec s -> true;
            case Conv2dSpec s -> true;
            case BiasSpec s -> true;
            case ColumnSumSpec s -> true;
            case ReluSpec s -> true;
            case DropoutSpec s -> true;
            case ArgmaxSpec s -> true;
            case GemmAdamSpec s -> false;
            case AdamSpec s -> false;
            case SgdSpec s -> false;
            case SoftmaxSpec s -> false;
            case CrossEntropySpec s -> false;
            case DistillationSpec s -> false;
            case MaxNormSpec s -> false;
        };
    }
}
