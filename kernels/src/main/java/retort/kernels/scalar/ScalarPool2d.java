package retort.kernels.scalar;

import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.Pool2dSpec;

/** The definition of {@link Pool2dSpec}: what it does for the window of each element of y in turn. */
final class ScalarPool2d {
    private final Pool2dSpec spec;

    ScalarPool2d(Pool2dSpec spec) {
        this.spec = spec;
    }

    void run(Operands<HostTensor> o) {
        switch (spec.pass()) {
            case FORWARD -> forward(o.get(0), o.get(1));
            case GRADIENT -> {
                switch (spec.kind()) {
                    case MAX -> maxGradient(o.get(0), o.get(1), o.get(2));
                    case AVERAGE -> averageGradient(o.get(0), o.get(1));
                }
            }
        }
    }

    /** An element of x under a window. */
    private interface Element {
        void accept(int xIndex);
    }

    /** Every element of x under the window of element e of y that lies inside the image. */
    private void forEachUnder(int e, Element body) {
        int channel = e % spec.channels();
        int pixel = e / spec.channels();
        int left = pixel % spec.outWidth() * spec.stride() - spec.padding();
        int top = pixel / spec.outWidth() % spec.outHeight() * spec.stride() - spec.padding();
        int image = pixel / spec.outWidth() / spec.outHeight();
        for (int p = Math.max(top, 0); p < Math.min(top + spec.kernelHeight(), spec.height()); p++) {
            for (int q = Math.max(left, 0); q < Math.min(left + spec.kernelWidth(), spec.width()); q++) {
                body.accept(((image * spec.height() + p) * spec.width() + q) * spec.channels() + channel);
            }
        }
    }

    private void forward(HostTensor x, HostTensor y) {
        for (int e = 0; e < y.size(); e++) {
            y.array()[y.offset() + e] = switch (spec.kind()) {
                case MAX -> x.array()[x.offset() + largestUnder(x, e)];
                case AVERAGE -> (float) (sumUnder(x, e) / countUnder(e));
            };
        }
    }

    private void maxGradient(HostTensor x, HostTensor dY, HostTensor dX) {
        double[] sums = new double[dX.size()];
        for (int e = 0; e < dY.size(); e++) {
            sums[largestUnder(x, e)] += dY.array()[dY.offset() + e];
        }
        store(sums, dX);
    }

    private void averageGradient(HostTensor dY, HostTensor dX) {
        double[] sums = new double[dX.size()];
        for (int e = 0; e < dY.size(); e++) {
            double share = dY.array()[dY.offset() + e] / (double) countUnder(e);
            forEachUnder(e, at -> sums[at] += share);
        }
        store(sums, dX);
    }

    private static void store(double[] sums, HostTensor dX) {
        for (int e = 0; e < sums.length; e++) {
            dX.array()[dX.offset() + e] = (float) sums[e];
        }
    }

    private int countUnder(int e) {
        int[] count = new int[1];
        forEachUnder(e, at -> count[0]++);
        return count[0];
    }

    private double sumUnder(HostTensor x, int e) {
        double[] sum = new double[1];
        forEachUnder(e, at -> sum[0] += x.array()[x.offset() + at]);
        return sum[0];
    }

    /**
     * Index in x of the largest element under the window of element e of y: the first of equals, a NaN before any
     * number.
     */
    private int largestUnder(HostTensor x, int e) {
        int[] largest = {-1};
        forEachUnder(e, at -> {
            if (largest[0] < 0 || isLarger(x.array()[x.offset() + at], x.array()[x.offset() + largest[0]])) {
                largest[0] = at;
            }
        });
        return largest[0];
    }

    private static boolean isLarger(float value, float than) {
        return value > than || Float.isNaN(value) && !Float.isNaN(than);
    }
}
