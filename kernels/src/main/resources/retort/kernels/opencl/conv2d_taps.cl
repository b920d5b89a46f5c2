// The filter gradient of conv2d.cl for tiles of COUNT elements of the kernel; included once for each count, as gemm_tile.cl is.

// Elements tap .. tap + COUNT - 1 of the kernel, counted r, s, c, times filters from column on, summed over output rows
// first .. last - 1; the sums go to to[tap][column].
APART void JOIN(taps_, COUNT)(
        const __global float *x, const __global float *dY, __global float *to, int height, int width,
        int channels, int run, int filters, int stride, int outHeight, int outWidth, int tap, int column, int first,
        int last) {
    floatv sums[COUNT][CONV_VECTORS];
    int at[COUNT];
#pragma unroll
    for (int q = 0; q < COUNT; q++) {
        at[q] = (tap + q) / run * width * channels + (tap + q) % run;
#pragma unroll
        for (int v = 0; v < CONV_VECTORS; v++) {
            sums[q][v] = 0;
        }
    }
    for (int row = first; row < last; row++) {
        const __global float *pixel =
                x + (row / outHeight * height + row % outHeight * stride) * width * channels;
        const __global float *gradient = dY + row * outWidth * filters + column;
        for (int j = 0; j < outWidth; j++) {
            floatv gs[CONV_VECTORS];
#pragma unroll
            for (int v = 0; v < CONV_VECTORS; v++) {
                gs[v] = load(gradient + v * WIDTH);
            }
#pragma unroll
            for (int q = 0; q < COUNT; q++) {
                float element = pixel[at[q]];
#pragma unroll
                for (int v = 0; v < CONV_VECTORS; v++) {
                    sums[q][v] += element * gs[v];
                }
            }
            pixel += stride * channels;
            gradient += filters;
        }
    }
#pragma unroll
    for (int q = 0; q < COUNT; q++) {
#pragma unroll
        for (int v = 0; v < CONV_VECTORS; v++) {
            int o = column + v * WIDTH;
            if (o < filters) {
                store_first(sums[q][v], filters - o, to + (tap + q) * filters + o);
            }
        }
    }
}
