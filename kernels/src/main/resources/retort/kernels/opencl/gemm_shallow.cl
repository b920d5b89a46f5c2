// C = alpha op(A) B + beta C and the epilogue, or G = op(A) B and Adam, for a short k, on a device whose work-item is a processor
// core. B stays in the cache and C does not: a group does GEMM_ROWS whole rows, so that C is walked through in the order it
// lies in memory, and B is read where it is. 21632 x 32 x 1200 with Adam: 37 ms by columns, 18 ms by rows.

#include "gemm_tiles.cl"

#define SHALLOW(transA, adam) \
    int begin = get_group_id(0) * GEMM_ROWS; \
    int end = min(m, begin + GEMM_ROWS); \
    for (int j = 0; j < n; j += TILE_COLUMNS) { \
        column_of_tiles(transA, 0, adam, product, to, begin, end, j, 0, k, 0); \
    }

#define GEMM_SHALLOW(name, transA) \
    __kernel GROUP_OF(1) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, \
            int cOffset, int m, int n, int k, float alpha, float beta, EPILOGUE_PARAMETERS) { \
        const Product product = { a + aOffset, b + bOffset, m, n, k }; \
        const Destination to = { c + cOffset, alpha, beta, EPILOGUE }; \
        SHALLOW(transA, 0) \
    }

GEMM_SHALLOW(gemm_shallow_nn, 0)
GEMM_SHALLOW(gemm_shallow_tn, 1)

#define GEMM_ADAM(name, transA) \
    __kernel GROUP_OF(1) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *w, \
            int wOffset, __global float *moment1, int moment1Offset, __global float *moment2, int moment2Offset, \
            int m, int n, int k, ADAM_PARAMETERS) { \
        const Product product = { a + aOffset, b + bOffset, m, n, k }; \
        const Destination to = { \
            .c = w + wOffset, .m = moment1 + moment1Offset, .v = moment2 + moment2Offset, .adam = ADAM \
        }; \
        SHALLOW(transA, 1) \
    }

GEMM_ADAM(gemm_adam_nn, 0)
GEMM_ADAM(gemm_adam_tn, 1)
