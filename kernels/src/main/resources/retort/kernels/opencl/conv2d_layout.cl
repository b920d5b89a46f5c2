// Copies of images and filters in the layout that the convolutions read: see cores/conv2d.cl.

#define WIDTH 4
#include "vector.cl"

// to[b][top + i step][left + j step][c] = source[b][i][j][c], zeros elsewhere; an item does one pixel of it.
__kernel GROUP_OF(ELEMENT_ITEMS) void dilate_and_pad(
        const __global float *source, int sourceOffset, __global float *to, int toOffset, int batch,
        int sourceHeight, int sourceWidth, int channels, int top, int left, int step, int height, int width) {
    int pixel = get_global_id(0);
    int row = pixel / width;
    if (row >= batch * height) {
        return;
    }
    int p = row % height - top;
    int q = pixel % width - left;
    int i = p / step;
    int j = q / step;
    int inside = p >= 0 && q >= 0 && i * step == p && j * step == q && i < sourceHeight && j < sourceWidth;
    const __global float *from =
            source + sourceOffset + ((row / height * sourceHeight + i) * sourceWidth + j) * channels;
    __global float *at = to + toOffset + pixel * channels;
    for (int c = 0; c < channels; c += WIDTH) {
        floatv next = inside ? load_first(from + c, channels - c) : (floatv)(0);
        store_first(next, channels - c, at + c);
    }
}

// flipped[r][s][o][c] = f[kernelHeight - 1 - r][kernelWidth - 1 - s][c][o]; an item does one element of flipped.
__kernel GROUP_OF(ELEMENT_ITEMS) void flip_filter(
        const __global float *f, int fOffset, __global float *flipped, int flippedOffset, int taps, int channels,
        int filters) {
    int e = get_global_id(0);
    int tap = e / (channels * filters);
    if (tap < taps) {
        int o = e / channels % filters;
        int c = e % channels;
        flipped[flippedOffset + e] = f[fOffset + ((taps - 1 - tap) * channels + c) * filters + o];
    }
}
