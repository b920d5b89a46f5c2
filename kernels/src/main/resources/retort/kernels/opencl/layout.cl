// Copies of images and filters in the layout that the convolutions read: see conv2d.cl.

#ifndef ELEMENT_ITEMS
#define ELEMENT_ITEMS 64
#endif

#define WIDTH 4
#include "vector.cl"

// spread[b][top + i step][left + j step][c] = source[b][i][j][c], zeros elsewhere; an item does one pixel of spread.
__kernel GROUP_OF(ELEMENT_ITEMS) void spread(
        const __global float *source, int sourceOffset, __global float *spread, int spreadOffset, int batch,
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
    __global float *to = spread + spreadOffset + pixel * channels;
    for (int c = 0; c < channels; c += WIDTH) {
        floatv next = inside ? load_first(from + c, channels - c) : (floatv)(0);
        store_first(next, channels - c, to + c);
    }
}

// turned[r][s][o][c] = f[kernelHeight - 1 - r][kernelWidth - 1 - s][c][o]; an item does one element of turned.
__kernel GROUP_OF(ELEMENT_ITEMS) void turn_filter(
        const __global float *f, int fOffset, __global float *turned, int turnedOffset, int taps, int channels,
        int filters) {
    int e = get_global_id(0);
    int tap = e / (channels * filters);
    if (tap < taps) {
        int o = e / channels % filters;
        int c = e % channels;
        turned[turnedOffset + e] = f[fOffset + ((taps - 1 - tap) * channels + c) * filters + o];
    }
}
