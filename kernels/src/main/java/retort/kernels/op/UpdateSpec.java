package retort.kernels.op;

/** One step of an optimiser on parameters: its operands are w, their gradient, and the state that it keeps for each. */
public sealed interface UpdateSpec extends Spec permits AdamSpec, SgdSpec {
    /** Number of parameters. */
    int count();

    /** The same rates for another number of parameters. */
    UpdateSpec sized(int newCount);

    /** Tensors of state that it keeps. */
    default int stateTensors() {
        return operands().size() - 2;
    }

    /**
     * Bounds of all operands as {@link Spec#bounds} has them, where the gradient has an error of its own.
     *
     * @param gradientBound how far each gradient may be off
     */
    double[][] bounds(float[][] inputs, double[] gradientBound, Scalars scalars);

    @Override
    default double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        return bounds(inputs, new double[count()], scalars);
    }

    @Override
    default boolean isExactOnIntegers() {
        return false;
    }
}
