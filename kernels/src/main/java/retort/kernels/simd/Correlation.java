package retort.kernels.simd;

import java.util.Arrays;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * A filter swept over images without building a matrix: a forward pass, or an input gradient. In NHWC the pixels under
 * one row of a kernel lie side by side, and rows of the kernel that are outside the image are left out; what meets what
 * is said here, and how a row of output pixels is computed by those who extend it.
 *
 * <p>A forward pass is one sweep. An input gradient of stride s is s x s of them over dY: which elements of the filter
 * meet a pixel of dX depends on its row and its column modulo s. In each sweep the filter is what is left of it,
 * rotated by 180 degrees, and output pixels lie s apart.
 */
abstract class Correlation {
    /** Elements of the rows under a task's output: they stay in the second-level cache beside the filter. */
    private static final int ROWS_BLOCK = 1 << 15;

    /**
     * Elements of a packed filter that is in the first-level cache: rows of the result are then written whole, one
     * after the other, and not some columns of all of them at a time.
     */
    private static final int SMALL_FILTER = 1 << 12;

    /** Tasks for each of several threads, where there is work for so many. */
    private static final int TASKS = 8;

    /**
     * The rows of output pixels that meet the same rows of the filter.
     *
     * @param rows that meet
     * @param under the rows of the image
     */
    private record Sweep(Phase rows, ImageRows under, Columns[] columns) {}

    /**
     * The columns of output pixels that meet the same columns of the filter.
     *
     * @param columns that meet
     * @param from pixels in a row, zeros counted, before the filter at the first output pixel; negative if it is before
     *     the row
     * @param packedAt where these rows and columns of the filter are packed
     */
    private record Columns(Phase columns, int from, int packedAt) {}

    /**
     * Output rows, or columns, that meet the same rows, or columns, of the filter.
     *
     * @param first the first of them
     * @param count how many there are
     * @param firstTap the first row of the filter, and each stride-th from there on, if it is a gradient's
     * @param taps rows of the filter
     * @param before how far the filter is before the image at the first output row; negative if behind
     */
    private record Phase(int first, int count, int firstTap, int taps, int before) {
        static Phase forward(Conv2dSpec spec, int kernel, int extent) {
            return new Phase(0, extent, 0, kernel, spec.padding());
        }

        static Phase gradient(Conv2dSpec spec, int kernel, int extent, int first) {
            int padded = first + spec.padding();
            int firstTap = padded % spec.stride();
            int taps = Math.ceilDiv(Math.max(0, kernel - firstTap), spec.stride());
            int count = Math.ceilDiv(extent - first, spec.stride());
            return new Phase(first, count, firstTap, taps, taps - 1 - padded / spec.stride());
        }
    }

    private final Conv2dSpec spec;
    private final HostTensor result;
    private final int outHeight;
    private final int outWidth;
    private final int inHeight;

    /** Columns of the image. */
    final int inWidth;

    /** Input pixels, and output pixels, from an output pixel of a sweep to the next. */
    final int step;

    private final int outStep;

    final int channels;
    final int filters;
    private final boolean padded;
    private final int tapElements;
    private final int packedSize;
    private final int columnsAtOnce;
    private final Sweep[] sweeps;
    private final SimdEpilogue epilogue;
    private final int mostRows;
    private final int tasks;

    /**
     * @param image x, or dY
     * @param result y, or dX
     * @param padded whether rows of the image get their columns of zeros; else they stay where they are
     * @param tapElements of the packed filter for each pixel of the kernel
     * @param columnsAtOnce elements of an output pixel that one row of products is about
     * @param packedFrom elements before the packed filter, which {@link #packFirst} fills
     */
    Correlation(
            Conv2dSpec spec,
            HostTensor image,
            HostTensor result,
            boolean padded,
            long tapElements,
            int columnsAtOnce,
            int packedFrom,
            SimdEpilogue epilogue,
            int threads) {
        boolean forward = isForward(spec);
        this.spec = spec;
        this.result = result;
        this.padded = padded;
        this.packedSize = Scratch.length(packedFrom + spec.kernelHeight() * spec.kernelWidth() * tapElements);
        this.tapElements = (int) tapElements;
        this.columnsAtOnce = columnsAtOnce;
        channels = forward ? spec.channels() : spec.filters();
        filters = forward ? spec.filters() : spec.channels();
        this.epilogue = epilogue;
        outHeight = forward ? spec.outHeight() : spec.height();
        outWidth = forward ? spec.outWidth() : spec.width();
        inHeight = forward ? spec.height() : spec.outHeight();
        inWidth = forward ? spec.width() : spec.outWidth();
        step = forward ? spec.stride() : 1;
        outStep = forward ? 1 : spec.stride();
        sweeps = forward ? forward(image, packedFrom) : gradient(image, packedFrom);
        mostRows = threads == 1 ? outHeight : Math.max(1, spec.batch() * outHeight / (TASKS * threads));
        tasks = spec.batch() * Arrays.stream(sweeps).mapToInt(this::blocks).sum();
    }

