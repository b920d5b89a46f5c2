package retort.kernels.simd;

import java.util.Locale;

/**
 * A tile of C that a {@link MicroKernel} keeps in registers.
 *
 * @param kind how its operands lie
 * @param rows of C
 * @param vectors in each of them
 * @param known of its operands: from row to row of A where it is STRIDED, products of a run where it is NARROW, else 0
 */
record Tile(TileKind kind, int rows, int vectors, int known) {
    Tile(TileKind kind, int rows, int vectors) {
        this(kind, rows, vectors, 0);
    }

    /** From row to row of A where the tile knows it, else 0. */
    int stride() {
        return kind == TileKind.STRIDED ? known : 0;
    }

    /** Products written out in the innermost loop. */
    int unrolled() {
        return kind == TileKind.NARROW ? known : kind.unrolled();
    }

    /** Vectors of C in it. */
    int elements() {
        return rows * vectors;
    }

    /** Vectors that hold sums: one for each of C's, or as many as products are written out. */
    int sums() {
        return elements() * (kind.ownSums() ? unrolled() : 1);
    }

    /** As profilers show its class: Columns12x2, or Strided14x2by64. */
    String name() {
        String name = kind.name();
        String by = known == 0 ? "" : "by" + known;
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT) + rows + "x" + vectors + by;
    }
}
