package retort.kernels.scalar;

import java.util.Arrays;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DepthwiseConv2dSpec;

/** The definition of {@link Conv2dSpec} and {@link DepthwiseConv2dSpec}: their sums, tap by tap. */
final class ScalarConv2d {
    private ScalarConv2d() {}

    static void dense(Conv2dSpec spec, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        switch (spec.pass()) {
            case FORWARD -> convolve(spec, x, filter, y, fused);
            case INPUT_GRADIENT -> convolveInputGradient(spec, x, filter, y, fused);
            case FILTER_GRADIENT -> convolveFilterGradient(spec, x, filter, y);
        }
    }

    private static void convolve(
            Conv2dSpec spec, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        int filters = spec.filters();
        double[] sums = new double[filters];
        forEachOutputPixel(spec, (image, i, j, pixel) -> {
            Arrays.fill(sums, 0);
            forEachTap(spec, image, i, j, (xIndex, fIndex) -> {
                double xValue = x.array()[x.offset() + xIndex];
                int from = filter.offset() + fIndex * filters;
                for (int o = 0; o < filters; o++) {
                    sums[o] += xValue * filter.array()[from + o];
                }
            });
            ScalarEpilogue.store(spec.epilogue(), fused, sums, y, pixel * filters);
        });
    }

    private static void convolveInputGradient(
            Conv2dSpec spec, HostTensor dX, HostTensor filter, HostTensor dY, Fused<HostTensor> fused) {
        int filters = spec.filters();
        double[] sums = new double[dX.size()];
        forEachOutputPixel(
                spec,
                (image, i, j, pixel) -> forEachTap(spec, image, i, j, (xIndex, fIndex) -> {
                    for (int o = 0; o < filters; o++) {
                        sums[xIndex] += (double) dY.array()[dY.offset() + pixel * filters + o]
                                * filter.array()[filter.offset() + fIndex * filters + o];
                    }
                }));
        ScalarEpilogue.store(spec.epilogue(), fused, sums, dX, 0);
    }

    private static void convolveFilterGradient(Conv2dSpec spec, HostTensor x, HostTensor dFilter, HostTensor dY) {
        int filters = spec.filters();
        double[] sums = new double[dFilter.size()];
        forEachOutputPixel(
                spec,
                (image, i, j, pixel) -> forEachTap(spec, image, i, j, (xIndex, fIndex) -> {
                    double xValue = x.array()[x.offset() + xIndex];
                    for (int o = 0; o < filters; o++) {
                        sums[fIndex * filters + o] += xValue * dY.array()[dY.offset() + pixel * filters + o];
                    }
                }));
        for (int e = 0; e < sums.length; e++) {
            dFilter.array()[dFilter.offset() + e] = (float) sums[e];
        }
    }

    static void depthwise(
            DepthwiseConv2dSpec spec, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        HostTensor result = switch (spec.pass()) {
            case FORWARD -> y;
            case INPUT_GRADIENT -> x;
            case FILTER_GRADIENT -> filter;
        };
        double[] sums = new double[result.size()];
        int channels = spec.channels();
        Conv2dSpec geometry = spec.dense();
        forEachOutputPixel(
                geometry,
                (image, i, j, pixel) -> forEachTap(geometry, image, i, j, (xIndex, fIndex) -> {
                    int yIndex = pixel * channels + fIndex % channels;
                    double xValue = x.array()[x.offset() + xIndex];
                    double fValue = filter.array()[filter.offset() + fIndex];
                    double yValue = y.array()[y.offset() + yIndex];
                    switch (spec.pass()) {
                        case FORWARD -> sums[yIndex] += xValue * fValue;
                        case INPUT_GRADIENT -> sums[xIndex] += yValue * fValue;
                        case FILTER_GRADIENT -> sums[fIndex] += xValue * yValue;
                    }
                }));
        ScalarEpilogue.store(spec.epilogue(), fused, sums, result, 0);
    }

    /** A pixel (i, j) of an image's output, and its number among all output pixels of the batch. */
    private interface OutputPixel {
        void accept(int image, int i, int j, int pixel);
    }

    /** One product under a kernel: element xIndex of x goes with the filters at [fIndex, 0..filters). */
    private interface Tap {
        void accept(int xIndex, int fIndex);
    }

    private static void forEachOutputPixel(Conv2dSpec spec, OutputPixel body) {
        int pixel = 0;
        for (int image = 0; image < spec.batch(); image++) {
            for (int i = 0; i < spec.outHeight(); i++) {
                for (int j = 0; j < spec.outWidth(); j++) {
                    body.accept(image, i, j, pixel++);
                }
            }
        }
    }

    /** Every tap under output pixel (i, j) that lies inside the image. */
    private static void forEachTap(Conv2dSpec spec, int image, int i, int j, Tap body) {
        for (int r = 0; r < spec.kernelHeight(); r++) {
            int p = i * spec.stride() + r - spec.padding();
            for (int s = 0; s < spec.kernelWidth(); s++) {
                int q = j * spec.stride() + s - spec.padding();
                if (p >= 0 && p < spec.height() && q >= 0 && q < spec.width()) {
                    for (int channel = 0; channel < spec.channels(); channel++) {
                        body.accept(
                                ((image * spec.height() + p) * spec.width() + q) * spec.channels() + channel,
                                (r * spec.kernelWidth() + s) * spec.channels() + channel);
                    }
                }
            }
        }
    }
}
