// Convolution over NHWC images in which each channel has a filter of its own, and its gradients. An item does WIDTH
// channels of a pixel; x outside the image is 0.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"
#include "epilogue.cl"

// An image's extents, the kernel's, and those of y.
#define GEOMETRY \
    int batch, int height, int width, int channels, int kernelHeight, int kernelWidth, int stride, int padding, \
            int outHeight, int outWidth

// y[b][i][j][c] = the sum over r, s of x[b][i stride + r - padding][j stride + s - padding][c] f[r][s][c]
__kernel GROUP_OF(ELEMENT_ITEMS) void depthwise_conv2d(
        const __global float *x, int xOffset, const __global float *f, int fOffset, __global float *y, int yOffset,
        GEOMETRY, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    int vectors = (channels + WIDTH - 1) / WIDTH;
    int pixel = get_global_id(0) / vectors;
    int c = get_global_id(0) % vectors * WIDTH;
    int image = pixel / outWidth / outHeight;
    if (image >= batch) {
        return;
    }
    int top = pixel / outWidth % outHeight * stride - padding;
    int left = pixel % outWidth * stride - padding;
    floatv sum = 0;
    for (int r = max(-top, 0); r < min(kernelHeight, height - top); r++) {
        for (int s = max(-left, 0); s < min(kernelWidth, width - left); s++) {
            int at = ((image * height + top + r) * width + left + s) * channels + c;
            sum += load(x + xOffset + at) * load(f + fOffset + (r * kernelWidth + s) * channels + c);
        }
    }
    int e = pixel * channels + c;
    store_first(finished(epilogue, sum, e, c), channels - c, y + yOffset + e);
}

// dX[b][p][q][c] = the sum over r, s of dY[b][i][j][c] f[r][s][c], where i stride + r - padding = p, j alike
__kernel GROUP_OF(ELEMENT_ITEMS) void depthwise_conv2d_input_gradient(
        const __global float *dY, int dYOffset, const __global float *f, int fOffset, __global float *dX, int dXOffset,
        GEOMETRY, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    int vectors = (channels + WIDTH - 1) / WIDTH;
    int pixel = get_global_id(0) / vectors;
    int c = get_global_id(0) % vectors * WIDTH;
    int image = pixel / width / height;
    if (image >= batch) {
        return;
    }
    int p = pixel / width % height + padding;
    int q = pixel % width + padding;
    int lastI = min(p / stride, outHeight - 1);
    int lastJ = min(q / stride, outWidth - 1);
    floatv sum = 0;
    for (int i = max((p - kernelHeight + stride) / stride, 0); i <= lastI; i++) {
        for (int j = max((q - kernelWidth + stride) / stride, 0); j <= lastJ; j++) {
            int tap = (p - i * stride) * kernelWidth + q - j * stride;
            int at = ((image * outHeight + i) * outWidth + j) * channels + c;
            sum += load(dY + dYOffset + at) * load(f + fOffset + tap * channels + c);
        }
    }
    int e = pixel * channels + c;
    store_first(finished(epilogue, sum, e, c), channels - c, dX + dXOffset + e);
}

// sums[chunk][r][s][c] = the sum over the rows i of a chunk, counted over all images, and over j of
// x[b][i stride + r - padding][j stride + s - padding][c] dY[b][i][j][c]
__kernel GROUP_OF(ELEMENT_ITEMS) void depthwise_conv2d_filter_gradient(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, __global float *sums,
        int sumsOffset, GEOMETRY, int chunkRows) {
    int vectors = (channels + WIDTH - 1) / WIDTH;
    int taps = kernelHeight * kernelWidth;
    int tap = get_global_id(0) / vectors % taps;
    int chunk = get_global_id(0) / vectors / taps;
    int c = get_global_id(0) % vectors * WIDTH;
    if (chunk * chunkRows >= batch * outHeight) {
        return;
    }
    int r = tap / kernelWidth - padding;
    int s = tap % kernelWidth - padding;
    floatv sum = 0;
    for (int row = chunk * chunkRows; row < min((chunk + 1) * chunkRows, batch * outHeight); row++) {
        int p = row % outHeight * stride + r;
        if (p < 0 || p >= height) {
            continue;
        }
        for (int j = 0; j < outWidth; j++) {
            int q = j * stride + s;
            if (q >= 0 && q < width) {
                int at = ((row / outHeight * height + p) * width + q) * channels + c;
                sum += load(x + xOffset + at) * load(dY + dYOffset + (row * outWidth + j) * channels + c);
            }
        }
    }
    store_first(sum, channels - c, sums + sumsOffset + (chunk * taps + tap) * channels + c);
}
