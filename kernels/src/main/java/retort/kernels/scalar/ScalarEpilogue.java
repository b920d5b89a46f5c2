package retort.kernels.scalar;

import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Epilogue;

/** The definition of {@link Epilogue}, and which elements dropout zeroes. */
final class ScalarEpilogue {
    private ScalarEpilogue() {}

    /** Rounds sums to float32, applies the epilogue, and writes to result[first ..]. */
    static void store(Epilogue epilogue, Fused<HostTensor> fused, double[] sums, HostTensor result, int first) {
        int[] words = new int[4];
        for (int e = 0; e < sums.length; e++) {
            int index = first + e;
            double value = (float) sums[e];
            if (epilogue.bias()) {
                value += fused.bias()
                        .array()[fused.bias().offset() + index % fused.bias().size()];
            }
            if (epilogue.relu()) {
                value = Math.max(value, 0);
            }
            if (epilogue.drops() && isDropped(fused.dropoutKey(), epilogue.dropout(), index, words)) {
                value = 0;
            }
            if (epilogue.gate() && !(fused.gate().array()[fused.gate().offset() + index] > 0)) {
                value = 0;
            }
            result.array()[result.offset() + index] = (float) value * epilogue.scale();
        }
    }

    static boolean isDropped(DropoutKey key, float rate, int element, int[] words) {
        key.words(element / 4, words, 0);
        return Integer.compareUnsigned(words[element % 4], DropoutKey.threshold(rate)) < 0;
    }
}
