package retort.kernels.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Epilogue;

/** An epilogue as the arguments that {@code epilogue.cl} declares. */
final class ClEpilogue {
    /** One letter each, see {@link ClProgram#kernel}. */
    static final String ARGUMENTS = "ifbbiiiiii";

    private static final int BIAS = 1;
    private static final int RELU = 2;
    private static final int DROPOUT = 4;
    private static final int GATE = 8;
    private static final DropoutKey NO_KEY = new DropoutKey(0, 0, 0);

    private ClEpilogue() {}

    /** {@code first}, then the epilogue; {@code unread} stands in for a tensor that is not there, since a buffer must be. */
    static Object[] append(Epilogue epilogue, Fused<ClTensor> fused, Object unread, Object... first) {
        DropoutKey key = epilogue.drops() ? fused.dropoutKey() : NO_KEY;
        List<Object> all = new ArrayList<>(Arrays.asList(first));
        all.add((epilogue.bias() ? BIAS : 0)
                | (epilogue.relu() ? RELU : 0)
                | (epilogue.drops() ? DROPOUT : 0)
                | (epilogue.gate() ? GATE : 0));
        all.add(epilogue.scale());
        all.add(epilogue.bias() ? fused.bias() : unread);
        all.add(epilogue.gate() ? fused.gate() : unread);
        all.add((int) key.seed());
        all.add((int) (key.seed() >>> 32));
        all.add(key.stream());
        all.add((int) key.step());
        all.add((int) (key.step() >>> 32));
        all.add(DropoutKey.threshold(epilogue.dropout()));
        return all.toArray();
    }
}
