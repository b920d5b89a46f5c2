// C = alpha op(A) op(B) + beta C and the epilogue, for a device whose work-item is a processor core.
//
// A group is one item and computes GEMM_ROW_BLOCK rows by GEMM_VECTORS * WIDTH columns. It walks over k in blocks: it
// packs that part of B into local memory, one row of the panel after the other, and then multiplies tiles of GEMM_ROWS rows with
// it, whose sums stay in registers. Between the blocks of a long k the sums wait in C. There are no barriers.
// Source: Goto and van de Geijn 2008 (blocking); Van Zee and van de Geijn 2015 (micro-kernel).

// Rows of the packed panel; GEMM_K_BLOCK * GEMM_VECTORS * GEMM_WIDTH * 4 bytes should fit half of the second-level cache.
#ifndef GEMM_K_BLOCK
#define GEMM_K_BLOCK 256
#endif
// Rows of C that use a panel once it is packed.
#ifndef GEMM_ROW_BLOCK
#define GEMM_ROW_BLOCK 192
#endif

#include "gemm_tiles.cl"

// Rows p .. p + depth - 1 of op(B), columns j .. j + TILE_COLUMNS - 1, side by side. Columns past the last hold anything.
INLINE void pack_panel(const int transB, Product product, int p, int depth, int j, __local floatv *panel) {
    if (!transB) {
        const __global float *row = product.b + p * product.n + j;
        for (int q = 0; q < depth; q++) {
            for (int v = 0; v < GEMM_VECTORS; v++) {
                panel[q * GEMM_VECTORS + v] = load(row + min(v * WIDTH, product.n - j));
            }
            row += product.n;
        }
    } else {
        __local float *elements = (__local float *) panel;
        for (int l = 0; l < TILE_COLUMNS; l++) {
            const __global float *column = product.b + min(j + l, product.n - 1) * product.k + p;
            for (int q = 0; q < depth; q++) {
                elements[q * TILE_COLUMNS + l] = column[q];
            }
        }
    }
}

// A group's GEMM_ROW_BLOCK rows by TILE_COLUMNS columns.
#define GEMM(name, transA, transB) \
    __kernel GROUP_OF(1) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, \
            int cOffset, int m, int n, int k, float alpha, float beta, EPILOGUE_PARAMETERS) { \
        __local floatv panel[GEMM_K_BLOCK * GEMM_VECTORS]; \
        const Product product = { a + aOffset, b + bOffset, m, n, k }; \
        const Destination to = { c + cOffset, alpha, beta, EPILOGUE }; \
        int stripes = (n + TILE_COLUMNS - 1) / TILE_COLUMNS; \
        int j = get_group_id(0) % stripes * TILE_COLUMNS; \
        int begin = get_group_id(0) / stripes * GEMM_ROW_BLOCK; \
        int end = min(m, begin + GEMM_ROW_BLOCK); \
        for (int p = 0; p < k; p += GEMM_K_BLOCK) { \
            int depth = min(GEMM_K_BLOCK, k - p); \
            pack_panel(transB, product, p, depth, j, panel); \
            column_of_tiles(transA, 1, product, to, begin, end, j, p, depth, panel); \
        } \
    }

GEMM(gemm_nn, 0, 0)
GEMM(gemm_nt, 0, 1)
GEMM(gemm_tn, 1, 0)
GEMM(gemm_tt, 1, 1)
