package retort.kernels.op;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The extents of a tensor, slowest-varying first; elements are float32 in row-major order without gaps. */
public final class Shape {
    private final int[] extents;
    private final int size;

    private Shape(int[] extents) {
        long product = 1;
        for (int extent : extents) {
            if (extent < 1) {
                throw new IllegalArgumentException("shape: extents must be positive, got " + Arrays.toString(extents));
            }
            product *= extent;
            if (product > Integer.MAX_VALUE - 64) {
                throw new IllegalArgumentException("shape: too many elements in " + Arrays.toString(extents));
            }
        }
        this.extents = extents;
        this.size = (int) product;
    }

    /**
     * @param extents one or more positive extents whose product fits an array
     * @throws IllegalArgumentException if an extent is not positive or the product is too large
     */
    public static Shape of(int... extents) {
        if (extents.length == 0) {
            throw new IllegalArgumentException("shape: at least one extent is needed");
        }
        return new Shape(extents.clone());
    }

    /** Number of extents. */
    public int rank() {
        return extents.length;
    }

    public int extent(int axis) {
        return extents[axis];
    }

    /** Number of elements. */
    public int size() {
        return size;
    }

    /** The first extent: examples of a batch, rows of a matrix. */
    public int rows() {
        return extents[0];
    }

    /** Elements in one row, that is under one index of the first axis. */
    public int rowSize() {
        return size / extents[0];
    }

    /** The same shape with another first extent. */
    public Shape withRows(int rows) {
        int[] changed = extents.clone();
        changed[0] = rows;
        return of(changed);
    }

    public int[] extents() {
        return extents.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    /** For example {@code 32 x 26 x 26 x 32}. */
    @Override
    public String toString() {
        return Arrays.stream(extents).mapToObj(Integer::toString).collect(Collectors.joining(" x "));
    }
}
