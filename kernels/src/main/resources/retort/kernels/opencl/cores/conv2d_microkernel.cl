// The micro-kernel of conv2d.cl for tiles of COUNT pixels; included once for each count, as gemm_microkernel.cl is.

// tile[q][v] = pixels q = 0 .. COUNT - 1 of an output row, filters from column on. x is the image's first element under
// the first pixel, rowStep leads to the next kernel row, pixelStep to the next pixel, run elements lie side by side.
NOINLINE void JOIN(pixels_, COUNT)(
        const __global float *x, const __global float *f, int kernelHeight, int run, int rowStep,
        int pixelStep, int filters, int column, floatv *tile) {
    floatv sums[COUNT][CONV_VECTORS];
    UNROLLED(q, COUNT) {
        UNROLLED(v, CONV_VECTORS) {
            sums[q][v] = 0;
        }
    }
    const __global float *taps = f + column;
    for (int r = 0; r < kernelHeight; r++) {
        const __global float *row = x + r * rowStep;
        for (int t = 0; t < run; t++) {
            floatv fs[CONV_VECTORS];
            UNROLLED(v, CONV_VECTORS) {
                fs[v] = load(taps + v * WIDTH);
            }
            UNROLLED(q, COUNT) {
                float element = row[q * pixelStep + t];
                UNROLLED(v, CONV_VECTORS) {
                    sums[q][v] += element * fs[v];
                }
            }
            taps += filters;
        }
    }
    UNROLLED(q, COUNT) {
        UNROLLED(v, CONV_VECTORS) {
            tile[q * CONV_VECTORS + v] = sums[q][v];
        }
    }
}

#undef COUNT
