// Convolutions over NHWC images as Conv2dSpec.java defines them, for a device whose work-item is a processor core.
//
// Padding is done beforehand, by a copy with a border of zeros, and the input gradient is a forward pass: over dY
// dilated by the stride and padded, under the flipped filter (conv2d_layout.cl). So nothing here has an edge inside,
// and for one kernel row the kernelWidth * channels elements under an output pixel lie side by side in the image as in
// the filter.
// Source: Georganas et al. 2018 (direct, register-blocked).

#define WIDTH GEMM_WIDTH
#include "vector.cl"
#include "epilogue.cl"

#define TILE_FILTERS (CONV_VECTORS * WIDTH)

// Tiles of CONV_PIXELS pixels, or CONV_TAPS elements of the kernel, and those at the edge of 4, 2 and 1.
#define COUNT CONV_PIXELS
#include "cores/conv2d_microkernel.cl"
#if CONV_PIXELS > 4
#define COUNT 4
#include "cores/conv2d_microkernel.cl"
#endif
#define COUNT 2
#include "cores/conv2d_microkernel.cl"
#define COUNT 1
#include "cores/conv2d_microkernel.cl"
#define COUNT CONV_TAPS
#include "cores/conv2d_filter_gradient_microkernel.cl"
#if CONV_TAPS > 4
#define COUNT 4
#include "cores/conv2d_filter_gradient_microkernel.cl"
#endif
#define COUNT 2
#include "cores/conv2d_filter_gradient_microkernel.cl"
#define COUNT 1
#include "cores/conv2d_filter_gradient_microkernel.cl"

#define GEOMETRY_PARAMETERS \
    int height, int width, int channels, int kernelHeight, int kernelWidth, int filters, int stride, int outHeight, \
    int outWidth

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
        GEOMETRY_PARAMETERS, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    int image = get_group_id(0) / outHeight;
    int i = get_group_id(0) % outHeight;
    const __global float *row = x + xOffset + (image * height + i * stride) * width * channels;
    for (int column = 0; column < filters; column += TILE_FILTERS) {
        int j = 0;
        PIXELS(CONV_PIXELS)
        PIXELS(4)
        PIXELS(2)
        PIXELS(1)
    }
}

#define TAPS(taps) \
    for (; tap + taps <= tapCount; tap += taps) { \
        JOIN(taps_, taps)( \
                x + xOffset, dY + dYOffset, to, height, width, channels, kernelWidth * channels, filters, \
                stride, outHeight, outWidth, tap, column, first, last); \
    }

// partial[chunk] = the filter gradient from chunkRows rows of dY, images without padding; a group does one chunk.
__kernel GROUP_OF(1) void conv2d_filter_gradient(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, __global float *partial,
        int partialOffset, GEOMETRY_PARAMETERS, int rows, int chunkRows) {
    int tapCount = kernelHeight * kernelWidth * channels;
    int first = get_group_id(0) * chunkRows;
    int last = min(rows, first + chunkRows);
    __global float *to = partial + partialOffset + get_group_id(0) * tapCount * filters;
    for (int column = 0; column < filters; column += TILE_FILTERS) {
        int tap = 0;
        TAPS(CONV_TAPS)
        TAPS(4)
        TAPS(2)
        TAPS(1)
    }
}
