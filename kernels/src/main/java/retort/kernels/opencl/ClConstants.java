package retort.kernels.opencl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.Philox;
import retort.kernels.op.Spec;

/** Numbers that host and kernels must agree on: macros of these names, which {@link ClSource} puts first. */
final class ClConstants {
    static final int EPILOGUE_BIAS = 1;
    static final int EPILOGUE_RELU = 2;
    static final int EPILOGUE_DROPOUT = 4;
    static final int EPILOGUE_GATE = 8;

    /** Words that Philox gives for each counter: so many elements share one call of it. */
    static final int PHILOX_WORDS = 4;

    /** Rows of a tall-and-skinny product's tile: enough sums side by side to hide the latency of adding to one. */
    static final int SKINNY_MR = 8;

    /** Vectors of its single row that an item of gemv computes: as many streams of B as a prefetcher follows. */
    static final int GEMV_VECTORS = 8;

    /** Floats that a SIMT item loads or stores at a time: 16 bytes, as a GPU likes them. */
    static final int SIMT_WIDTH = 4;

    /** Floats between two lines of a slice in local memory: neighbouring depths lie in different banks. */
    static final int SIMT_PADDING = 4;

    /** Items of a group that adds up splits, and how many of them share a vector of C at most. */
    static final int SPLIT_SUM_ITEMS = 128;

    static final int SPLIT_SUM_LANES = 32;

    /** Vectors of columns, and rows at a time, that a SIMT group adds up: lines of 128 bytes, 8 warps. */
    static final int SUM_VECTORS = 8;

    static final int SUM_LANES = 32;

    private ClConstants() {}

    /** The macros, one a line. */
    static String defines() {
        Map<String, String> macros = new LinkedHashMap<>();
        macros.put("EPILOGUE_BIAS", Integer.toString(EPILOGUE_BIAS));
        macros.put("EPILOGUE_RELU", Integer.toString(EPILOGUE_RELU));
        macros.put("EPILOGUE_DROPOUT", Integer.toString(EPILOGUE_DROPOUT));
        macros.put("EPILOGUE_GATE", Integer.toString(EPILOGUE_GATE));
        for (ActivationSpec.Kind kind : ActivationSpec.Kind.values()) {
            macros.put("ACTIVATION_" + kind.name(), Integer.toString(kind.ordinal()));
        }
        macros.put("PHILOX_WORDS", Integer.toString(PHILOX_WORDS));
        macros.put("PHILOX_ROUNDS", Integer.toString(Philox.ROUNDS));
        macros.put("PHILOX_MULTIPLIER_0", Philox.MULTIPLIER_0 + "u");
        macros.put("PHILOX_MULTIPLIER_1", Philox.MULTIPLIER_1 + "u");
        macros.put("PHILOX_WEYL_0", Integer.toUnsignedString(Philox.WEYL_0) + "u");
        macros.put("PHILOX_WEYL_1", Integer.toUnsignedString(Philox.WEYL_1) + "u");
        macros.put("STATE_FLOOR", Float.toHexString(Spec.STATE_FLOOR) + "f");
        macros.put("SKINNY_MR", Integer.toString(SKINNY_MR));
        macros.put("GEMV_VECTORS", Integer.toString(GEMV_VECTORS));
        macros.put("SIMT_WIDTH", Integer.toString(SIMT_WIDTH));
        macros.put("SIMT_PADDING", Integer.toString(SIMT_PADDING));
        macros.put("SPLIT_SUM_ITEMS", Integer.toString(SPLIT_SUM_ITEMS));
        macros.put("SUM_VECTORS", Integer.toString(SUM_VECTORS));
        macros.put("SUM_LANES", Integer.toString(SUM_LANES));
        return macros.entrySet().stream()
                .map(each -> "#define " + each.getKey() + " " + each.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
