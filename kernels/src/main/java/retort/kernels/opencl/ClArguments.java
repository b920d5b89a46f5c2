package retort.kernels.opencl;

import java.util.List;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Epilogue;
import retort.kernels.op.UpdateSpec;
import retort.kernels.op.WindowSpec;

/** Arguments that several kernels declare by one macro, such as EPILOGUE_PARAMETERS, in its order. */
final class ClArguments {
    private static final DropoutKey NO_KEY = new DropoutKey(0, 0, 0);

    /** No operands, for {@link Epilogue#NONE}. */
    static final Fused<ClTensor> NOTHING = new Fused<>(null, null, null);

    private ClArguments() {}

    /** {@code unread} stands in for a tensor that is not there, since a buffer must be. */
    static List<Object> epilogue(Epilogue epilogue, Fused<ClTensor> fused, Object unread) {
        int parts = (epilogue.bias() ? ClConstants.EPILOGUE_BIAS : 0)
                | (epilogue.relu() ? ClConstants.EPILOGUE_RELU : 0)
                | (epilogue.drops() ? ClConstants.EPILOGUE_DROPOUT : 0)
                | (epilogue.gate() ? ClConstants.EPILOGUE_GATE : 0);
        Object bias = epilogue.bias() ? fused.bias() : unread;
        Object gate = epilogue.gate() ? fused.gate() : unread;
        DropoutKey key = epilogue.drops() ? fused.dropoutKey() : NO_KEY;
        return List.of(parts, epilogue.scale(), bias, gate, dropout(key, epilogue.dropout()));
    }

    static List<Object> dropout(DropoutKey key, float rate) {
        return List.of(
                (int) key.seed(),
                (int) (key.seed() >>> 32),
                key.stream(),
                (int) key.step(),
                (int) (key.step() >>> 32),
                DropoutKey.threshold(rate));
    }

    static List<Object> geometry(WindowSpec spec) {
        return List.of(
                spec.batch(),
                spec.height(),
                spec.width(),
                spec.channels(),
                spec.kernelHeight(),
                spec.kernelWidth(),
                spec.stride(),
                spec.padding(),
                spec.outHeight(),
                spec.outWidth());
    }

    static List<Object> adam(AdamSpec spec, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        float rest1 = 1 - spec.beta1();
        float rest2 = 1 - spec.beta2();
        List<Object> step = List.of(w, m, v, stepSize, spec.beta1(), rest1, spec.beta2(), rest2, spec.epsilon());
        return List.of(step, decay(spec));
    }

    static List<Object> decay(UpdateSpec spec) {
        return List.of(spec.decay().isNone() ? 0 : 1, spec.decay().penalty(), spec.kept());
    }
}
