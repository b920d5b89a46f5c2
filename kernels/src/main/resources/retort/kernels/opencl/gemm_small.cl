// Products that tiles do not suit: a C of one vector's width, and a C of one row. Nothing is packed, A and B are read where they
// are.

// Vector width, as in gemm_tiles.cl.
#ifndef GEMM_WIDTH
#define GEMM_WIDTH 16
#endif

#define WIDTH GEMM_WIDTH
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"
#include "adam_update.cl"

// Rows of a narrow tile: enough sums side by side to hide the latency of adding to one.
#define NARROW_ROWS 8
// Vectors of the single row that an item computes: as many streams of B as a prefetcher follows.
#define ROW_VECTORS 8

// tile = up to NARROW_ROWS rows of C from row i on, side by side as in C, whose n is at most WIDTH. Rows past the last repeat it.
APART void narrow_tile(
        const int transA, const int transB, const __global float *a, const __global float *b, int m, int n, int k,
        int i, float *tile) {
    const __global float *rows[NARROW_ROWS];
    floatv sums[NARROW_ROWS];
#pragma unroll
    for (int r = 0; r < NARROW_ROWS; r++) {
        rows[r] = a + min(i + r, m - 1) * (transA ? 1 : k);
        sums[r] = 0;
    }
    int step = transA ? m : 1;
    for (int p = 0; p < k; p++) {
        floatv bs;
        if (transB) {
            float lane[WIDTH];
#pragma unroll
            for (int l = 0; l < WIDTH; l++) {
                lane[l] = b[min(l, n - 1) * k + p];
            }
            bs = load_private(lane);
        } else {
            bs = load(b + p * n);
        }
#pragma unroll
        for (int r = 0; r < NARROW_ROWS; r++) {
            sums[r] += rows[r][p * step] * bs;
        }
    }
    // In order: each row's unused lanes are where the next row goes.
#pragma unroll
    for (int r = 0; r < NARROW_ROWS; r++) {
        store_private(sums[r], tile + r * n);
    }
}

#define GEMM_NARROW(name, transA, transB) \
    __kernel GROUP_OF(1) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, \
            int cOffset, int m, int n, int k, float alpha, float beta, EPILOGUE_PARAMETERS) { \
        const Epilogue epilogue = EPILOGUE; \
        float tile[(NARROW_ROWS + 1) * WIDTH]; \
        int i = get_group_id(0) * NARROW_ROWS; \
        narrow_tile(transA, transB, a + aOffset, b + bOffset, m, n, k, i, tile); \
        for (int r = 0; r < NARROW_ROWS && i + r < m; r++) { \
            int e = (i + r) * n; \
            floatv value = alpha * load_private(tile + r * n); \
            if (beta != 0) { \
                value += beta * load_first(c + cOffset + e, n); \
            } \
            store_first(finished(epilogue, value, e, 0), n, c + cOffset + e); \
        } \
    }

GEMM_NARROW(gemm_narrow_nn, 0, 0)
GEMM_NARROW(gemm_narrow_nt, 0, 1)
GEMM_NARROW(gemm_narrow_tn, 1, 0)
GEMM_NARROW(gemm_narrow_tt, 1, 1)

// The rows of a narrow tile lie side by side in w too, so Adam runs over whole vectors.
#define GEMM_ADAM_NARROW(name, transA, transB) \
    __kernel GROUP_OF(1) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *w, \
            int wOffset, __global float *moment1, int moment1Offset, __global float *moment2, int moment2Offset, \
            int m, int n, int k, ADAM_PARAMETERS) { \
        const Adam adam = ADAM; \
        float tile[(NARROW_ROWS + 1) * WIDTH]; \
        int i = get_group_id(0) * NARROW_ROWS; \
        narrow_tile(transA, transB, a + aOffset, b + bOffset, m, n, k, i, tile); \
        int count = min(NARROW_ROWS, m - i) * n; \
        for (int t = 0; t < count; t += WIDTH) { \
            int e = i * n + t; \
            adam_update( \
                    adam, load_private(tile + t), count - t, w + wOffset + e, moment1 + moment1Offset + e, \
                    moment2 + moment2Offset + e); \
        } \
    }

GEMM_ADAM_NARROW(gemm_adam_narrow_nn, 0, 0)
GEMM_ADAM_NARROW(gemm_adam_narrow_nt, 0, 1)
GEMM_ADAM_NARROW(gemm_adam_narrow_tn, 1, 0)
GEMM_ADAM_NARROW(gemm_adam_narrow_tt, 1, 1)

// C of one row, B not transposed: ROW_VECTORS vectors of it, B in long runs.
__kernel GROUP_OF(1) void gemm_row(
        const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, int cOffset,
        int m, int n, int k, float alpha, float beta, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    int j = get_group_id(0) * ROW_VECTORS * WIDTH;
    const __global float *row = b + bOffset + j;
    int at[ROW_VECTORS];
    floatv sums[ROW_VECTORS];
#pragma unroll
    for (int v = 0; v < ROW_VECTORS; v++) {
        at[v] = min(v * WIDTH, n - j);
        sums[v] = 0;
    }
    for (int p = 0; p < k; p++) {
        float element = a[aOffset + p];
#pragma unroll
        for (int v = 0; v < ROW_VECTORS; v++) {
            sums[v] += element * load(row + at[v]);
        }
        row += n;
    }
    floatv totals[ROW_VECTORS];
#pragma unroll
    for (int v = 0; v < ROW_VECTORS; v++) {
        totals[v] = sums[v];
    }
    for (int v = 0; v < ROW_VECTORS && j + v * WIDTH < n; v++) {
        int e = j + v * WIDTH;
        floatv value = alpha * totals[v];
        if (beta != 0) {
            value += beta * load_first(c + cOffset + e, n - e);
        }
        store_first(finished(epilogue, value, e, e), n - e, c + cOffset + e);
    }
}
