// C = alpha A B' + beta C and the epilogue for few rows, where transposing B would cost more than the product: vectors run along
// k, over A's rows and the rows that B' is stored by. A group, one item, computes all rows of DOT_COLUMNS columns: it reads
// those rows of B once from memory, then from the first-level cache, and A again and again from the second level.

// Vector width, as in gemm_tiles.cl.
#ifndef GEMM_WIDTH
#define GEMM_WIDTH 16
#endif

#define WIDTH GEMM_WIDTH
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"

// Rows of a tile.
#ifndef DOT_ROWS
#define DOT_ROWS 4
#endif
// Columns of a tile: more of them than rows, since a row of A comes from further away.
#ifndef DOT_COLUMNS
#define DOT_COLUMNS 6
#endif

// Sums of neighbouring lanes, a's in the lower half. Four times over 16 vectors this leaves all 16 sums in one vector, in
// order, at a third of the instructions of 16 single sums.
INLINE floatv pair_sums(floatv a, floatv b) {
    return (floatv)(a.even, b.even) + (floatv)(a.odd, b.odd);
}

// Vectors that DOT_ROWS * DOT_COLUMNS sums fill, rounded up to a full tree.
#define DOT_VECTORS ((DOT_ROWS * DOT_COLUMNS + WIDTH - 1) / WIDTH)

INLINE void dot_step(
        const __global float *a[DOT_ROWS], const __global float *b[DOT_COLUMNS], int p, int count,
        floatv sums[DOT_VECTORS * WIDTH]) {
    floatv bs[DOT_COLUMNS];
#pragma unroll
    for (int c = 0; c < DOT_COLUMNS; c++) {
        bs[c] = count < WIDTH ? mask(load(b[c] + p), count, 0) : load(b[c] + p);
    }
#pragma unroll
    for (int r = 0; r < DOT_ROWS; r++) {
        floatv as = count < WIDTH ? mask(load(a[r] + p), count, 0) : load(a[r] + p);
#pragma unroll
        for (int c = 0; c < DOT_COLUMNS; c++) {
            sums[r * DOT_COLUMNS + c] += as * bs[c];
        }
    }
}

// totals[r * DOT_COLUMNS + c] = the product of row i + r and column j + c; rows and columns past the last repeat it.
APART void dot_tile(
        const __global float *a, const __global float *b, int m, int n, int k, int i, int j, float *totals) {
    const __global float *as[DOT_ROWS];
    const __global float *bs[DOT_COLUMNS];
#pragma unroll
    for (int r = 0; r < DOT_ROWS; r++) {
        as[r] = a + min(i + r, m - 1) * k;
    }
#pragma unroll
    for (int c = 0; c < DOT_COLUMNS; c++) {
        bs[c] = b + min(j + c, n - 1) * k;
    }
    floatv sums[DOT_VECTORS * WIDTH];
#pragma unroll
    for (int s = 0; s < DOT_VECTORS * WIDTH; s++) {
        sums[s] = 0;
    }
    int whole = k & ~(WIDTH - 1);
    for (int p = 0; p < whole; p += WIDTH) {
        dot_step(as, bs, p, WIDTH, sums);
    }
    if (whole < k) {
        dot_step(as, bs, whole, k - whole, sums);
    }
#pragma unroll
    for (int count = DOT_VECTORS * WIDTH / 2; count >= DOT_VECTORS; count /= 2) {
#pragma unroll
        for (int s = 0; s < count; s++) {
            sums[s] = pair_sums(sums[2 * s], sums[2 * s + 1]);
        }
    }
#pragma unroll
    for (int s = 0; s < DOT_VECTORS; s++) {
        store_private(sums[s], totals + s * WIDTH);
    }
}

__kernel GROUP_OF(1) void gemm_dot(
        const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, int cOffset,
        int m, int n, int k, float alpha, float beta, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    float totals[(DOT_VECTORS + 1) * WIDTH];
    int j = get_group_id(0) * DOT_COLUMNS;
    int count = min(DOT_COLUMNS, n - j);
    for (int i = 0; i < m; i += DOT_ROWS) {
        dot_tile(a + aOffset, b + bOffset, m, n, k, i, j, totals);
        for (int r = 0; r < DOT_ROWS && i + r < m; r++) {
            int e = (i + r) * n + j;
            floatv value = alpha * load_private(totals + r * DOT_COLUMNS);
            if (beta != 0) {
                value += beta * load_first(c + cOffset + e, count);
            }
            store_first(finished(epilogue, value, e, j), count, c + cOffset + e);
        }
    }
}
