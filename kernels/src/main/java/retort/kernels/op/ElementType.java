package retort.kernels.op;

/**
 * What the elements of a tensor are stored as. All but float32 are for weights that are only read: a packed matrix B of
 * a {@link GemmSpec}. What is computed with them is float32 whatever they are stored as, and so are sums.
 */
public enum ElementType {
    FLOAT32("float32", Float.SIZE),
    /** The upper half of a float32, see {@link Bfloat16}. */
    BFLOAT16("bf16", Bfloat16.SIZE),
    /** Whole numbers from -127 to 127, times a float32 for each column, see {@link Int8}. */
    INT8("int8", Byte.SIZE);

    private final String id;
    private final int bits;

    ElementType(String id, int bits) {
        this.id = id;
        this.bits = bits;
    }

    /** What ids of specs, options and reports call it. */
    public String id() {
        return id;
    }

    /** Of one element. */
    public int bits() {
        return bits;
    }

    /**
     * What a tensor of this type holds once it is given these elements; giving it that again changes no bit.
     *
     * @param matrix row-major; not changed, and returned itself if nothing is to be rounded
     * @param columns of the matrix: the last axis, output channels
     */
    public float[] rounded(float[] matrix, int columns) {
        return switch (this) {
            case FLOAT32 -> matrix;
            case BFLOAT16 -> Bfloat16.rounded(matrix);
            case INT8 -> Int8.rounded(matrix, columns);
        };
    }

    @Override
    public String toString() {
        return id;
    }
}
