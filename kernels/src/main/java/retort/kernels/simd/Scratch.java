package retort.kernels.simd;

/** What a thread reuses from call to call. Arrays grow to the most that was asked of them. */
final class Scratch {
    /** What the arrays are for; a kernel may hold one of each at a time. */
    enum Use {
        LEFT,
        RIGHT,
        TILE,
        ROWS,
        GRADIENT
    }

    /** For the tiles that a thread is at, and for those at the edge of what it is at. */
    private final MicroKernel.Operands operands = new MicroKernel.Operands();

    private final MicroKernel.Operands edgeOperands = new MicroKernel.Operands();
    private final MacroKernel macroKernel = new MacroKernel(this);
    private final Packing.ABlock aBlock = new Packing.ABlock();
    private final Packing.BPanels bPanels = new Packing.BPanels();
    private final float[][] arrays = new float[Use.values().length][0];

    MicroKernel.Operands operands() {
        return operands;
    }

    MicroKernel.Operands edgeOperands() {
        return edgeOperands;
    }

    MacroKernel macroKernel() {
        return macroKernel;
    }

    Packing.ABlock aBlock() {
        return aBlock;
    }

    Packing.BPanels bPanels() {
        return bPanels;
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
