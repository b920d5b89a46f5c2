// Convolutions over NHWC images as Conv2dSpec.java defines them, for a device whose work-item is a processor core. An item
// computes CONV_PIXELS pixels by CONV_VECTORS vectors of filters (or channels) in registers, straight from the image.

// Vector width, as in gemm.cl.
#ifndef GEMM_WIDTH
#define GEMM_WIDTH 16
#endif
// Pixels of a tile: each loaded filter vector is used so often. CONV_PIXELS * CONV_VECTORS accumulators must fit the registers.
#ifndef CONV_PIXELS
#define CONV_PIXELS 8
#endif
// Vectors of filters of a tile: each loaded pixel is used so often.
#ifndef CONV_VECTORS
#define CONV_VECTORS 2
#endif

#define WIDTH GEMM_WIDTH
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"

#define GEOMETRY_PARAMETERS \
    int batch, int height, int width, int channels, int kernelHeight, int kernelWidth, int filters, int stride, \
            int padding, int outHeight, int outWidth

// f[r,s,c,o] turned into t[r,s,o,c], so that the input gradient too reads vectors; an item does one element.
__kernel GROUP_OF(1) void transpose_filter(
        const __global float *f, int fOffset, __global float *t, int tOffset, int taps, int channels, int filters) {
    int tap = get_group_id(0);
    for (int c = 0; c < channels; c++) {
        for (int o = 0; o < filters; o++) {
            t[tOffset + (tap * filters + o) * channels + c] = f[fOffset + (tap * channels + c) * filters + o];
        }
    }
}

// Where a source pixel lies for a result pixel (i, j) under tap (r, s); -1 outside. Forward the source is the image, for
// the input gradient it is dY and the stride counts backwards.
inline int source_pixel(
        int gradient, int i, int j, int r, int s, int stride, int padding, int sourceHeight, int sourceWidth) {
    int p = gradient ? i + padding - r : i * stride + r - padding;
    int q = gradient ? j + padding - s : j * stride + s - padding;
    if (gradient) {
        if (p < 0 || q < 0 || p % stride != 0 || q % stride != 0) {
            return -1;
        }
        p /= stride;
        q /= stride;
    }
    return p >= 0 && p < sourceHeight && q >= 0 && q < sourceWidth ? p * sourceWidth + q : -1;
}

// result[pixel][o] = sum over taps and source channels of source[pixel'][c] f[tap][c][o]; a group does a tile of pixels and all o.
inline void correlate(
        int gradient, const __global float *source, const __global float *f, __global float *result, int batch,
        int sourceHeight, int sourceWidth, int sourceChannels, int kernelHeight, int kernelWidth, int stride,
        int padding, int resultHeight, int resultWidth, int resultChannels, Epilogue epilogue) {
    int first = get_group_id(0) * CONV_PIXELS;
    int pixels = batch * resultHeight * resultWidth;
    for (int o = 0; o < resultChannels; o += CONV_VECTORS * WIDTH) {
        floatv sums[CONV_PIXELS][CONV_VECTORS];
        for (int q = 0; q < CONV_PIXELS; q++) {
            for (int v = 0; v < CONV_VECTORS; v++) {
                sums[q][v] = 0;
            }
        }
        for (int r = 0; r < kernelHeight; r++) {
            for (int s = 0; s < kernelWidth; s++) {
                int at[CONV_PIXELS];
                for (int q = 0; q < CONV_PIXELS; q++) {
                    int pixel = min(first + q, pixels - 1);
                    int image = pixel / (resultHeight * resultWidth);
                    int i = pixel / resultWidth % resultHeight;
                    int inside = source_pixel(
                            gradient, i, pixel % resultWidth, r, s, stride, padding, sourceHeight, sourceWidth);
                    at[q] = inside < 0 ? -1 : (image * sourceHeight * sourceWidth + inside) * sourceChannels;
                }
                const __global float *taps = f + (r * kernelWidth + s) * sourceChannels * resultChannels + o;
                for (int c = 0; c < sourceChannels; c++) {
                    floatv fs[CONV_VECTORS];
                    for (int v = 0; v < CONV_VECTORS; v++) {
                        fs[v] = load(taps + c * resultChannels + min(v * WIDTH, resultChannels - o));
                    }
                    for (int q = 0; q < CONV_PIXELS; q++) {
                        float x = at[q] < 0 ? 0 : source[at[q] + c];
                        for (int v = 0; v < CONV_VECTORS; v++) {
                            sums[q][v] += x * fs[v];
                        }
                    }
                }
            }
        }
        for (int q = 0; q < CONV_PIXELS && first + q < pixels; q++) {
            for (int v = 0; v < CONV_VECTORS && o + v * WIDTH < resultChannels; v++) {
                int column = o + v * WIDTH;
                int e = (first + q) * resultChannels + column;
                store_first(finished(epilogue, sums[q][v], e, column), resultChannels - column, result + e);
            }
        }
    }
}

__kernel GROUP_OF(1) void conv2d_forward(
        const __global float *x, int xOffset, const __global float *f, int fOffset, __global float *y, int yOffset,
        GEOMETRY_PARAMETERS, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    correlate(
            0, x + xOffset, f + fOffset, y + yOffset, batch, height, width, channels, kernelHeight, kernelWidth,
            stride, padding, outHeight, outWidth, filters, epilogue);
}

// f is the transposed filter.
__kernel GROUP_OF(1) void conv2d_input_gradient(
        const __global float *dY, int dYOffset, const __global float *f, int fOffset, __global float *dX, int dXOffset,
        GEOMETRY_PARAMETERS, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    correlate(
            1, dY + dYOffset, f + fOffset, dX + dXOffset, batch, outHeight, outWidth, filters, kernelHeight,
            kernelWidth, stride, padding, height, width, channels, epilogue);
}

// partial[chunk][tap][c][o] = sum over the output rows of a chunk; a group does one chunk and one tap.
__kernel GROUP_OF(1) void conv2d_filter_gradient(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, __global float *partial,
        int partialOffset, GEOMETRY_PARAMETERS, int chunkRows) {
    int tapCount = kernelHeight * kernelWidth;
    int chunk = get_group_id(0) / tapCount;
    int tap = get_group_id(0) % tapCount;
    int r = tap / kernelWidth;
    int s = tap % kernelWidth;
    int last = min(batch * outHeight, (chunk + 1) * chunkRows);
    for (int c = 0; c < channels; c++) {
        for (int o = 0; o < filters; o += WIDTH) {
            floatv sum = 0;
            for (int row = chunk * chunkRows; row < last; row++) {
                int image = row / outHeight;
                for (int j = 0; j < outWidth; j++) {
                    int inside = source_pixel(0, row % outHeight, j, r, s, stride, padding, height, width);
                    if (inside >= 0) {
                        float value = x[xOffset + (image * height * width + inside) * channels + c];
                        sum += value * load(dY + dYOffset + (row * outWidth + j) * filters + o);
                    }
                }
            }
            int e = ((chunk * tapCount + tap) * channels + c) * filters + o;
            store_first(sum, filters - o, partial + partialOffset + e);
        }
    }
}
