package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.PANEL;

import java.util.Arrays;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * Convolution as products of matrices that are never built whole.
 *
 * <p>Forward: in NHWC the pixels under one row of a kernel lie side by side, so a tile of output pixels is the sum over
 * kernel rows of in-place products, which {@link RowTiles} does with the sums in registers. Where the image needs padding,
 * the few input rows under one output row are copied to scratch first.
 *
 * <p>Input gradient: the same over dY, spread out by the stride and padded, with the filter turned by half and its
 * channels and filters exchanged; a stride s thus multiplies s times too much.
 * Few channels go {@link ScatteredGradient another way}.
 *
 * <p>Filter gradient: the patches under some output rows, times those rows of dY. The batch is cut into shares that do
 * not depend on the thread count, and their sums are added in order.
 *
 * <p>Source: Chetlur et al. 2014 (implicit GEMM); Georganas et al. 2018 (direct, register-blocked).
 */
final class SimdConv2d {
    /** Output pixels whose patches are multiplied at once in the filter gradient. */
    private static final int PATCHES = 256;

    /** Elements of dY that stay in the first cache while each row of a thin kernel meets them. */
    private static final int THIN_ELEMENTS = 1 << 12;

    /** Most shares of a batch, and most elements of all their sums, in the filter gradient. */
    private static final int SHARES = 8;

    private static final int SHARED_SUMS = 1 << 20;

    private final Workers workers;
    private final Scratch[] scratch;
    private final Scratch shared = new Scratch();

    /** @param scratch one for each worker */
    SimdConv2d(Workers workers, Scratch[] scratch) {
        this.workers = workers;
        this.scratch = scratch;
    }

    /**
     * A filter swept over images: one output pixel every {@code step} input pixels.
     *
     * @param image the input, batch x height x width x channels
     * @param spread the input's pixels are this far apart, zeros between them
     * @param above rows of zeros above the image; those below follow from the output's height
     * @param before columns of zeros before the image
     */
    private record Sweep(
            HostTensor image,
            int height,
            int width,
            int channels,
            int spread,
            int above,
            int before,
            int step,
            int kernelHeight,
            int kernelWidth,
            int outHeight,
            int outWidth,
            int filters) {

        static Sweep forward(Conv2dSpec s, HostTensor x) {
            return new Sweep(
                    x,
                    s.height(),
                    s.width(),
                    s.channels(),
                    1,
                    s.padding(),
                    s.padding(),
                    s.stride(),
                    s.kernelHeight(),
                    s.kernelWidth(),
                    s.outHeight(),
                    s.outWidth(),
                    s.filters());
        }

        static Sweep inputGradient(Conv2dSpec s, HostTensor dY) {
            return new Sweep(
                    dY,
                    s.outHeight(),
                    s.outWidth(),
                    s.filters(),
                    s.stride(),
                    s.kernelHeight() - 1 - s.padding(),
                    s.kernelWidth() - 1 - s.padding(),
                    1,
                    s.kernelHeight(),
                    s.kernelWidth(),
                    s.height(),
                    s.width(),
                    s.channels());
        }

        /** Elements of one input row with all the zeros that the sweep meets. */
        int rowElements() {
            return ((outWidth - 1) * step + kernelWidth) * channels;
        }

        /** Whether every row that the sweep meets stands in the image as it is. */
        boolean inPlace() {
            return spread == 1
                    && above == 0
                    && before == 0
                    && (outHeight - 1) * step + kernelHeight <= height
                    && (outWidth - 1) * step + kernelWidth <= width;
        }

        /** Input rows under {@code rows} output rows. */
        int rowsUnder(int rows) {
            return (rows - 1) * step + kernelHeight;
        }

        /** Copies the input rows under {@code rows} output rows from {@code row} on, zeros and all, to {@code to}. */
        void copyRows(int number, int row, int rows, float[] to) {
            Arrays.fill(to, 0, rowsUnder(rows) * rowElements(), 0);
            for (int r = 0; r < rowsUnder(rows); r++) {
                int p = row * step + r - above;
                if (p >= 0 && p % spread == 0 && p / spread < height) {
                    copyRow(number * height + p / spread, to, r * rowElements());
                }
            }
        }

        private void copyRow(int imageRow, float[] to, int at) {
            int from = image.offset() + imageRow * width * channels;
            int room = rowElements() / channels - before;
            if (spread == 1) {
                System.arraycopy(image.array(), from, to, at + before * channels, Math.min(room, width) * channels);
                return;
            }
            for (int q = 0; q < width && q * spread < room; q++) {
                int target = at + (before + q * spread) * channels;
                System.arraycopy(image.array(), from + q * channels, to, target, channels);
            }
        }
    }