    private static boolean isForward(Conv2dSpec spec) {
        return spec.pass() == Conv2dSpec.Pass.FORWARD;
    }

    private Sweep[] forward(HostTensor x, int packedFrom) {
        int zeros = padded ? spec.padding() : 0;
        int rowPixels = padded ? (outWidth - 1) * step + spec.kernelWidth() : inWidth;
        ImageRows under = new ImageRows(x, inHeight, inWidth, channels, zeros, rowPixels);
        Columns columns =
                new Columns(Phase.forward(spec, spec.kernelWidth(), outWidth), zeros - spec.padding(), packedFrom);
        return new Sweep[] {
            new Sweep(Phase.forward(spec, spec.kernelHeight(), outHeight), under, new Columns[] {columns})
        };
    }

    private Sweep[] gradient(HostTensor dY, int packedFrom) {
        Phase[] phases = new Phase[Math.min(outStep, outWidth)];
        Arrays.setAll(phases, q -> Phase.gradient(spec, spec.kernelWidth(), outWidth, q));
        int most = Arrays.stream(phases).mapToInt(Phase::before).max().orElseThrow();
        int zeros = padded ? Math.max(0, most) : 0;
        int rowPixels = Arrays.stream(phases)
                .filter(phase -> phase.taps() > 0)
                .mapToInt(phase -> zeros - phase.before() + phase.count() - 1 + phase.taps())
                .max()
                .orElse(0);
        ImageRows under = new ImageRows(dY, inHeight, inWidth, channels, zeros, padded ? rowPixels : inWidth);
        Sweep[] all = new Sweep[Math.min(outStep, outHeight)];
        int packedAt = packedFrom;
        for (int p = 0; p < all.length; p++) {
            Phase rows = Phase.gradient(spec, spec.kernelHeight(), outHeight, p);
            Columns[] columns = new Columns[phases.length];
            for (int q = 0; q < phases.length; q++) {
                columns[q] = new Columns(phases[q], zeros - phases[q].before(), packedAt);
                packedAt += rows.taps() * phases[q].taps() * tapElements;
            }
            all[p] = new Sweep(rows, under, columns);
        }
        return all;
    }

    /** All of it, by all threads; a run allocates nothing. */
    final Runnable prepare(HostTensor filter, Workers workers, Scratch shared, Scratch[] scratch, long flops) {
        Workers.Task task = (number, worker) -> run(number, takePacked(shared), scratch[worker]);
        return () -> {
            float[] packed = takePacked(shared);
            packFirst(packed);
            for (Sweep sweep : sweeps) {
                for (Columns columns : sweep.columns()) {
                    pack(filter, sweep.rows(), columns.columns(), packed, columns.packedAt());
                }
            }
            workers.forEach(tasks, flops, task);
        };
    }

    /** For the filter: once it was taken, every thread gets the same array. */
    private float[] takePacked(Scratch shared) {
        return shared.take(Scratch.Use.RIGHT, packedSize);
    }

    private void pack(HostTensor filter, Phase rows, Phase columns, float[] packed, int at) {
        int taps = rows.taps() * columns.taps();
        for (int tap = 0; tap < taps; tap++) {
            int turned = isForward(spec) ? tap : taps - 1 - tap;
            int r = rows.firstTap() + turned / columns.taps() * outStep;
            int s = columns.firstTap() + turned % columns.taps() * outStep;
            packTap(filter, r * spec.kernelWidth() + s, packed, at, tap, taps);
        }
    }

    /** Packs what is before the filter, if anything is. */
    void packFirst(float[] packed) {
        // Of most nothing is.
    }

    /**
     * Where a pixel of the kernel is packed, for output columns from {@code column} on.
     *
     * @param at where those of a sweep begin
     * @param tap number of the pixel among the {@code taps} of the sweep
     */
    abstract int packedAt(int at, int column, int tap, int taps);

    /** Packs number {@code pixel} of the filter there. */
    abstract void packTap(HostTensor filter, int pixel, float[] packed, int at, int tap, int taps);

