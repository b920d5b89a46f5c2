package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * A filter swept over images without building a matrix: in NHWC the pixels under one row of a kernel lie side by side,
 * so a tile of output pixels is the sum over kernel rows of in-place products, which {@link TileKind#STRIDED} tiles add
 * up in registers. Rows of the kernel that are outside the image are left out.
 *
 * <p>A forward pass is one sweep. An input gradient of stride s is s x s of them over dY: which elements of the filter
 * meet a pixel of dX depends on its row and its column modulo s. In each sweep the filter is what is left of it,
 * rotated by 180 degrees, with channels and filters exchanged, and output pixels lie s apart.
 */
final class Correlation {
    /** Elements of the rows under a task's output: they stay in the second-level cache beside the filter. */
    private static final int ROWS_BLOCK = 1 << 15;

    /** Elements under a row of the kernel for which there are tiles of their own: one channel, three wide. */
    static final int RUN = 3;

    /** Tasks for each thread, where there is work for so many. */
    private static final int TASKS = 16;

    /**
     * The rows of output pixels that meet the same rows of the filter.
     *
     * @param above how many rows the first of them is above the image at the first output row; negative if below
     * @param taps rows of the filter
     * @param first the first output row
     * @param count output rows
     * @param under the rows of the image
     */
    private record Sweep(int above, int taps, int first, int count, ImageRows under, Columns[] columns) {}

    /**
     * The columns of output pixels that meet the same columns of the filter.
     *
     * @param from pixels in a row before the first of them at the first output pixel
     * @param taps columns of the filter
     * @param first the first output column
     * @param count output columns
     * @param packedAt where the panels of these rows and columns of the filter begin
     */
    private record Columns(int from, int taps, int first, int count, int packedAt) {}

    private final HostTensor result;
    private final int outHeight;
    private final int outWidth;
    private final int filters;
    private final int inHeight;
    private final int channels;

    /** Input pixels, and output pixels, from an output pixel of a sweep to the next. */
    private final int step;

    private final int outStep;

    private final Sweep[] sweeps;
    private final SimdEpilogue epilogue;
    private final int mostRows;
    private final int tasks;

    private Correlation(
            HostTensor result,
            int outHeight,
            int outWidth,
            int step,
            int outStep,
            Sweep[] sweeps,
            SimdEpilogue epilogue,
            int threads) {
        this.result = result;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        this.filters = result.shape().extent(3);
        this.inHeight = sweeps[0].under().height();
        this.channels = sweeps[0].under().channels();
        this.step = step;
        this.outStep = outStep;
        this.sweeps = sweeps;
        this.epilogue = epilogue;
        int rows = result.size() / (outWidth * filters);
        mostRows = Math.max(1, rows / (TASKS * threads));
        tasks = rows / outHeight * Arrays.stream(sweeps).mapToInt(this::blocks).sum();
    }

    static Correlation forward(Conv2dSpec s, HostTensor x, HostTensor y, SimdEpilogue epilogue, int threads) {
        int rowPixels = (s.outWidth() - 1) * s.stride() + s.kernelWidth();
        ImageRows under = new ImageRows(x, s.height(), s.width(), s.channels(), s.padding(), rowPixels);
        Columns[] columns = {new Columns(0, s.kernelWidth(), 0, s.outWidth(), 0)};
        Sweep[] sweeps = {new Sweep(s.padding(), s.kernelHeight(), 0, s.outHeight(), under, columns)};
        return new Correlation(y, s.outHeight(), s.outWidth(), s.stride(), 1, sweeps, epilogue, threads);
    }

    static Correlation inputGradient(Conv2dSpec s, HostTensor dX, HostTensor dY, SimdEpilogue epilogue, int threads) {
        Sweep[] sweeps = new Sweep[Math.min(s.stride(), s.height())];
        int packedAt = 0;
        for (int p = 0; p < sweeps.length; p++) {
            Phase rows = Phase.of(s, s.kernelHeight(), s.height(), p);
            Columns[] columns = new Columns[Math.min(s.stride(), s.width())];
            int zeros = 0;
            for (int q = 0; q < columns.length; q++) {
                zeros = Math.max(
                        zeros, Phase.of(s, s.kernelWidth(), s.width(), q).before());
            }
            int rowPixels = 0;
            for (int q = 0; q < columns.length; q++) {
                Phase phase = Phase.of(s, s.kernelWidth(), s.width(), q);
                int from = zeros - phase.before();
                columns[q] = new Columns(from, phase.taps(), q, phase.count(), packedAt);
                rowPixels = Math.max(rowPixels, phase.taps() == 0 ? 0 : from + phase.count() - 1 + phase.taps());
                packedAt += Math.ceilDiv(s.channels(), NR) * NR * rows.taps() * phase.taps() * s.filters();
            }
            ImageRows under = new ImageRows(dY, s.outHeight(), s.outWidth(), s.filters(), zeros, rowPixels);
            sweeps[p] = new Sweep(rows.before(), rows.taps(), p, rows.count(), under, columns);
        }
        return new Correlation(dX, s.height(), s.width(), 1, s.stride(), sweeps, epilogue, threads);
    }

    /**
     * Pixels of dX whose row, or column, is the same modulo the stride.
     *
     * @param firstTap the first row, or column, of the filter that meets them; each stride-th from it on does
     * @param taps how many do
     * @param before how far the last of them is before dY at the first pixel; negative if behind
     * @param count pixels
     */
    private record Phase(int firstTap, int taps, int before, int count) {
        static Phase of(Conv2dSpec s, int kernel, int extent, int first) {
            int padded = first + s.padding();
            int firstTap = padded % s.stride();
            int taps = Math.ceilDiv(Math.max(0, kernel - firstTap), s.stride());
            return new Phase(firstTap, taps, taps - 1 - padded / s.stride(), Math.ceilDiv(extent - first, s.stride()));
        }
    }

    /** The filter as panels of its last axis: [panel][r, s, c][filter]. */
    static void packForward(Conv2dSpec spec, HostTensor filter, Scratch shared) {
        int depth = spec.kernelHeight() * spec.kernelWidth() * spec.channels();
        float[] packed = shared.take(Scratch.Use.RIGHT, Math.ceilDiv(spec.filters(), NR) * depth * NR);
        packPanels(filter.array(), filter.offset(), depth, spec.filters(), packed);
    }

    /** Rows of {@code columns} elements as zero-padded panels: [panel][row][NR]. */
    static void packPanels(float[] from, int at, int rows, int columns, float[] to) {
        for (int column = 0; column < columns; column += NR) {
            int width = Math.min(NR, columns - column);
            int source = at + column;
            int target = column * rows;
            for (int row = 0; row < rows; row++, source += columns, target += NR) {
                if (width == NR) {
                    FloatVector.fromArray(SPECIES, from, source).intoArray(to, target);
                    FloatVector.fromArray(SPECIES, from, source + LANES).intoArray(to, target + LANES);
                } else {
                    System.arraycopy(from, source, to, target, width);
                    Arrays.fill(to, target + width, target + NR, 0);
                }
            }
        }
    }

    /**
     * The filters of an input gradient's sweeps, one behind the other, each rotated and with channels and filters
     * exchanged: [panel][r, s, filter][channel].
     */
    static void packGradient(Conv2dSpec spec, HostTensor filter, Scratch shared) {
        int panels = Math.ceilDiv(spec.channels(), NR);
        int most = panels * NR * spec.kernelHeight() * spec.kernelWidth() * spec.filters();
        float[] packed = shared.take(Scratch.Use.RIGHT, most);
        int at = 0;
        for (int p = 0; p < Math.min(spec.stride(), spec.height()); p++) {
            for (int q = 0; q < Math.min(spec.stride(), spec.width()); q++) {
                Phase rows = Phase.of(spec, spec.kernelHeight(), spec.height(), p);
                Phase columns = Phase.of(spec, spec.kernelWidth(), spec.width(), q);
                packPhase(spec, filter, rows, columns, packed, at);
                at += panels * NR * rows.taps() * columns.taps() * spec.filters();
            }
        }
    }

    private static void packPhase(
            Conv2dSpec spec, HostTensor filter, Phase rows, Phase columns, float[] packed, int at) {
        int filters = spec.filters();
        int channels = spec.channels();
        int depth = rows.taps() * columns.taps() * filters;
        for (int tap = 0; tap < rows.taps() * columns.taps(); tap++) {
            int r = rows.firstTap() + (rows.taps() - 1 - tap / columns.taps()) * spec.stride();
            int s = columns.firstTap() + (columns.taps() - 1 - tap % columns.taps()) * spec.stride();
            int from = filter.offset() + (r * spec.kernelWidth() + s) * channels * filters;
            for (int channel = 0; channel < channels; channel += NR) {
                int to = at + channel * depth + tap * filters * NR;
                int width = Math.min(NR, channels - channel);
                for (int o = 0; o < filters; o++) {
                    for (int c = 0; c < width; c++) {
                        packed[to + o * NR + c] = filter.array()[from + (channel + c) * filters + o];
                    }
                    Arrays.fill(packed, to + o * NR + width, to + o * NR + NR, 0);
                }
            }
        }
    }

    /** How many pieces of work it is cut into. */
    int tasks() {
        return tasks;
    }

    private int blocks(Sweep sweep) {
        return Math.ceilDiv(sweep.count(), blockRows(sweep));
    }

    /** Output rows in a block. */
    private int blockRows(Sweep sweep) {
        int most = Math.min(mostRows, ROWS_BLOCK / (step * sweep.under().step()));
        return Math.clamp(most, 1, sweep.count());
    }

    /** One piece of it. */
    void run(int task, float[] packed, Scratch scratch) {
        int images = result.size() / (outHeight * outWidth * filters);
        int image = task % images;
        int block = task / images;
        for (Sweep sweep : sweeps) {
            if (block < blocks(sweep)) {
                int row = block * blockRows(sweep);
                rows(sweep, image, row, Math.min(row + blockRows(sweep), sweep.count()), packed, scratch);
                return;
            }
            block -= blocks(sweep);
        }
    }

    /** Output rows {@code from .. to} of a sweep over an image. */
    private void rows(Sweep sweep, int image, int from, int to, float[] packed, Scratch scratch) {
        int top = Math.max(0, from * step - sweep.above());
        int end = Math.max(top, Math.min(inHeight, (to - 1) * step - sweep.above() + sweep.taps()));
        float[] rows = sweep.under().take(image, top, end, scratch);
        int at = sweep.under().at(image, top);
        for (Columns columns : sweep.columns()) {
            for (int column = 0; column < filters; column += NR) {
                for (int row = from; row < to; row++) {
                    int under = row * step - sweep.above();
                    int first = Math.max(0, -under);
                    int runs = Math.min(sweep.taps(), inHeight - under) - first;
                    int rowAt = at + (under + first - top) * sweep.under().step();
                    int y = (image * outHeight + sweep.first() + row * outStep) * outWidth + columns.first();
                    int yAt = result.offset() + y * filters + column;
                    if (runs <= 0 || columns.taps() == 0) {
                        fill(columns.count(), yAt, Math.min(NR, filters - column));
                    } else {
                        MicroKernel.Operands operands = scratch.operands()
                                .set(rows, packed, result.array(), outStep * filters)
                                .runs(runs, sweep.under().step());
                        int depth = columns.taps() * channels;
                        int packedAt = columns.packedAt() + (column * sweep.taps() + first * NR) * depth;
                        int aAt = rowAt + columns.from() * channels;
                        row(depth, columns.count(), aAt, packedAt, operands, column, yAt, scratch);
                    }
                }
            }
        }
        for (int row = from; row < to; row++) {
            int y = image * outHeight + sweep.first() + row * outStep;
            epilogue.apply(y * outWidth, outWidth, 0, filters);
        }
    }

    /** One panel's columns of a row of output pixels. */
    private void row(
            int run,
            int pixels,
            int aAt,
            int bAt,
            MicroKernel.Operands operands,
            int column,
            int cAt,
            Scratch scratch) {
        int width = Math.min(NR, filters - column);
        int lda = step * channels;
        if (width <= LANES) {
            TileKind.EDGE.run(run, pixels, aAt, lda, bAt, operands.width(width), cAt);
        } else if (width == NR) {
            TileKind kind = run == RUN && lda == 1 ? TileKind.PIXELS : TileKind.STRIDED;
            kind.run(run, pixels, aAt, lda, bAt, operands, cAt);
        } else {
            float[] edge = scratch.take(Scratch.Use.TILE, pixels * NR);
            MicroKernel.Operands toEdge = scratch.edgeOperands()
                    .set(operands.a(), operands.b(), edge, NR)
                    .runs(operands.runs(), operands.aRun());
            TileKind.STRIDED.run(run, pixels, aAt, lda, bAt, toEdge, 0);
            for (int j = 0; j < pixels; j++) {
                System.arraycopy(edge, j * NR, result.array(), cAt + j * operands.ldc(), width);
            }
        }
    }

    /** Zeros in some columns of output pixels that no element of the filter meets. */
    private void fill(int pixels, int yAt, int width) {
        for (int j = 0; j < pixels; j++) {
            int at = yAt + j * outStep * filters;
            Arrays.fill(result.array(), at, at + width, 0);
        }
    }
}