    void run(Conv2dSpec spec, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        switch (spec.pass()) {
            case FORWARD -> {
                SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, y, spec.filters());
                sweep(spec, Sweep.forward(spec, x), packForward(spec, filter), y, epilogue);
            }
            case INPUT_GRADIENT -> {
                SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, x, spec.channels());
                if (ScatteredGradient.suits(spec)) {
                    scatter(spec, x, filter, y, epilogue);
                } else {
                    sweep(spec, Sweep.inputGradient(spec, y), packTurned(spec, filter), x, epilogue);
                }
            }
            case FILTER_GRADIENT -> filterGradient(spec, x, filter, y);
        }
    }

    /** The filter as panels of its last axis: [panel][r, s, c][filter]. */
    private float[] packForward(Conv2dSpec spec, HostTensor filter) {
        int depth = spec.kernelHeight() * spec.kernelWidth() * spec.channels();
        int panels = Math.ceilDiv(spec.filters(), PANEL);
        float[] packed = shared.take(Scratch.Use.RIGHT, panels * depth * PANEL);
        packPanels(filter.array(), filter.offset(), depth, spec.filters(), packed);
        return packed;
    }

    /** Rows of {@code columns} elements as zero-padded panels: [panel][row][PANEL]. */
    private static void packPanels(float[] from, int at, int rows, int columns, float[] to) {
        for (int column = 0; column < columns; column += PANEL) {
            int width = Math.min(PANEL, columns - column);
            for (int row = 0; row < rows; row++) {
                int target = column * rows + row * PANEL;
                System.arraycopy(from, at + row * columns + column, to, target, width);
                Arrays.fill(to, target + width, target + PANEL, 0);
            }
        }
    }

    /** The filter turned by half, channels and filters exchanged: [panel][kh-1-r, kw-1-s, filter][channel]. */
    private float[] packTurned(Conv2dSpec spec, HostTensor filter) {
        int taps = spec.kernelHeight() * spec.kernelWidth();
        int channels = spec.channels();
        int filters = spec.filters();
        int depth = taps * filters;
        int panels = Math.ceilDiv(channels, PANEL);
        float[] packed = shared.take(Scratch.Use.RIGHT, panels * depth * PANEL);
        Arrays.fill(packed, 0, panels * depth * PANEL, 0);
        for (int tap = 0; tap < taps; tap++) {
            for (int c = 0; c < channels; c++) {
                int from = filter.offset() + (tap * channels + c) * filters;
                int to = c / PANEL * depth * PANEL + (taps - 1 - tap) * filters * PANEL + c % PANEL;
                for (int o = 0; o < filters; o++) {
                    packed[to + o * PANEL] = filter.array()[from + o];
                }
            }
        }
        return packed;
    }

    /** One task for each image. */
    private void scatter(Conv2dSpec spec, HostTensor dX, HostTensor filter, HostTensor dY, SimdEpilogue epilogue) {
        ScatteredGradient gradient = new ScatteredGradient(spec);
        float[] packed = gradient.pack(filter, shared);
        int pixels = spec.height() * spec.width();
        workers.forEach(spec.batch(), spec.flops(), (image, worker) -> {
            gradient.image(image, dX, packed, dY, scratch[worker]);
            epilogue.apply(image * pixels, pixels, 0, spec.channels());
        });
    }

    /** One task for each row of output pixels. */
    private void sweep(Conv2dSpec spec, Sweep sweep, float[] packed, HostTensor result, SimdEpilogue epilogue) {
        int rows = spec.batch() * sweep.outHeight();
        boolean inPlace = sweep.inPlace();
        int share = Math.max(1, rows / (16 * workers.count()));
        workers.forEach(Math.ceilDiv(rows, share), spec.flops(), (task, worker) -> {
            float[] copied =
                    inPlace ? null : scratch[worker].take(Scratch.Use.ROWS, sweep.kernelHeight() * sweep.rowElements());
            int to = Math.min(rows, (task + 1) * share);
            for (int number = task * share; number < to; number++) {
                int image = number / sweep.outHeight();
                int row = number % sweep.outHeight();
                int pixel = number * sweep.outWidth();
                if (inPlace) {
                    int width = sweep.width() * sweep.channels();
                    int at = sweep.image().offset() + (image * sweep.height() + row * sweep.step()) * width;
                    sweepRow(sweep, sweep.image().array(), at, width, packed, result, pixel, scratch[worker]);
                } else {
                    sweep.copyRows(image, row, 1, copied);
                    sweepRow(sweep, copied, 0, sweep.rowElements(), packed, result, pixel, scratch[worker]);
                }
                epilogue.apply(pixel, sweep.outWidth(), 0, sweep.filters());
            }
        });
    }

    /** One row of output pixels, the first being number {@code pixel}; kernel rows lie {@code rowStep} apart from {@code at}. */
    private static void sweepRow(
            Sweep sweep,
            float[] rows,
            int at,
            int rowStep,
            float[] packed,
            HostTensor result,
            int pixel,
            Scratch scratch) {
        int filters = sweep.filters();
        int run = sweep.kernelWidth() * sweep.channels();
        int pixelStep = sweep.step() * sweep.channels();
        int depth = sweep.kernelHeight() * run;
        float[] edge = scratch.take(Scratch.Use.TILE, RowTiles.TALLEST * PANEL);
        float[] y = result.array();
        RowTiles inside = new RowTiles(sweep.kernelHeight(), rowStep, run, rows, pixelStep, packed, y, filters);
        RowTiles outside = new RowTiles(sweep.kernelHeight(), rowStep, run, rows, pixelStep, packed, edge, PANEL);
        ThinTiles thin = new ThinTiles(sweep.kernelHeight(), rowStep, rows, packed, y, filters);
        NarrowTiles narrow = new NarrowTiles(sweep.kernelHeight(), rowStep, run, rows, pixelStep, packed, y, filters);
        for (int column = 0; column < filters; column += PANEL) {
            int width = Math.min(PANEL, filters - column);
            boolean isThin = run == ThinTiles.RUN && pixelStep == 1 && width == PANEL;
            int first = result.offset() + pixel * filters + column;
            if (width <= LANES) {
                narrow.run(sweep.outWidth(), at, column * depth, first, width, false);
                continue;
            }
            int done = isThin ? thin.run(sweep.outWidth(), at, column * depth, first) : 0;
            for (int j = done, height; j < sweep.outWidth(); j += height) {
                height = SimdSpecies.nextRows(sweep.outWidth() - j, RowTiles.TALLEST);
                int to = first + j * filters;
                if (width == PANEL) {
                    inside.run(height, at + j * pixelStep, column * depth, to, false);
                } else {
                    outside.run(height, at + j * pixelStep, column * depth, 0, false);
                    for (int i = 0; i < height; i++) {
                        System.arraycopy(edge, i * PANEL, y, to + i * filters, width);
                    }
                }
            }
        }
    }

    private void filterGradient(Conv2dSpec spec, HostTensor x, HostTensor dFilter, HostTensor dY) {
        int size = dFilter.size();
        int shares = Math.clamp(SHARED_SUMS / size, 1, Math.min(SHARES, spec.batch()));
        int share = Math.ceilDiv(spec.batch(), shares);
        float[] sums = shared.take(Scratch.Use.RIGHT, shares * size);
        Arrays.fill(sums, 0, shares * size, 0);
        Sweep sweep = Sweep.forward(spec, x);
        boolean isThin = spec.kernelWidth() * spec.channels() == ThinTiles.RUN && spec.filters() % PANEL == 0;
        workers.forEach(shares, spec.flops(), (number, worker) -> {
            int to = Math.min(spec.batch(), (number + 1) * share);
            for (int image = number * share; image < to; image++) {
                if (isThin) {
                    addThinGradient(spec, sweep, image, dY, sums, number * size, scratch[worker]);
                } else {
                    addFilterGradient(spec, sweep, image, dY, sums, number * size, scratch[worker]);
                }
            }
        });
        for (int number = 1; number < shares; number++) {
            for (int e = 0; e < size; e++) {
                sums[e] += sums[number * size + e];
            }
        }
        System.arraycopy(sums, 0, dFilter.array(), dFilter.offset(), size);
    }

    /** As {@link #addFilterGradient}, where so little lies under a row of the kernel that nothing need be copied or packed. */
    private static void addThinGradient(
            Conv2dSpec spec, Sweep sweep, int image, HostTensor dY, float[] sums, int at, Scratch scratch) {
        int filters = spec.filters();
        int dYRow = spec.outWidth() * filters;
        int rowsAtOnce = Math.max(1, THIN_ELEMENTS / dYRow);
        boolean inPlace = sweep.inPlace();
        int xRow = inPlace ? spec.width() * spec.channels() : sweep.rowElements();
        float[] x = inPlace
                ? sweep.image().array()
                : scratch.take(Scratch.Use.ROWS, sweep.rowsUnder(rowsAtOnce) * sweep.rowElements());
        ThinGradientTiles tiles = new ThinGradientTiles(
                x, spec.stride() * xRow, spec.stride() * spec.channels(), dY.array(), dYRow, filters, sums, filters);
        for (int row = 0; row < spec.outHeight(); row += rowsAtOnce) {
            int rows = Math.min(rowsAtOnce, spec.outHeight() - row);
            int under = 0;
            if (inPlace) {
                under = sweep.image().offset() + (image * spec.height() + row * spec.stride()) * xRow;
            } else {
                sweep.copyRows(image, row, rows, x);
            }
            int first = dY.offset() + (image * spec.outHeight() + row) * dYRow;
            for (int r = 0; r < spec.kernelHeight(); r++) {
                for (int column = 0; column < filters; column += PANEL) {
                    int to = at + r * ThinTiles.RUN * filters + column;
                    tiles.run(rows, spec.outWidth(), under + r * xRow, first + column, to);
                }
            }
        }
    }

    /** Adds one image's part of the filter gradient to {@code sums[at..]}, some output rows at a time. */
    private static void addFilterGradient(
            Conv2dSpec spec, Sweep sweep, int image, HostTensor dY, float[] sums, int at, Scratch scratch) {
        int patch = spec.kernelHeight() * spec.kernelWidth() * spec.channels();
        int filters = spec.filters();
        int rowsAtOnce = Math.max(1, PATCHES / spec.outWidth());
        float[] copied = scratch.take(Scratch.Use.ROWS, spec.kernelHeight() * sweep.rowElements());
        float[] patches = scratch.take(Scratch.Use.LEFT, rowsAtOnce * spec.outWidth() * patch);
        int panels = Math.ceilDiv(filters, PANEL);
        float[] right = scratch.take(Scratch.Use.RIGHT, rowsAtOnce * spec.outWidth() * panels * PANEL);
        RowBlock block = new RowBlock(sums, at, 0, patch, filters, scratch);
        for (int row = 0; row < spec.outHeight(); row += rowsAtOnce) {
            int rows = Math.min(rowsAtOnce, spec.outHeight() - row);
            for (int i = 0; i < rows; i++) {
                sweep.copyRows(image, row + i, 1, copied);
                copyPatches(sweep, copied, patches, i * spec.outWidth() * patch);
            }
            int depth = rows * spec.outWidth();
            int first = (image * spec.outHeight() + row) * spec.outWidth();
            packPanels(dY.array(), dY.offset() + first * filters, depth, filters, right);
            Packing.Panels packed = new Packing.Panels(right, 0, 0, panels, depth);
            block.multiply(new Packing.Left(patches, 0, patch), packed, true);
        }
    }

    /** The patch under each pixel of one output row: [pixel][r, s, c]. */
    private static void copyPatches(Sweep sweep, float[] rows, float[] patches, int at) {
        int run = sweep.kernelWidth() * sweep.channels();
        int to = at;
        for (int j = 0; j < sweep.outWidth(); j++) {
            for (int r = 0; r < sweep.kernelHeight(); r++) {
                System.arraycopy(rows, r * sweep.rowElements() + j * sweep.step() * sweep.channels(), patches, to, run);
                to += run;
            }
        }
    }
}
