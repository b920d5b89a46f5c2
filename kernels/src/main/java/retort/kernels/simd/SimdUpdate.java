package retort.kernels.simd;

import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.UpdateSpec;

/** The optimiser's step on parameters at .. at + count, in the order in which they are stored. */
interface SimdUpdate {
    /** @param gradient from its beginning on */
    void run(float[] gradient, int at, int count);

    /** Of the parameters that are operand {@code w}, and the state behind it. */
    static SimdUpdate of(UpdateSpec spec, Operands<HostTensor> o, int w) {
        HostTensor parameters = o.get(w);
        HostTensor state = o.get(w + 1);
        return switch (spec) {
            case AdamSpec s -> {
                HostTensor v = o.get(w + 2);
                float stepSize = s.stepSize(o.step());
                yield (gradient, at, count) ->
                        SimdAdam.update(s, stepSize, gradient, 0, parameters, state, v, at, count);
            }
            case SgdSpec s -> (gradient, at, count) -> SimdSgd.update(s, gradient, 0, parameters, state, at, count);
        };
    }
}
