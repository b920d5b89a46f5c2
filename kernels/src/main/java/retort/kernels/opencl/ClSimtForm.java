package retort.kernels.opencl;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a program of {@code simt/product.cl} is made for. A program for each form keeps its build short: a driver builds
 * only what is used, and most forms without dropout's generator.
 *
 * @param aWidth elements of A that are fetched at a time
 * @param bWidth the same of B
 * @param aligned whether all vectors of C, and of what is read or written beside it, are whole and aligned
 * @param drops whether the epilogue has dropout
 */
record ClSimtForm(
        ClTile tile,
        Kind kind,
        boolean transA,
        boolean transB,
        int aWidth,
        int bWidth,
        boolean aligned,
        Result result,
        boolean drops) {
    /** What an index of op(A) means, by row and by depth, as the .cl file names it. */
    enum Kind {
        GEMM("LINEAR", "LINEAR"),
        CONV2D("PIXEL", "TAP"),
        FILTER_GRADIENT("TAP", "PIXEL");

        private final String row;
        private final String depth;

        Kind(String row, String depth) {
            this.row = row;
            this.depth = depth;
        }
    }

    /** What becomes of the sums: a macro of this name. */
    enum Result {
        PARTIAL,
        FINISHED,
        ADAM_STEP
    }

    /** The macros that the program is built with beside the parameters. */
    String macros(ClSession session) {
        String extents = Stream.of(ClTile.Extent.values())
                .map(extent -> " -D" + name(extent) + "=" + tile.get(session, extent))
                .collect(Collectors.joining());
        return "-DROW_KIND=" + kind.row + " -DDEPTH_KIND=" + kind.depth + extents + " -DTRANS_A=" + bit(transA)
                + " -DTRANS_B=" + bit(transB) + " -DA_WIDTH=" + aWidth + " -DB_WIDTH=" + bWidth
                + results(result, aligned, drops);
    }

    private static String name(ClTile.Extent extent) {
        return switch (extent) {
            case M, N, K -> "TILE_" + extent;
            case ITEM_M, ITEM_N -> extent.name();
        };
    }

    /** The macros that {@code simt/sum_of_splits.cl} takes too. */
    static String results(Result result, boolean aligned, boolean drops) {
        return " -D" + result + " -DDROPS=" + bit(drops) + (aligned ? " -DALIGNED" : "");
    }

    private static int bit(boolean is) {
        return is ? 1 : 0;
    }
}
