package retort.kernels.simd;

import java.util.function.IntFunction;

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
    private final IntFunction<float[]> heap;

    /** @param heap makes arrays */
    Scratch(IntFunction<float[]> heap) {
        this.heap = heap;
    }

    /** One more that takes its arrays from the same heap. */
    Scratch another() {
        return new Scratch(heap);
    }

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
    float[] take(Use use, long length) {
        float[] array = arrays[use.ordinal()];
        if (array.length < length) {
            // Dropped first: there may not be room for both.
            arrays[use.ordinal()] = new float[0];
            array = heap.apply(length(length));
            arrays[use.ordinal()] = array;
        }
        return array;
    }

    /**
     * A product of sizes as the length of an array.
     *
     * @throws IllegalArgumentException if that is more than an array holds
     */
    static int length(long elements) {
        if (elements > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("cpu-simd: operands as large as these are packed into " + elements
                    + " elements, more than an array holds");
        }
        return (int) elements;
    }
}
