package retort.kernels.op;

import java.util.ArrayList;
import java.util.List;

/** One step of an optimiser on parameters: its operands are w, their gradient, and the state that it keeps for each. */
public sealed interface UpdateSpec extends Spec permits AdamSpec, SgdSpec {
    /** In ids: that weights decay. */
    String DECAY = "+decay";

    /** In ids: an optimiser as a group {@code update}, and what it does besides. */
    String ID = "(?<update>adam|sgd)(?<nesterov>\\+nesterov)?(?<decay>\\+decay)?";

    /** Number of parameters. */
    int count();

    /** The same rates for another number of parameters. */
    UpdateSpec sized(int newCount);

    /** The learning rate. */
    float rate();

    WeightDecay decay();

    /** What its id has behind its name, or nothing. */
    default String idSuffix() {
        return decay().isNone() ? "" : DECAY;
    }

    /** What decay leaves of the parameters before the step. */
    default float kept() {
        return decay().kept(rate());
    }

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

    /** The optimiser that an id names by {@link #ID}. */
    static UpdateSpec parse(SpecId.Fields fields, int count) {
        return fields.text("update").equals("adam")
                ? AdamSpec.named(count, fields.has("decay"))
                : SgdSpec.named(count, fields.has("nesterov"), fields.has("decay"));
    }

    /**
     * The parameters and the state that it keeps of them, as operands of an op that has this step in it.
     *
     * @param parameters what the op calls them
     * @param packed whether they are packed tensors
     */
    default List<Operand> fusedOperands(String parameters, Shape shape, boolean packed) {
        List<Operand> fused = new ArrayList<>();
        fused.add(Operand.updated(parameters, shape).packedIf(packed));
        for (Operand state : operands().subList(2, 2 + stateTensors())) {
            fused.add(Operand.updated(state.name(), shape).packedIf(packed).holding(state.content()));
        }
        return fused;
    }

    /**
     * Bounds of those operands.
     *
     * @param inputs of the op that has this step in it; {@code parameters} is the first of those operands
     * @param bounds of the op: takes theirs
     */
    default void fusedBounds(
            float[][] inputs,
            int parameters,
            float[] gradient,
            double[] gradientBound,
            Scalars scalars,
            double[][] bounds) {
        float[][] step = new float[2 + stateTensors()][];
        step[0] = inputs[parameters];
        step[1] = gradient;
        System.arraycopy(inputs, parameters + 1, step, 2, stateTensors());
        double[][] stepBounds = bounds(step, gradientBound, scalars);
        bounds[parameters] = stepBounds[0];
        System.arraycopy(stepBounds, 2, bounds, parameters + 1, stateTensors());
    }

    @Override
    default double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        return bounds(inputs, new double[count()], scalars);
    }

    @Override
    default boolean isExactOnIntegers() {
        return false;
    }
}
