package retort.kernels.simd;

import static retort.kernels.simd.Blocking.NR;

import java.util.Arrays;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * The filter gradient of a convolution: for each row of the kernel the images' elements under it, pixel by pixel, times
 * dY. In NHWC those of a pixel lie side by side, so that tiles read them where they are. The batch is cut into shares
 * that do not depend on the thread count, and their sums are added in order.
 */
final class FilterGradient {
    /** Elements under a row of the kernel for which there are tiles of their own: one channel, three wide. */
    static final int RUN = 3;

    /** Output pixels at once: a panel of dY for them stays in the first-level cache. */
    private static final int PIXELS = 128;

    /** Elements of dY that stay there while each row of a kernel meets them, where dY is read in place. */
    private static final int PAIR_ELEMENTS = 1 << 12;

    /** Most shares of a batch, and most elements of all their sums. */
    private static final int SHARES = 8;

    private static final int SHARED_SUMS = 1 << 20;

    private final Conv2dSpec spec;
    private final ImageRows x;
    private final HostTensor dFilter;
    private final HostTensor dY;

    /** Elements under a row of the kernel. */
    private final int run;

    /** Columns of the sums: the filters, in whole panels. */
    private final int columns;

    /** Whether so little lies under a row of the kernel that dY need not be packed. */
    private final boolean pairs;

    private final int sumsSize;
    private final int shares;

    FilterGradient(Conv2dSpec spec, HostTensor x, HostTensor dFilter, HostTensor dY) {
        int rowPixels = (spec.outWidth() - 1) * spec.stride() + spec.kernelWidth();
        this.spec = spec;
        this.x = new ImageRows(x, spec.height(), spec.width(), spec.channels(), spec.padding(), rowPixels);
        this.dFilter = dFilter;
        this.dY = dY;
        run = spec.kernelWidth() * spec.channels();
        columns = Math.ceilDiv(spec.filters(), NR) * NR;
        pairs = run == RUN && spec.filters() == columns;
        sumsSize = Scratch.length((long) spec.kernelHeight() * run * columns);
        shares = Math.clamp(SHARED_SUMS / sumsSize, 1, Math.min(SHARES, spec.batch()));
    }

    Runnable prepare(Workers workers, Scratch shared, Scratch[] scratch) {
        int share = Math.ceilDiv(spec.batch(), shares);
        Workers.Task task = (number, worker) -> {
            int to = Math.min(spec.batch(), (number + 1) * share);
            for (int image = number * share; image < to; image++) {
                addImage(image, takeSums(shared), number * sumsSize, scratch[worker]);
            }
        };
        long flops = spec.flops();
        return () -> {
            float[] sums = takeSums(shared);
            Arrays.fill(sums, 0, shares * sumsSize, 0);
            workers.forEach(shares, flops, task);
            addShares(sums);
        };
    }

    /** Once they were taken, every thread gets the same array. */
    private float[] takeSums(Scratch shared) {
        return shared.take(Scratch.Use.RIGHT, shares * sumsSize);
    }

    /** The sums of all shares, without the columns that fill up a panel. */
    private void addShares(float[] sums) {
        for (int number = 1; number < shares; number++) {
            for (int e = 0; e < sumsSize; e++) {
                sums[e] += sums[number * sumsSize + e];
            }
        }
        for (int element = 0; element < spec.kernelHeight() * run; element++) {
            int to = dFilter.offset() + element * spec.filters();
            System.arraycopy(sums, element * columns, dFilter.array(), to, spec.filters());
        }
    }

    /** Adds one image's part to {@code sums[at..]}, some output rows at a time. */
    private void addImage(int image, float[] sums, int at, Scratch scratch) {
        int width = spec.outWidth();
        int blockRows = Math.max(1, pairs ? PAIR_ELEMENTS / (width * columns) : PIXELS / width);
        MicroKernel.Operands operands = scratch.operands();
        for (int row = 0; row < spec.outHeight(); row += blockRows) {
            int end = Math.min(row + blockRows, spec.outHeight());
            int pixels = (end - row) * width;
            int dYAt = dY.offset() + (image * spec.outHeight() + row) * width * spec.filters();
            int top = Math.max(0, row * spec.stride() - spec.padding());
            int bottom = Math.min(spec.height(), (end - 1) * spec.stride() - spec.padding() + spec.kernelHeight());
            float[] rows = x.take(image, top, Math.max(top, bottom), scratch);
            int xAt = x.at(image, top) - top * x.step();
            if (pairs) {
                operands.set(rows, dY.array(), sums, columns).adding(true);
                addRows(row, end, xAt, dYAt, NR, columns, operands, at);
            } else {
                float[] packed = scratch.take(Scratch.Use.RIGHT, (long) pixels * columns);
                for (int filter = 0; filter < spec.filters(); filter += NR) {
                    int columnsThere = Math.min(NR, spec.filters() - filter);
                    DenseCorrelation.packPanel(
                            dY.array(), dYAt + filter, spec.filters(), pixels, columnsThere, packed, filter * pixels);
                }
                operands.set(rows, packed, sums, columns).adding(true);
                addRows(row, end, xAt, 0, pixels * NR, NR, operands, at);
            }
        }
    }

    /**
     * Adds the products of output rows {@code from .. to}.
     *
     * @param xAt where row 0 of x would be
     * @param dYAt where the first pixel of row {@code from} is
     * @param panelStep from a panel of dY to the next
     * @param ldb from a pixel of dY to the next
     */
    private void addRows(
            int from, int to, int xAt, int dYAt, int panelStep, int ldb, MicroKernel.Operands operands, int at) {
        int stride = spec.stride();
        for (int panel = 0; panel < columns / NR; panel++) {
            for (int r = 0; r < spec.kernelHeight(); r++) {
                int above = spec.padding() - r;
                // Divisions only where rows are outside the image: a tile of few sums takes no longer than some of
                // them.
                int first = from * stride >= above ? from : Math.ceilDiv(above, stride);
                int below = spec.height() - 1 + above;
                int rows = ((to - 1) * stride <= below ? to : Math.floorDiv(below, stride) + 1) - first;
                if (rows > 0) {
                    operands.runs(rows, stride * x.step(), ldb, spec.outWidth() * ldb);
                    int aAt = xAt + (first * stride - above) * x.step();
                    int bAt = dYAt + panel * panelStep + (first - from) * spec.outWidth() * ldb;
                    addKernelRow(aAt, bAt, operands, at + r * run * columns + panel * NR);
                }
            }
        }
    }

    /** Adds to the sums of one panel's filters and one row of the kernel. */
    private void addKernelRow(int aAt, int bAt, MicroKernel.Operands operands, int cAt) {
        int width = spec.outWidth();
        int lda = spec.stride() * spec.channels();
        if (!pairs) {
            for (int e = 0, rows; e < run; e += rows) {
                rows = Math.ceilDiv(run - e, Math.ceilDiv(run - e, TileKind.SINGLES.mr()));
                TileKind.SINGLES.kernel(rows).run(width, aAt + e, lda, bAt, 1, operands, cAt + e * columns);
            }
            return;
        }
        if (width > 1) {
            TileKind.PAIRS.kernel(run).run(width / 2, aAt, lda, bAt, 1, operands, cAt);
        }
        if (width % 2 == 1) {
            int last = width - 1;
            TileKind.SINGLES.kernel(run).run(1, aAt + last * lda, lda, bAt + last * operands.ldb(), 1, operands, cAt);
        }
    }
}
