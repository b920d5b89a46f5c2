package retort.kernels.simd;

/** Arrays that a thread reuses from call to call; each grows to the most that was asked of it. */
final class Scratch {
    /** What the arrays are for; a kernel may hold one of each at a time. */
    enum Use {
        LEFT,
        RIGHT,
        TILE,
        ROWS
    }

    /** For the tiles that a thread is at, and for those at the edge of what it is at. */
    private final MicroKernel.Operands operands = new MicroKernel.Operands();

    private final MicroKernel.Operands edgeOperands = new MicroKernel.Operands();
    private final float[][] arrays = new float[Use.values().length][0];

    MicroKernel.Operands operands() {
        return operands;
    }

    MicroKernel.Operands edgeOperands() {
        return edgeOperands;
    }

    /** At least {@code length} elements, with whatever was left in them. */
    float[] take(Use use, int length) {
        float[] array = arrays[use.ordinal()];
        if (array.length < length) {
            array = new float[length];
            arrays[use.ordinal()] = array;
        }
        return array;
    }
}
