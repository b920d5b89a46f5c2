// The filter gradient of conv2d.cl for tiles of COUNT elements of the kernel; included once for each count.

// Elements tap .. tap + COUNT - 1 of the kernel, counted r, s, c, times filters from column on, summed over output rows
// first .. last - 1; the sums go to to[tap][column].
NOINLINE void JOIN(taps_, COUNT)(
        const __global float *x, const __global float *dY, __global float *to, int height, int width,
        int channels, int run, int filters, int stride, int outHeight, int outWidth, int tap, int column, int first,
        int last) {
    floatv sums[COUNT][CONV_VECTORS];
    int at[COUNT];
    UNROLLED(q, COUNT) {
        at[q] = (tap + q) / run * width * channels + (tap + q) % run;
        UNROLLED(v, CONV_VECTORS) {
            sums[q][v] = 0;
        }
    }
    for (int row = first; row < last; row++) {
        const __global float *pixel =
                x + (row / outHeight * height + row % outHeight * stride) * width * channels;
        const __global float *gradient = dY + row * outWidth * filters + column;
        for (int j = 0; j < outWidth; j++) {
            floatv gs[CONV_VECTORS];
            UNROLLED(v, CONV_VECTORS) {
                gs[v] = load(gradient + v * WIDTH);
            }
            UNROLLED(q, COUNT) {
                float element = pixel[at[q]];
                UNROLLED(v, CONV_VECTORS) {
                    sums[q][v] += element * gs[v];
                }
            }
            pixel += stride * channels;
            gradient += filters;
        }
    }
    UNROLLED(q, COUNT) {
        UNROLLED(v, CONV_VECTORS) {
            int o = column + v * WIDTH;
            if (o < filters) {
                store_first(sums[q][v], filters - o, to + (tap + q) * filters + o);
            }
        }
    }
}

#undef COUNT
