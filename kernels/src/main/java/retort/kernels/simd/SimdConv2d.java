package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;

import java.util.Arrays;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * Convolution as products of matrices that are never built whole.
 *
 * <p>Forward: in NHWC the pixels under one row of a kernel lie side by side, so a tile of output pixels is the sum over
 * kernel rows of in-place products, which {@link TileKind#ROWS} tiles add up in registers. Where the image needs
 * padding, the few input rows under one output row are copied to scratch first.
 *
 * <p>Input gradient: the same over dY, dilated by the stride and padded, with the filter rotated by 180 degrees and its
 * channels and filters exchanged; a stride s thus multiplies s times too much.
 * Few channels go to {@link Col2ImGradient}.
 *
 * <p>Filter gradient: the patches under some output rows, times those rows of dY. The batch is cut into shares that do
 * not depend on the thread count, and their sums are added in order.
 *
 * <p>Source: Chetlur et al. 2014 (implicit GEMM); Georganas et al. 2018 (direct, register-blocked).
 */
final class SimdConv2d {
    /** Output pixels whose patches are multiplied at once in the filter gradient. */
    private static final int PATCHES = 256;

    /** Elements of dY that stay in the first cache while each row of a kernel meets them. */
    private static final int PAIR_ELEMENTS = 1 << 12;

    /** Elements under a row of a kernel for which there are tiles of their own: one channel, three wide. */
    private static final int RUN = 3;

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
     * @param dilation the input's pixels are this far apart, zeros between them
     * @param padTop rows of zeros above the image; those below follow from the output's height
     * @param padLeft columns of zeros left of the image
     */
    private record ImplicitGemm(
            HostTensor image,
            int height,
            int width,
            int channels,
            int dilation,
            int padTop,
            int padLeft,
            int step,
            int kernelHeight,
            int kernelWidth,
            int outHeight,
            int outWidth,
            int filters) {

        static ImplicitGemm forward(Conv2dSpec s, HostTensor x) {
            return new ImplicitGemm(
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

        static ImplicitGemm inputGradient(Conv2dSpec s, HostTensor dY) {
            return new ImplicitGemm(
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

        /** Elements of one input row with all the zeros that the product meets. */
        int rowElements() {
            return ((outWidth - 1) * step + kernelWidth) * channels;
        }

        /** Whether every row that the product meets stands in the image as it is. */
        boolean inPlace() {
            return dilation == 1
                    && padTop == 0
                    && padLeft == 0
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
                int p = row * step + r - padTop;
                if (p >= 0 && p % dilation == 0 && p / dilation < height) {
                    copyRow(number * height + p / dilation, to, r * rowElements());
                }
            }
        }

        private void copyRow(int imageRow, float[] to, int at) {
            int from = image.offset() + imageRow * width * channels;
            int room = rowElements() / channels - padLeft;
            if (dilation == 1) {
                System.arraycopy(image.array(), from, to, at + padLeft * channels, Math.min(room, width) * channels);
                return;
            }
            for (int q = 0; q < width && q * dilation < room; q++) {
                int target = at + (padLeft + q * dilation) * channels;
                System.arraycopy(image.array(), from + q * channels, to, target, channels);
            }
        }
    }

    Runnable prepare(Conv2dSpec spec, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        long flops = spec.flops();
        return switch (spec.pass()) {
            case FORWARD -> {
                SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, y, spec.filters());
                Workers.Task task = multiply(ImplicitGemm.forward(spec, x), y, epilogue);
                yield () -> {
                    packForward(spec, filter);
                    workers.forEach(tasks(spec.batch() * spec.outHeight()), flops, task);
                };
            }
            case INPUT_GRADIENT -> {
                SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, x, spec.channels());
                if (Col2ImGradient.suits(spec)) {
                    yield () -> col2Im(spec, x, filter, y, epilogue);
                }
                Workers.Task task = multiply(ImplicitGemm.inputGradient(spec, y), x, epilogue);
                yield () -> {
                    packRotated(spec, filter);
                    workers.forEach(tasks(spec.batch() * spec.height()), flops, task);
                };
            }
            case FILTER_GRADIENT -> () -> filterGradient(spec, x, filter, y);
        };
    }

    /** The filter as panels of its last axis: [panel][r, s, c][filter]. */
    private void packForward(Conv2dSpec spec, HostTensor filter) {
        int depth = spec.kernelHeight() * spec.kernelWidth() * spec.channels();
        int panels = Math.ceilDiv(spec.filters(), NR);
        float[] packed = shared.take(Scratch.Use.RIGHT, panels * depth * NR);
        packPanels(filter.array(), filter.offset(), depth, spec.filters(), packed);
    }

    /** Rows of {@code columns} elements as zero-padded panels: [panel][row][NR]. */
    private static void packPanels(float[] from, int at, int rows, int columns, float[] to) {
        for (int column = 0; column < columns; column += NR) {
            int width = Math.min(NR, columns - column);
            for (int row = 0; row < rows; row++) {
                int target = column * rows + row * NR;
                System.arraycopy(from, at + row * columns + column, to, target, width);
                Arrays.fill(to, target + width, target + NR, 0);
            }
        }
    }

    /** The filter rotated by 180 degrees, channels and filters exchanged: [panel][kh-1-r, kw-1-s, filter][channel]. */
    private void packRotated(Conv2dSpec spec, HostTensor filter) {
        int taps = spec.kernelHeight() * spec.kernelWidth();
        int channels = spec.channels();
        int filters = spec.filters();
        int depth = taps * filters;
        int panels = Math.ceilDiv(channels, NR);
        float[] packed = shared.take(Scratch.Use.RIGHT, panels * depth * NR);
        Arrays.fill(packed, 0, panels * depth * NR, 0);
        for (int tap = 0; tap < taps; tap++) {
            for (int c = 0; c < channels; c++) {
                int from = filter.offset() + (tap * channels + c) * filters;
                int to = c / NR * depth * NR + (taps - 1 - tap) * filters * NR + c % NR;
                for (int o = 0; o < filters; o++) {
                    packed[to + o * NR] = filter.array()[from + o];
                }
            }
        }
    }

    /** One task for each image. */
    private void col2Im(Conv2dSpec spec, HostTensor dX, HostTensor filter, HostTensor dY, SimdEpilogue epilogue) {
        Col2ImGradient gradient = new Col2ImGradient(spec);
        float[] packed = gradient.pack(filter, shared);
        int pixels = spec.height() * spec.width();
        workers.forEach(spec.batch(), spec.flops(), (image, worker) -> {
            gradient.image(image, dX, packed, dY, scratch[worker]);
            epilogue.apply(image * pixels, pixels, 0, spec.channels());
        });
    }

    /** Tasks for so many rows of output pixels. */
    private int tasks(int rows) {
        return Math.ceilDiv(rows, share(rows));
    }

    /** Rows of output pixels in a task. */
    private int share(int rows) {
        return Math.max(1, rows / (16 * workers.count()));
    }

    /** Some rows of output pixels; the filter is packed in {@link #shared} memory by then. */
    private Workers.Task multiply(ImplicitGemm gemm, HostTensor result, SimdEpilogue epilogue) {
        int rows = result.shape().rows() * gemm.outHeight();
        boolean inPlace = gemm.inPlace();
        int share = share(rows);
        return (task, worker) -> {
            float[] packed = shared.take(Scratch.Use.RIGHT, 0);
            float[] copied =
                    inPlace ? null : scratch[worker].take(Scratch.Use.ROWS, gemm.kernelHeight() * gemm.rowElements());
            int to = Math.min(rows, (task + 1) * share);
            for (int number = task * share; number < to; number++) {
                int image = number / gemm.outHeight();
                int row = number % gemm.outHeight();
                int pixel = number * gemm.outWidth();
                if (inPlace) {
                    int width = gemm.width() * gemm.channels();
                    int at = gemm.image().offset() + (image * gemm.height() + row * gemm.step()) * width;
                    outputRow(gemm, gemm.image().array(), at, width, packed, result, pixel, scratch[worker]);
                } else {
                    gemm.copyRows(image, row, 1, copied);
                    outputRow(gemm, copied, 0, gemm.rowElements(), packed, result, pixel, scratch[worker]);
                }
                epilogue.apply(pixel, gemm.outWidth(), 0, gemm.filters());
            }
        };
    }

    /**
     * One row of output pixels, the first being number {@code pixel}; kernel rows lie {@code rowStep} apart from
     * {@code at}.
     */
    private static void outputRow(
            ImplicitGemm gemm,
            float[] rows,
            int at,
            int rowStep,
            float[] packed,
            HostTensor result,
            int pixel,
            Scratch scratch) {
        int filters = gemm.filters();
        int run = gemm.kernelWidth() * gemm.channels();
        int pixelStep = gemm.step() * gemm.channels();
        int depth = gemm.kernelHeight() * run;
        float[] y = result.array();
        MicroKernel.Operands operands =
                scratch.operands().set(rows, packed, y, filters).runs(gemm.kernelHeight(), rowStep);
        for (int column = 0; column < filters; column += NR) {
            int width = Math.min(NR, filters - column);
            int first = result.offset() + pixel * filters + column;
            if (width <= LANES) {
                TileKind.EDGE.run(run, gemm.outWidth(), at, pixelStep, column * depth, operands.width(width), first);
            } else if (width == NR) {
                TileKind kind = run == RUN && pixelStep == 1 ? TileKind.PIXELS : TileKind.ROWS;
                kind.run(run, gemm.outWidth(), at, pixelStep, column * depth, operands, first);
            } else {
                float[] edge = scratch.take(Scratch.Use.TILE, gemm.outWidth() * NR);
                MicroKernel.Operands toEdge =
                        scratch.edgeOperands().set(rows, packed, edge, NR).runs(gemm.kernelHeight(), rowStep);
                TileKind.ROWS.run(run, gemm.outWidth(), at, pixelStep, column * depth, toEdge, 0);
                for (int j = 0; j < gemm.outWidth(); j++) {
                    System.arraycopy(edge, j * NR, y, first + j * filters, width);
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
        ImplicitGemm gemm = ImplicitGemm.forward(spec, x);
        boolean isRowOfThree = spec.kernelWidth() * spec.channels() == RUN && spec.filters() % NR == 0;
        workers.forEach(shares, spec.flops(), (number, worker) -> {
            int to = Math.min(spec.batch(), (number + 1) * share);
            for (int image = number * share; image < to; image++) {
                if (isRowOfThree) {
                    addPairsGradient(spec, gemm, image, dY, sums, number * size, scratch[worker]);
                } else {
                    addFilterGradient(spec, gemm, image, dY, sums, number * size, scratch[worker]);
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

    /**
     * As {@link #addFilterGradient}, where so little lies under a row of the kernel that nothing need be copied or
     * packed.
     */
    private static void addPairsGradient(
            Conv2dSpec spec, ImplicitGemm gemm, int image, HostTensor dY, float[] sums, int at, Scratch scratch) {
        int filters = spec.filters();
        int step = spec.stride() * spec.channels();
        int dYRow = spec.outWidth() * filters;
        int rowsAtOnce = Math.max(1, PAIR_ELEMENTS / dYRow);
        boolean inPlace = gemm.inPlace();
        int xRow = inPlace ? spec.width() * spec.channels() : gemm.rowElements();
        float[] x = inPlace
                ? gemm.image().array()
                : scratch.take(Scratch.Use.ROWS, gemm.rowsUnder(rowsAtOnce) * gemm.rowElements());
        for (int row = 0; row < spec.outHeight(); row += rowsAtOnce) {
            int rows = Math.min(rowsAtOnce, spec.outHeight() - row);
            int under = 0;
            if (inPlace) {
                under = gemm.image().offset() + (image * spec.height() + row * spec.stride()) * xRow;
            } else {
                gemm.copyRows(image, row, rows, x);
            }
            int first = dY.offset() + (image * spec.outHeight() + row) * dYRow;
            MicroKernel.Operands operands = scratch.operands()
                    .set(x, dY.array(), sums, filters)
                    .runs(rows, spec.stride() * xRow, filters, dYRow)
                    .adding(true);
            for (int r = 0; r < spec.kernelHeight(); r++) {
                for (int filter = 0; filter < filters; filter += NR) {
                    int to = at + r * RUN * filters + filter;
                    addPixels(spec.outWidth(), under + r * xRow, step, first + filter, operands, to);
                }
            }
        }
    }

    /** Adds what rows of {@code width} pixels give to one tile of the filter gradient. */
    private static void addPixels(int width, int aAt, int lda, int bAt, MicroKernel.Operands operands, int cAt) {
        if (width > 1) {
            TileKind.PAIRS.kernel(RUN).run(width / 2, aAt, lda, bAt, 1, operands, cAt);
        }
        if (width % 2 == 1) {
            int last = width - 1;
            TileKind.SINGLES.kernel(RUN).run(1, aAt + last * lda, lda, bAt + last * operands.ldb(), 1, operands, cAt);
        }
    }

    /** Adds one image's part of the filter gradient to {@code sums[at..]}, some output rows at a time. */
    private static void addFilterGradient(
            Conv2dSpec spec, ImplicitGemm gemm, int image, HostTensor dY, float[] sums, int at, Scratch scratch) {
        int patch = spec.kernelHeight() * spec.kernelWidth() * spec.channels();
        int filters = spec.filters();
        int rowsAtOnce = Math.max(1, PATCHES / spec.outWidth());
        float[] copied = scratch.take(Scratch.Use.ROWS, spec.kernelHeight() * gemm.rowElements());
        float[] patches = scratch.take(Scratch.Use.LEFT, rowsAtOnce * spec.outWidth() * patch);
        int panels = Math.ceilDiv(filters, NR);
        float[] right = scratch.take(Scratch.Use.RIGHT, rowsAtOnce * spec.outWidth() * panels * NR);
        MacroKernel block = scratch.macroKernel().set(sums, at, 0, patch, filters);
        for (int row = 0; row < spec.outHeight(); row += rowsAtOnce) {
            int rows = Math.min(rowsAtOnce, spec.outHeight() - row);
            for (int i = 0; i < rows; i++) {
                gemm.copyRows(image, row + i, 1, copied);
                copyPatches(gemm, copied, patches, i * spec.outWidth() * patch);
            }
            int depth = rows * spec.outWidth();
            int first = (image * spec.outHeight() + row) * spec.outWidth();
            packPanels(dY.array(), dY.offset() + first * filters, depth, filters, right);
            Packing.BPanels packed = scratch.bPanels().set(right, panels, depth);
            block.multiply(scratch.aBlock().set(patches, 0, patch), packed, true);
        }
    }

    /** The patch under each pixel of one output row: [pixel][r, s, c]. */
    private static void copyPatches(ImplicitGemm gemm, float[] rows, float[] patches, int at) {
        int run = gemm.kernelWidth() * gemm.channels();
        int to = at;
        for (int j = 0; j < gemm.outWidth(); j++) {
            for (int r = 0; r < gemm.kernelHeight(); r++) {
                System.arraycopy(rows, r * gemm.rowElements() + j * gemm.step() * gemm.channels(), patches, to, run);
                to += run;
            }
        }
    }
}
