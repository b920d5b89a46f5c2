package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.stream.Stream;

/**
 * The tiles of C that a group of {@code simt/product.cl} computes: each kind of product has its own, with parameters of
 * its own ({@link ClParameter}).
 */
enum ClTile {
    /** For a C of many rows and columns. */
    LARGE,

    /** For a C that has too few large tiles, and where Adam follows: many groups hide its loads and stores. */
    MEDIUM,

    /** For a C of few rows, such as a layer's results for a batch. */
    SHORT,

    /** For a C of few columns: the last layer, convolutions, filter gradients. */
    NARROW;

    /** Its extents and those of an item's tile. */
    enum Extent {
        M,
        N,
        K,
        ITEM_M,
        ITEM_N
    }

    ClParameter parameter(Extent extent) {
        return ClParameter.valueOf(name() + "_" + extent);
    }

    /** How many groups a compute unit works on at a time. */
    ClParameter groups() {
        return ClParameter.valueOf(name() + "_GROUPS");
    }

    int get(ClSession session, Extent extent) {
        return session.parameter(parameter(extent));
    }

    /** The parameters of all tiles. */
    static Stream<ClParameter> parameters() {
        return Stream.of(values())
                .flatMap(tile ->
                        Stream.concat(Stream.of(Extent.values()).map(tile::parameter), Stream.of(tile.groups())));
    }

    /** How many of them cover an m x n matrix. */
    int count(ClSession session, int m, int n) {
        return Math.multiplyExact(ceilDivide(m, get(session, Extent.M)), ceilDivide(n, get(session, Extent.N)));
    }
}
