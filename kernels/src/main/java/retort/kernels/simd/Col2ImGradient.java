package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * The input gradient of a convolution over few channels, image by image. As columns of a product they would leave most
 * of a panel to padding. Here the columns are all elements under the kernel: dY times the filter gives what each pixel
 * of dY passes to each of them, and those parts are added where they belong, a run of them for each row of the kernel.
 */
final class Col2ImGradient {
    private final Conv2dSpec spec;
    private final int run;

    /**
     * From the columns of a row of the kernel to those of the next: whole vectors, if they nearly are, so that parts
     * are loaded as they were stored.
     */
    private final int runStep;

    /** Lanes of a run's last vector, and these. */
    private final int lastLanes;

    private final VectorMask<Float> last;
    private final int columns;
    private final int rowElements;
    private final int rows;

    Col2ImGradient(Conv2dSpec spec) {
        this.spec = spec;
        this.run = spec.kernelWidth() * spec.channels();
        int vectors = Math.ceilDiv(run, LANES) * LANES;
        this.runStep = 4 * run >= 3 * vectors ? vectors : run;
        this.lastLanes = (run - 1) % LANES + 1;
        this.last = SPECIES.indexInRange(0, lastLanes);
        this.columns = Math.ceilDiv(spec.kernelHeight() * runStep, NR) * NR;
        long rowPixels = (spec.outWidth() - 1L) * spec.stride() + spec.kernelWidth();
        this.rowElements = Scratch.length(rowPixels * spec.channels());
        this.rows = (spec.outHeight() - 1) * spec.stride() + spec.kernelHeight();
    }

    /** Whether the channels are so few that this is the faster way. */
    static boolean suits(Conv2dSpec spec) {
        return 4 * spec.channels() <= NR;
    }

    /**
     * The filter as panels, a row for each filter, a column for each element under the kernel: [panel][filter][r, s,
     * c].
     */
    void pack(HostTensor filter, Scratch scratch) {
        int filters = spec.filters();
        float[] packed = takePacked(scratch);
        Arrays.fill(packed, 0, columns * filters, 0);
        for (int element = 0; element < spec.kernelHeight() * run; element++) {
            int from = filter.offset() + element * filters;
            int column = element / run * runStep + element % run;
            int to = column / NR * NR * filters + column % NR;
            for (int o = 0; o < filters; o++) {
                packed[to + o * NR] = filter.array()[from + o];
            }
        }
    }

    /** For the filter: once it was taken, every thread gets the same array. */
    float[] takePacked(Scratch scratch) {
        return scratch.take(Scratch.Use.RIGHT, (long) columns * spec.filters());
    }

    /** Writes the gradient of one image. */
    void image(int number, HostTensor dX, float[] packed, HostTensor dY, Scratch scratch) {
        float[] parts = scratch.take(Scratch.Use.LEFT, (long) spec.outWidth() * columns + LANES);
        float[] padded = scratch.take(Scratch.Use.ROWS, (long) rows * rowElements + LANES);
        Arrays.fill(padded, 0, rows * rowElements, 0);
        int rowOfY = spec.outWidth() * spec.filters();
        for (int i = 0; i < spec.outHeight(); i++) {
            int at = dY.offset() + (number * spec.outHeight() + i) * rowOfY;
            multiply(scratch.operands().set(dY.array(), packed, parts, columns), at);
            addParts(parts, padded, i * spec.stride() * rowElements);
        }
        copyInside(padded, dX.array(), dX.offset() + number * spec.height() * spec.width() * spec.channels());
    }

    /** Parts of one row of dY: [pixel][r, s, c]. */
    private void multiply(MicroKernel.Operands operands, int at) {
        int filters = spec.filters();
        for (int column = 0; column < columns; column += NR) {
            TileKind.ROWS.run(filters, spec.outWidth(), at, filters, column * filters, operands, column);
        }
    }

    private void addParts(float[] parts, float[] padded, int at) {
        int step = spec.stride() * spec.channels();
        for (int j = 0; j < spec.outWidth(); j++) {
            addPixel(parts, j * columns, padded, at + j * step);
        }
    }

    /** Parts of one pixel of dY; what a row's last vector has of the next is left out. */
    private void addPixel(float[] parts, int from, float[] padded, int at) {
        int whole = run - lastLanes;
        for (int r = 0; r < spec.kernelHeight(); r++) {
            int to = at + r * rowElements;
            for (int e = 0; e < whole; e += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, padded, to + e);
                sum.add(FloatVector.fromArray(SPECIES, parts, from + r * runStep + e))
                        .intoArray(padded, to + e);
            }
            FloatVector sum = FloatVector.fromArray(SPECIES, padded, to + whole);
            sum.add(FloatVector.fromArray(SPECIES, parts, from + r * runStep + whole), last)
                    .intoArray(padded, to + whole);
        }
    }

    /** What lies within the image; pixels that no kernel reached are zeros. */
    private void copyInside(float[] padded, float[] dX, int at) {
        int row = spec.width() * spec.channels();
        int before = spec.padding() * spec.channels();
        int reached = Math.min(row, rowElements - before);
        for (int p = 0; p < spec.height(); p++) {
            int to = at + p * row;
            int filled = p + spec.padding() < rows ? reached : 0;
            if (filled > 0) {
                System.arraycopy(padded, (p + spec.padding()) * rowElements + before, dX, to, filled);
            }
            Arrays.fill(dX, to + filled, to + row, 0);
        }
    }
}
