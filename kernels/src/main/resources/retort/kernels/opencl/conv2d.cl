// Convolutions over NHWC images as Conv2dSpec.java defines them, for a device whose work-item is a processor core.
//
// Padding is done beforehand, by a copy with a border of zeros, and the input gradient is a forward pass: over dY spread out by
// the stride with a border, under the filter turned around (layout.cl). So nothing here has an edge inside, and for one kernel row the
// kernelWidth * channels elements under an output pixel lie side by side in the image as in the filter.
// Source: Georganas et al. 2018 (direct, register-blocked).

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
// Elements of the kernel in a tile of the filter gradient; CONV_TAPS * CONV_VECTORS accumulators.
#ifndef CONV_TAPS
#define CONV_TAPS 9
#endif

#define WIDTH GEMM_WIDTH
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"

#define TILE_FILTERS (CONV_VECTORS * WIDTH)

#define COUNT CONV_PIXELS
#include "conv2d_pixels.cl"
#undef COUNT
#if CONV_PIXELS > 4
#define COUNT 4
#include "conv2d_pixels.cl"
#undef COUNT
#endif
#if CONV_PIXELS > 2
#define COUNT 2
#include "conv2d_pixels.cl"
#undef COUNT
#endif
#if CONV_PIXELS > 1
#define COUNT 1
#include "conv2d_pixels.cl"
#undef COUNT
#endif

// Stores a tile whose first pixel is the result's element e and those after it.
INLINE void finish_pixels(
        const int pixels, Epilogue epilogue, const floatv *tile, int e, int column, int filters, __global float *y) {
    if (is_by_column(epilogue) && column + TILE_FILTERS <= filters) {
        store_by_column(pixels, CONV_VECTORS, epilogue, 1, tile, column, filters, y + e + column);
        return;
    }
    for (int q = 0; q < pixels; q++) {
        for (int v = 0; v < CONV_VECTORS; v++) {
            int o = column + v * WIDTH;
            int at = e + q * filters + o;
            if (o < filters) {
                store_first(finished(epilogue, tile[q * CONV_VECTORS + v], at, o), filters - o, y + at);
            }
        }
    }
}

#define PIXELS(pixels) \
    for (; j + pixels <= outWidth; j += pixels) { \
        floatv tile[CONV_PIXELS * CONV_VECTORS]; \
        JOIN(pixels_, pixels)( \
                row + j * stride * channels, f + fOffset, kernelHeight, kernelWidth * channels, \
                width * channels, stride * channels, filters, column, tile); \
        int e = (get_group_id(0) * outWidth + j) * filters; \
        finish_pixels(pixels, epilogue, tile, e, column, filters, y + yOffset); \
    }

// y = the convolution of images that need no padding, and the epilogue; a group does one row of one image's output.
__kernel GROUP_OF(1) void conv2d(
        const __global float *x, int xOffset, const __global float *f, int fOffset, __global float *y, int yOffset,
        int height, int width, int channels, int kernelHeight, int kernelWidth, int filters, int stride,
        int outHeight, int outWidth, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    int image = get_group_id(0) / outHeight;
    int i = get_group_id(0) % outHeight;
    const __global float *row = x + xOffset + (image * height + i * stride) * width * channels;
    for (int column = 0; column < filters; column += TILE_FILTERS) {
        int j = 0;
        PIXELS(CONV_PIXELS)
#if CONV_PIXELS > 4
        PIXELS(4)
#endif
#if CONV_PIXELS > 2
        PIXELS(2)
#endif
#if CONV_PIXELS > 1
        PIXELS(1)
#endif
    }
}

#define COUNT CONV_TAPS
#include "conv2d_taps.cl"
#undef COUNT
#if CONV_TAPS > 4
#define COUNT 4
#include "conv2d_taps.cl"
#undef COUNT
#endif
#if CONV_TAPS > 2
#define COUNT 2
#include "conv2d_taps.cl"
#undef COUNT
#endif
#if CONV_TAPS > 1
#define COUNT 1
#include "conv2d_taps.cl"
#undef COUNT
#endif

#define TAPS(taps) \
    for (; tap + taps <= tapCount; tap += taps) { \
        JOIN(taps_, taps)( \
                x + xOffset, dY + dYOffset, to, height, width, channels, kernelWidth * channels, filters, \
                stride, outHeight, outWidth, tap, column, first, last); \
    }

// partial[chunk] = the filter gradient from chunkRows rows of dY, images without padding; a group does one chunk.
__kernel GROUP_OF(1) void conv2d_filter_gradient(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, __global float *partial,
        int partialOffset, int height, int width, int channels, int kernelHeight, int kernelWidth, int filters,
        int stride, int outHeight, int outWidth, int rows, int chunkRows) {
    int tapCount = kernelHeight * kernelWidth * channels;
    int first = get_group_id(0) * chunkRows;
    int last = min(rows, first + chunkRows);
    __global float *to = partial + partialOffset + get_group_id(0) * tapCount * filters;
    for (int column = 0; column < filters; column += TILE_FILTERS) {
        int tap = 0;
        TAPS(CONV_TAPS)
#if CONV_TAPS > 4
        TAPS(4)
#endif
#if CONV_TAPS > 2
        TAPS(2)
#endif
#if CONV_TAPS > 1
        TAPS(1)
#endif
    }
}
