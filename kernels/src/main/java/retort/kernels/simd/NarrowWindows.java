package retort.kernels.simd;

import retort.kernels.engine.HostTensor;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Pool2dSpec.Kind;

/** Pooling of single windows of fewer channels than a vector has lanes, an element at a time. */
final class NarrowWindows {
    private NarrowWindows() {}

    /** Writes y's elements of the windows begin .. end - 1 of a row. */
    static void forward(SimdPool2d.Windows all, int row, int begin, int end, HostTensor x, HostTensor y) {
        Pool2dSpec spec = all.spec();
        int rows = all.rows(row);
        for (int j = begin; j < end; j++) {
            int first = x.offset() + all.first(row, j);
            int columns = all.columns(j);
            int at = y.offset() + (row * spec.outWidth() + j) * spec.channels();
            for (int c = 0; c < spec.channels(); c++) {
                y.array()[at + c] = spec.kind() == Kind.MAX
                        ? x.array()[largest(all, rows, columns, x.array(), first + c)]
                        : mean(all, rows, columns, x.array(), first + c);
            }
        }
    }

    /**
     * Adds what the windows begin .. end - 1 of a row pass to dX.
     *
     * @param x null for a mean
     */
    static void gradients(
            SimdPool2d.Windows all, int row, int begin, int end, HostTensor x, HostTensor dY, HostTensor dX) {
        Pool2dSpec spec = all.spec();
        int rows = all.rows(row);
        for (int j = begin; j < end; j++) {
            int first = all.first(row, j);
            int columns = all.columns(j);
            int at = dY.offset() + (row * spec.outWidth() + j) * spec.channels();
            for (int c = 0; c < spec.channels(); c++) {
                float gradient = dY.array()[at + c];
                if (spec.kind() == Kind.MAX) {
                    int element = largest(all, rows, columns, x.array(), x.offset() + first + c);
                    dX.array()[element - x.offset() + dX.offset()] += gradient;
                } else {
                    addToAll(all, rows, columns, gradient, dX.array(), dX.offset() + first + c);
                }
            }
        }
    }

    /** Index of the first of the largest elements of a window; a NaN is larger than any number. */
    private static int largest(SimdPool2d.Windows all, int rows, int columns, float[] x, int first) {
        int best = first;
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int e = first + all.at(r, s);
                if (x[e] > x[best] || Float.isNaN(x[e]) && !Float.isNaN(x[best])) {
                    best = e;
                }
            }
        }
        return best;
    }

    private static float mean(SimdPool2d.Windows all, int rows, int columns, float[] x, int first) {
        float sum = 0;
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                sum += x[first + all.at(r, s)];
            }
        }
        return sum * (1f / (rows * columns));
    }

    private static void addToAll(SimdPool2d.Windows all, int rows, int columns, float gradient, float[] dX, int first) {
        float share = gradient * (1f / (rows * columns));
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                dX[first + all.at(r, s)] += share;
            }
        }
    }
}
