package retort.kernels.opencl;

import static retort.kernels.opencl.ClFamily.CORES;
import static retort.kernels.opencl.ClFamily.SIMT;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import retort.kernels.engine.KernelParameter;

/**
 * The build-time parameters of the kernels, macros of the same names in the .cl files: what each one means, its legal
 * values and the families of kernels that have it. {@link ClParameters} says which values don't go together.
 */
enum ClParameter implements KernelParameter {
    GEMM_WIDTH(CORES, "4, 8, 16", "floats in a vector: the device's widest register"),
    GEMM_MR(CORES, "4, 6, 8, 10, 12", "rows of a register tile: how often a loaded vector of B is used"),
    GEMM_NR_VECTORS(CORES, "1, 2, 3, 4", "vectors in its row; MR times it, itself and 1 registers are taken"),
    GEMM_KC(CORES, "64, 128, 192, 256, 320, 384, 512, 1024", "depth of a packed panel of B, half of the L2 cache"),
    GEMM_MC(CORES, "48, 96, 144, 192, 256, 384, 512, 1024", "rows of C that use a panel once it is packed"),
    ADAM_NC(CORES, "256, 512, 768, 1024, 1280, 1536, 2048", "columns of a gradient that wait for Adam in L1"),
    DOT_MR(CORES, "1, 2, 3, 4, 6, 8", "rows of a tile of dot products"),
    DOT_NR(CORES, "1, 2, 3, 4, 6, 8", "its columns: more, since a row of A comes from further away"),
    CONV_PIXELS(CORES, "4, 6, 8, 12, 13, 14", "pixels of a tile: how often a loaded vector of filters is used"),
    CONV_VECTORS(CORES, "1, 2, 4", "vectors of filters in a tile: how often a loaded pixel is used"),
    CONV_TAPS(CORES, "4, 6, 8, 9, 12", "elements of the kernel in a tile of the filter gradient"),
    LARGE_M(SIMT, "16, 32, 64, 128", "rows of a group's tile of a large C"),
    LARGE_N(SIMT, "16, 32, 64, 128", "its columns"),
    LARGE_K(SIMT, "8, 16, 32", "depth of the slices of A and B in local memory, two of each"),
    LARGE_ITEM_M(SIMT, "4, 8", "rows of an item"),
    LARGE_ITEM_N(SIMT, "4, 8", "columns of an item"),
    LARGE_GROUPS(SIMT, "1, 2, 3, 4, 5, 6, 8, 10, 12, 16", "groups that a compute unit works on at a time"),
    MEDIUM_M(SIMT, "16, 32, 64, 128", "rows of a group's tile of a C of medium size, or with Adam"),
    MEDIUM_N(SIMT, "16, 32, 64, 128", "its columns"),
    MEDIUM_K(SIMT, "8, 16, 32", "depth of the slices of A and B in local memory, two of each"),
    MEDIUM_ITEM_M(SIMT, "4, 8", "rows of an item"),
    MEDIUM_ITEM_N(SIMT, "4, 8", "columns of an item"),
    MEDIUM_GROUPS(SIMT, "1, 2, 3, 4, 5, 6, 8, 10, 12, 16", "groups that a compute unit works on at a time"),
    SHORT_M(SIMT, "16, 32, 64, 128", "rows of a group's tile of a C of few rows"),
    SHORT_N(SIMT, "16, 32, 64, 128", "its columns"),
    SHORT_K(SIMT, "8, 16, 32", "depth of the slices of A and B in local memory, two of each"),
    SHORT_ITEM_M(SIMT, "4, 8", "rows of an item"),
    SHORT_ITEM_N(SIMT, "4, 8", "columns of an item"),
    SHORT_GROUPS(SIMT, "1, 2, 3, 4, 5, 6, 8, 10, 12, 16", "groups that a compute unit works on at a time"),
    NARROW_M(SIMT, "16, 32, 64, 128", "rows of a group's tile of a C of few columns"),
    NARROW_N(SIMT, "16, 32, 64, 128", "its columns"),
    NARROW_K(SIMT, "8, 16, 32", "depth of the slices of A and B in local memory, two of each"),
    NARROW_ITEM_M(SIMT, "4, 8", "rows of an item"),
    NARROW_ITEM_N(SIMT, "4, 8", "columns of an item"),
    NARROW_GROUPS(SIMT, "1, 2, 3, 4, 5, 6, 8, 10, 12, 16", "groups that a compute unit works on at a time"),
    ROW_ITEMS("1, 8, 16, 32, 64, 128, 256", "work-items that share a row of logits: a warp on a GPU"),
    ROW_WIDTH("4, 8, 16", "floats of a row that an item handles at a time"),
    ROW_COUNT("1, 2, 4, 8, 16, 32, 64", "rows of a group: more where they cost less than its start"),
    ELEMENT_ITEMS("1, 8, 16, 32, 64, 128, 256", "work-items in a group of all other kernels"),
    ELEMENT_WIDTH("4, 8, 16", "floats that such an item handles at a time");

    private final Set<ClFamily> families;
    private final String legalValues;
    private final String meaning;

    ClParameter(String legalValues, String meaning) {
        this(EnumSet.allOf(ClFamily.class), legalValues, meaning);
    }

    ClParameter(ClFamily family, String legalValues, String meaning) {
        this(EnumSet.of(family), legalValues, meaning);
    }

    ClParameter(Set<ClFamily> families, String legalValues, String meaning) {
        this.families = families;
        this.legalValues = legalValues;
        this.meaning = meaning;
    }

    /** The parameters that a family's programs are built with. */
    static List<ClParameter> of(ClFamily family) {
        return Arrays.stream(values())
                .filter(each -> each.families.contains(family))
                .toList();
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public int[] legal() {
        return Arrays.stream(legalValues.split(", "))
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