    /**
     * Computes a row of output pixels, from {@code column} on at most {@link #columnsAtOnce}. Rows of the image, the
     * filter and the result, how many rows of the kernel meet the image and where, are in {@code scratch.operands()}.
     *
     * @param taps columns of the filter
     * @param pixels of the result
     * @param from pixels in a row before the filter at the first of them; negative if it is before the row
     * @param xAt where the first element under the filter is
     * @param fAt where the filter is
     * @param yAt where the first element of the result is
     */
    abstract void row(int taps, int pixels, int from, int xAt, int fAt, int column, int yAt, Scratch scratch);

    private int blocks(Sweep sweep) {
        return Math.ceilDiv(sweep.rows().count(), blockRows(sweep));
    }

    /** Output rows in a block. */
    private int blockRows(Sweep sweep) {
        int most = Math.min(
                mostRows, ROWS_BLOCK / (step * Math.max(1, sweep.under().step())));
        return Math.clamp(most, 1, sweep.rows().count());
    }

    private void run(int task, float[] packed, Scratch scratch) {
        int image = task % spec.batch();
        int block = task / spec.batch();
        for (Sweep sweep : sweeps) {
            if (block < blocks(sweep)) {
                int row = block * blockRows(sweep);
                int to = Math.min(row + blockRows(sweep), sweep.rows().count());
                rows(sweep, image, row, to, packed, scratch);
                return;
            }
            block -= blocks(sweep);
        }
    }

    /** Output rows {@code from .. to} of a sweep over an image. */
    private void rows(Sweep sweep, int image, int from, int to, float[] packed, Scratch scratch) {
        int before = sweep.rows().before();
        int taps = sweep.rows().taps();
        int top = Math.max(0, from * step - before);
        int end = Math.max(top, Math.min(inHeight, (to - 1) * step - before + taps));
        float[] rows = sweep.under().take(image, top, end, scratch);
        int rowStep = sweep.under().step();
        int at = sweep.under().at(image, top) - top * rowStep;
        int firstRow = image * outHeight + sweep.rows().first();
        int rowsAtOnce = packedSize <= SMALL_FILTER ? 1 : to - from;
        for (Columns each : sweep.columns()) {
            Phase columns = each.columns();
            scratch.operands().set(rows, packed, result.array(), outStep * filters);
            for (int first = from; first < to; first += rowsAtOnce) {
                int last = Math.min(first + rowsAtOnce, to);
                for (int column = 0; column < filters; column += columnsAtOnce) {
                    for (int row = first; row < last; row++) {
                        int under = at + (row * step - before) * rowStep;
                        int pixel = (firstRow + row * outStep) * outWidth + columns.first();
                        row(sweep, each, row, column, under, pixel, rowStep, scratch);
                    }
                }
            }
        }
        for (int row = from; row < to; row++) {
            finish(firstRow + row * outStep, epilogue);
        }
    }

    /** What follows when a row of output pixels is done, counted over all images. */
    void finish(int row, SimdEpilogue then) {
        then.apply(row * outWidth, outWidth, 0, filters);
    }

    /**
     * Elements of an output row from {@code column} on.
     *
     * @param under where the row of the image under the filter's first row is, or would be
     * @param pixel number of the row's first pixel in the result
     */
    private void row(
            Sweep sweep, Columns each, int row, int column, int under, int pixel, int rowStep, Scratch scratch) {
        int before = row * step - sweep.rows().before();
        int taps = sweep.rows().taps();
        int first = Math.max(0, -before);
        int runs = Math.min(taps, inHeight - before) - first;
        int columnTaps = each.columns().taps();
        int pixels = each.columns().count();
        int yAt = result.offset() + pixel * filters + column;
        if (runs <= 0 || columnTaps == 0) {
            fill(
                    pixels,
                    yAt,
                    Math.min(columnsAtOnce, filters - column),
                    scratch.operands().b());
            return;
        }
        scratch.operands().runs(runs, rowStep);
        int xAt = under + first * rowStep + each.from() * channels;
        int fAt = packedAt(each.packedAt(), column, first * columnTaps, taps * columnTaps);
        row(columnTaps, pixels, each.from(), xAt, fAt, column, yAt, scratch);
    }

    /** Zeros in some columns of output pixels that no element of the filter meets, which is what was packed. */
    void fill(int pixels, int yAt, int width, float[] packed) {
        for (int j = 0; j < pixels; j++) {
            int at = yAt + j * outStep * filters;
            Arrays.fill(result.array(), at, at + width, 0);
        }
    }
}
