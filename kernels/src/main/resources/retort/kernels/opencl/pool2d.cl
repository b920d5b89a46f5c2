// Max and average pooling over NHWC images and their gradients. Outside the image there is nothing; of equals the first
// in row-major order is the largest, and a NaN is larger than any number.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

// An image's extents, the window's, and the result's.
#define GEOMETRY \
    int batch, int height, int width, int channels, int kernelHeight, int kernelWidth, int stride, int padding, \
            int outHeight, int outWidth

// The index in x of the largest element under the window of y[image][i][j][c].
#define LARGEST(image, i, j, c) \
    largest_under(x + xOffset, image, i, j, c, height, width, channels, kernelHeight, kernelWidth, stride, padding)

static int largest_under(
        const __global float *x, int image, int i, int j, int c, int height, int width, int channels, int kernelHeight,
        int kernelWidth, int stride, int padding) {
    int top = i * stride - padding;
    int left = j * stride - padding;
    int largest = -1;
    float best = 0;
    for (int p = max(top, 0); p < min(top + kernelHeight, height); p++) {
        for (int q = max(left, 0); q < min(left + kernelWidth, width); q++) {
            int at = ((image * height + p) * width + q) * channels + c;
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
    int e = get_global_id(0);
    if (e >= batch * outHeight * outWidth * channels) {
        return;
    }
    int c = e % channels;
    int j = e / channels % outWidth;
    int i = e / channels / outWidth % outHeight;
    int image = e / channels / outWidth / outHeight;
    y[yOffset + e] = x[xOffset + LARGEST(image, i, j, c)];
}

// dX[b][p][q][c] = the sum of dY over the windows whose largest element it is, in order; an item does one element of
// dX.
__kernel GROUP_OF(ELEMENT_ITEMS) void max_pool2d_gradient(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, __global float *dX, int dXOffset,
        GEOMETRY) {
    int e = get_global_id(0);
    if (e >= batch * height * width * channels) {
        return;
    }
    int c = e % channels;
    int q = e / channels % width;
    int p = e / channels / width % height;
    int image = e / channels / width / height;
    int firstI = max((p + padding - kernelHeight + stride) / stride, 0);
    int firstJ = max((q + padding - kernelWidth + stride) / stride, 0);
    float sum = 0;
    for (int i = firstI; i <= min((p + padding) / stride, outHeight - 1); i++) {
        for (int j = firstJ; j <= min((q + padding) / stride, outWidth - 1); j++) {
            if (LARGEST(image, i, j, c) == e) {
                sum += dY[dYOffset + ((image * outHeight + i) * outWidth + j) * channels + c];
            }
        }
    }
    dX[dXOffset + e] = sum;
}

// The first row of an image under the windows of row i of y, and the row after the last; columns likewise.
#define FIRST_UNDER(i) max((i) * stride - padding, 0)
#define END_UNDER(i, kernelExtent, extent) min((i) * stride - padding + (kernelExtent), extent)

// y[b][i][j][c] = the mean of what lies under its window; an item does one element of y.
__kernel GROUP_OF(ELEMENT_ITEMS) void average_pool2d(
        const __global float *x, int xOffset, __global float *y, int yOffset, GEOMETRY) {
    int e = get_global_id(0);
    if (e >= batch * outHeight * outWidth * channels) {
        return;
    }
    int c = e % channels;
    int j = e / channels % outWidth;
    int i = e / channels / outWidth % outHeight;
    int image = e / channels / outWidth / outHeight;
    int endP = END_UNDER(i, kernelHeight, height);
    int endQ = END_UNDER(j, kernelWidth, width);
    float sum = 0;
    for (int p = FIRST_UNDER(i); p < endP; p++) {
        for (int q = FIRST_UNDER(j); q < endQ; q++) {
            sum += x[xOffset + ((image * height + p) * width + q) * channels + c];
        }
    }
    y[yOffset + e] = sum / ((endP - FIRST_UNDER(i)) * (endQ - FIRST_UNDER(j)));
}

// dX[b][p][q][c] = the sum of dY over the windows that it lies under, each divided by their pixels, in order; an item
// does one element of dX.
__kernel GROUP_OF(ELEMENT_ITEMS) void average_pool2d_gradient(
        const __global float *dY, int dYOffset, __global float *dX, int dXOffset, GEOMETRY) {
    int e = get_global_id(0);
    if (e >= batch * height * width * channels) {
        return;
    }
    int c = e % channels;
    int q = e / channels % width;
    int p = e / channels / width % height;
    int image = e / channels / width / height;
    int firstI = max((p + padding - kernelHeight + stride) / stride, 0);
    int firstJ = max((q + padding - kernelWidth + stride) / stride, 0);
    float sum = 0;
    for (int i = firstI; i <= min((p + padding) / stride, outHeight - 1); i++) {
        int rows = END_UNDER(i, kernelHeight, height) - FIRST_UNDER(i);
        for (int j = firstJ; j <= min((q + padding) / stride, outWidth - 1); j++) {
            int pixels = rows * (END_UNDER(j, kernelWidth, width) - FIRST_UNDER(j));
            sum += dY[dYOffset + ((image * outHeight + i) * outWidth + j) * channels + c] / pixels;
        }
    }
    dX[dXOffset + e] = sum;
}
