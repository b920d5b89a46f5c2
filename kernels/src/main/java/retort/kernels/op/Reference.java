package retort.kernels.op;

/** Runs an op as its definition says: what a spec asks for the sums that its error bound is made of. */
@FunctionalInterface
public interface Reference {
    /** Every operand's elements after the call, given those before it, in the operands' order. */
    float[][] run(Spec spec, float[][] operands);
}
