// C = op(A) op(B) for small sizes: an item computes DIRECT_ROWS rows by WIDTH columns straight from A and B.

#define DIRECT_ROWS 4

// Element p of WIDTH columns of op(B) from column j on; columns past the last repeat it, they are never stored.
INLINE floatv direct_b(const __global float *b, int transB, int n, int k, int p, int j) {
    if (!transB) {
        return load(b + p * n + j);
    }
    float lane[WIDTH];
    for (int l = 0; l < WIDTH; l++) {
        lane[l] = b[min(j + l, n - 1) * k + p];
    }
    return load_private(lane);
}

// The sums of a tile at row i, column j; rows past the last repeat it.
INLINE void direct_tile(
        const __global float *a, const __global float *b, int m, int n, int k, int transA, int transB, int i, int j,
        floatv *sums) {
    int aRow = transA ? 1 : k;
    int aColumn = transA ? m : 1;
    const __global float *rows[DIRECT_ROWS];
    for (int r = 0; r < DIRECT_ROWS; r++) {
        rows[r] = a + min(i + r, m - 1) * aRow;
        sums[r] = 0;
    }
    for (int p = 0; p < k; p++) {
        floatv bs = direct_b(b, transB, n, k, p, j);
        for (int r = 0; r < DIRECT_ROWS; r++) {
            sums[r] += rows[r][p * aColumn] * bs;
        }
    }
}

#define DIRECT_TILE \
    int columnTiles = (n + WIDTH - 1) / WIDTH; \
    int i = get_global_id(0) / columnTiles * DIRECT_ROWS; \
    int j = get_global_id(0) % columnTiles * WIDTH; \
    if (i >= m) { \
        return; \
    } \
    floatv sums[DIRECT_ROWS]; \
    direct_tile(a + aOffset, b + bOffset, m, n, k, transA, transB, i, j, sums);

__kernel GROUP_OF(DIRECT_ITEMS) void gemm_direct(
        const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, int cOffset,
        int m, int n, int k, int transA, int transB, float alpha, float beta, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    DIRECT_TILE
    for (int r = 0; r < DIRECT_ROWS && i + r < m; r++) {
        int e = (i + r) * n + j;
        floatv v = alpha * sums[r];
        if (beta != 0) {
            v += beta * load_first(c + cOffset + e, n - j);
        }
        store_first(finished(epilogue, v, e, j), n - j, c + cOffset + e);
    }
}

__kernel GROUP_OF(DIRECT_ITEMS) void gemm_adam_direct(
        const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *w, int wOffset,
        __global float *moment1, int moment1Offset, __global float *moment2, int moment2Offset, int m, int n, int k,
        int transA, int transB, ADAM_PARAMETERS) {
    const Adam adam = ADAM;
    DIRECT_TILE
    for (int r = 0; r < DIRECT_ROWS && i + r < m; r++) {
        int e = (i + r) * n + j;
        adam_update(
                adam, sums[r], n - j, w + wOffset + e, moment1 + moment1Offset + e, moment2 + moment2Offset + e);
    }
}
