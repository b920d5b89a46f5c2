// Max and average pooling over NHWC images and their gradients. Outside the image there is nothing; of equals the first
// in row-major order is the largest, and a NaN is larger than any number.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

// An image's extents, the window's, and the result's.
#define GEOMETRY \
    int batch, int height, int width, int channels, int kernelHeight, int kernelWidth, int stride, int padding, \
            int outHeight, int outWidth

// The element that an item does, number e of NHWC images of so many rows and columns: its image, row, column and
// channel c.
#define ITEM_OF(image, row, column, rows, columns) \
    int e = get_global_id(0); \
    if (e >= batch * (rows) * (columns) * channels) { \
        return; \
    } \
    int c = e % channels; \
    int column = e / channels % (columns); \
    int row = e / channels / (columns) % (rows); \
    int image = e / channels / (columns) / (rows)

// Where channel c of a pixel is in such images.
#define INDEX(image, row, column, rows, columns) ((((image) * (rows) + (row)) * (columns) + (column)) * channels + c)

// The first row of an image under the windows of row i of y, and the row after the last; columns likewise.
#define FIRST_UNDER(i) max((i) * stride - padding, 0)
#define END_UNDER(i, kernelExtent, extent) min((i) * stride - padding + (kernelExtent), extent)

// The first row of y whose windows lie over row p of an image, and the last; columns likewise.
#define FIRST_OVER(p, kernelExtent) max(((p) + padding - (kernelExtent) + stride) / stride, 0)
#define LAST_OVER(p, outExtent) min(((p) + padding) / stride, (outExtent) - 1)

// The index in x of the largest element under the window of y[image][i][j][c].
#define LARGEST(image, i, j, c) \
    largest_under(x + xOffset, image, i, j, c, height, width, channels, kernelHeight, kernelWidth, stride, padding)

static int largest_under(
        const __global float *x, int image, int i, int j, int c, int height, int width, int channels, int kernelHeight,
        int kernelWidth, int stride, int padding) {
    int endP = END_UNDER(i, kernelHeight, height);
    int endQ = END_UNDER(j, kernelWidth, width);
    int largest = -1;
    float best = 0;
    for (int p = FIRST_UNDER(i); p < endP; p++) {
        for (int q = FIRST_UNDER(j); q < endQ; q++) {
            int at = INDEX(image, p, q, height, width);
            float value = x[at];
            if (largest < 0 || value > best || (isnan(value) && !isnan(best))) {
                largest = at;
                best = value;
            }
        }
    }
    return largest;
}

// y[b][i][j][c] = the largest element under its window; an item does one element of y.
__kernel GROUP_OF(ELEMENT_ITEMS) void max_pool2d(
        const __global float *x, int xOffset, __global float *y, int yOffset, GEOMETRY) {
    ITEM_OF(image, i, j, outHeight, outWidth);
    y[yOffset + e] = x[xOffset + LARGEST(image, i, j, c)];
}

// dX[b][p][q][c] = the sum of dY over the windows whose largest element it is, in order; an item does one element of
// dX.
__kernel GROUP_OF(ELEMENT_ITEMS) void max_pool2d_gradient(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, __global float *dX, int dXOffset,
        GEOMETRY) {
    ITEM_OF(image, p, q, height, width);
    float sum = 0;
    for (int i = FIRST_OVER(p, kernelHeight); i <= LAST_OVER(p, outHeight); i++) {
        for (int j = FIRST_OVER(q, kernelWidth); j <= LAST_OVER(q, outWidth); j++) {
            if (LARGEST(image, i, j, c) == e) {
                sum += dY[dYOffset + INDEX(image, i, j, outHeight, outWidth)];
            }
        }
    }
    dX[dXOffset + e] = sum;
}

// y[b][i][j][c] = the mean of what lies under its window; an item does one element of y.
__kernel GROUP_OF(ELEMENT_ITEMS) void average_pool2d(
        const __global float *x, int xOffset, __global float *y, int yOffset, GEOMETRY) {
    ITEM_OF(image, i, j, outHeight, outWidth);
    int endP = END_UNDER(i, kernelHeight, height);
    int endQ = END_UNDER(j, kernelWidth, width);
    float sum = 0;
    for (int p = FIRST_UNDER(i); p < endP; p++) {
        for (int q = FIRST_UNDER(j); q < endQ; q++) {
            sum += x[xOffset + INDEX(image, p, q, height, width)];
        }
    }
    y[yOffset + e] = sum / ((endP - FIRST_UNDER(i)) * (endQ - FIRST_UNDER(j)));
}

// dX[b][p][q][c] = the sum of dY over the windows that it lies under, each divided by their pixels, in order; an item
// does one element of dX.
__kernel GROUP_OF(ELEMENT_ITEMS) void average_pool2d_gradient(
        const __global float *dY, int dYOffset, __global float *dX, int dXOffset, GEOMETRY) {
    ITEM_OF(image, p, q, height, width);
    float sum = 0;
    for (int i = FIRST_OVER(p, kernelHeight); i <= LAST_OVER(p, outHeight); i++) {
        int rows = END_UNDER(i, kernelHeight, height) - FIRST_UNDER(i);
        for (int j = FIRST_OVER(q, kernelWidth); j <= LAST_OVER(q, outWidth); j++) {
            int pixels = rows * (END_UNDER(j, kernelWidth, width) - FIRST_UNDER(j));
            sum += dY[dYOffset + INDEX(image, i, j, outHeight, outWidth)] / pixels;
        }
    }
    dX[dXOffset + e] = sum;
}
