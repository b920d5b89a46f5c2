// C = alpha op(A) B + beta C and the epilogue, or G = op(A) B and Adam, for a small k, on a device whose work-item is a
// processor core. B stays in the cache and C does not: a group does GEMM_MR whole rows, so that C is walked through in
// the order it lies in memory, and B is read where it is. 21632 x 32 x 1200 with Adam: 37 ms by columns, 18 ms by rows.

#include "cores/gemm_macrokernel.cl"

#define GEMM_SMALL_K(name, transA) \
    __kernel GROUP_OF(1) void name(GEMM_PARAMETERS) { \
        const Product product = PRODUCT; \
        const Destination to = DESTINATION; \
        int begin = get_group_id(0) * GEMM_MR; \
        int end = min(m, begin + GEMM_MR); \
        for (int j = 0; j < n; j += GEMM_NR) { \
            column_of_tiles(transA, 0, product, to, begin, end, j, 0, k, 0); \
        } \
    }

GEMM_SMALL_K(gemm_small_k_nn, 0)
GEMM_SMALL_K(gemm_small_k_tn, 1)

// GEMM_MR rows of G wait in local memory for Adam, which then goes through w, m and v in runs of that length: ADAM_NC
// columns rounded down to whole tiles. 21632 x 32 x 1200 takes 38 ms tile by tile, 30 ms by runs of 640, 24 ms by whole
// rows.
#define GRADIENT_VECTORS (ADAM_NC / GEMM_NR * GEMM_NR_VECTORS)
#define GRADIENT_COLUMNS (GRADIENT_VECTORS * WIDTH)

#define GRADIENT(rows) \
    for (; i + rows <= end; i += rows) { \
        for (int v = 0; v * WIDTH < columns; v += GEMM_NR_VECTORS) { \
            floatv tile[GEMM_MR * GEMM_NR_VECTORS]; \
            JOIN(multiply_, rows)(transA, 0, product, i, j + v * WIDTH, 0, product.k, 0, tile); \
            for (int t = 0; t < rows * GEMM_NR_VECTORS; t++) { \
                gradient[(i - begin + t / GEMM_NR_VECTORS) * GRADIENT_VECTORS + v + t % GEMM_NR_VECTORS] = tile[t]; \
            } \
        } \
    }

// Rows begin .. end - 1 of G, columns from j on; those past the last hold anything.
INLINE void gradient_rows(
        const int transA, Product product, int begin, int end, int j, int columns, __local floatv *gradient) {
    int i = begin;
    GRADIENT(GEMM_MR)
    GRADIENT(4)
    GRADIENT(2)
    GRADIENT(1)
}

// Adam with A' B as gradient.
__kernel GROUP_OF(1) void gemm_adam_small_k(GEMM_ADAM_PARAMETERS) {
    __local floatv gradient[GEMM_MR * GRADIENT_VECTORS];
    const Product product = PRODUCT;
    const Adam adam = ADAM;
    int begin = get_group_id(0) * GEMM_MR;
    int end = min(m, begin + GEMM_MR);
    for (int j = 0; j < n; j += GRADIENT_COLUMNS) {
        int columns = min(GRADIENT_COLUMNS, n - j);
        gradient_rows(1, product, begin, end, j, columns, gradient);
        for (int i = begin; i < end; i++) {
            for (int v = 0; v * WIDTH < columns; v++) {
                floatv g = gradient[(i - begin) * GRADIENT_VECTORS + v];
                adam_step(adam, g, i * n + j + v * WIDTH, columns - v * WIDTH);
            }
        }
    }
}
