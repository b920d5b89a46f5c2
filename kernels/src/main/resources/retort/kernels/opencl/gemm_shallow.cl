// C = alpha op(A) B + beta C and the epilogue, or G = op(A) B and Adam, for a short k, on a device whose work-item is a processor
// core. B stays in the cache and C does not: a group does GEMM_ROWS whole rows, so that C is walked through in the order it
// lies in memory, and B is read where it is. 21632 x 32 x 1200 with Adam: 37 ms by columns, 18 ms by rows.

// Columns of G, rounded down to whole tiles, whose GEMM_ROWS rows wait in local memory for Adam, which then goes through w, m
// and v in runs of that length. As many as the first-level cache holds: 21632 x 32 x 1200 takes 38 ms tile by tile, 30 ms by runs
// of 640, 24 ms by whole rows.
#ifndef ADAM_COLUMNS
#define ADAM_COLUMNS 1280
#endif

#include "gemm_tiles.cl"
#include "adam_update.cl"

#define GEMM_SHALLOW(name, transA) \
    __kernel GROUP_OF(1) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, \
            int cOffset, int m, int n, int k, float alpha, float beta, EPILOGUE_PARAMETERS) { \
        const Product product = { a + aOffset, b + bOffset, m, n, k }; \
        const Destination to = { c + cOffset, alpha, beta, EPILOGUE }; \
        int begin = get_group_id(0) * GEMM_ROWS; \
        int end = min(m, begin + GEMM_ROWS); \
        for (int j = 0; j < n; j += TILE_COLUMNS) { \
            column_of_tiles(transA, 0, product, to, begin, end, j, 0, k, 0); \
        } \
    }

GEMM_SHALLOW(gemm_shallow_nn, 0)
GEMM_SHALLOW(gemm_shallow_tn, 1)

// Vectors and columns of a waiting row of G.
#define GRADIENT_VECTORS (ADAM_COLUMNS / TILE_COLUMNS * GEMM_VECTORS)
#define GRADIENT_COLUMNS (GRADIENT_VECTORS * WIDTH)

#define GRADIENT(rows) \
    for (; i + rows <= end; i += rows) { \
        for (int v = 0; v * WIDTH < columns; v += GEMM_VECTORS) { \
            floatv tile[GEMM_ROWS * GEMM_VECTORS]; \
            JOIN(multiply_, rows)(transA, 0, product, i, j + v * WIDTH, 0, product.k, 0, tile); \
            for (int t = 0; t < rows * GEMM_VECTORS; t++) { \
                gradient[(i - begin + t / GEMM_VECTORS) * GRADIENT_VECTORS + v + t % GEMM_VECTORS] = tile[t]; \
            } \
        } \
    }

// Rows begin .. end - 1 of G, columns from j on; those past the last hold anything.
INLINE void gradient_rows(
        const int transA, Product product, int begin, int end, int j, int columns, __local floatv *gradient) {
    int i = begin;
    GRADIENT(GEMM_ROWS)
#if GEMM_ROWS > 4
    GRADIENT(4)
#endif
#if GEMM_ROWS > 2
    GRADIENT(2)
#endif
    GRADIENT(1)
}

#define GEMM_ADAM(name, transA) \
    __kernel GROUP_OF(1) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *w, \
            int wOffset, __global float *moment1, int moment1Offset, __global float *moment2, int moment2Offset, \
            int m, int n, int k, ADAM_PARAMETERS) { \
        __local floatv gradient[GEMM_ROWS * GRADIENT_VECTORS]; \
        const Product product = { a + aOffset, b + bOffset, m, n, k }; \
        const Adam adam = ADAM; \
        int begin = get_group_id(0) * GEMM_ROWS; \
        int end = min(m, begin + GEMM_ROWS); \
        for (int j = 0; j < n; j += GRADIENT_COLUMNS) { \
            int columns = min(GRADIENT_COLUMNS, n - j); \
            gradient_rows(transA, product, begin, end, j, columns, gradient); \
            for (int i = begin; i < end; i++) { \
                for (int v = 0; v * WIDTH < columns; v++) { \
                    int e = i * n + j + v * WIDTH; \
                    adam_update( \
                            adam, gradient[(i - begin) * GRADIENT_VECTORS + v], columns - v * WIDTH, w + wOffset + e, \
                            moment1 + moment1Offset + e, moment2 + moment2Offset + e); \
                } \
            } \
        } \
    }

GEMM_ADAM(gemm_adam_nn, 0)
GEMM_ADAM(gemm_adam_tn, 1)
