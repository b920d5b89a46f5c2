// C = alpha op(A) op(B) + beta C and the epilogue, for a device whose work-item is a processor core.
//
// A group is one item and computes GEMM_ROW_BLOCK rows by GEMM_VECTORS * WIDTH columns. It walks over k in blocks: it
// packs that part of B into local memory, one row of the panel after the other, and then multiplies tiles of GEMM_ROWS rows with
// it, whose sums stay in registers. Between the blocks of a long k the sums wait in C. There are no barriers.
// Source: Goto and van de Geijn 2008 (blocking); Van Zee and van de Geijn 2015 (micro-kernel).

// Floats in a vector: the device's widest register.
#ifndef GEMM_WIDTH
#define GEMM_WIDTH 16
#endif
// Rows of a tile: each vector of B is used so often once it is loaded.
#ifndef GEMM_ROWS
#define GEMM_ROWS 8
#endif
// Vectors of a tile's row: each element of A is used so often. GEMM_ROWS * GEMM_VECTORS accumulators, the vectors of B and one
// element of A must fit the registers (16 with AVX2, 32 with AVX-512).
#ifndef GEMM_VECTORS
#define GEMM_VECTORS 3
#endif
// Rows of the packed panel; GEMM_K_BLOCK * GEMM_VECTORS * GEMM_WIDTH * 4 bytes should fit half of the second-level cache.
#ifndef GEMM_K_BLOCK
#define GEMM_K_BLOCK 256
#endif
// Rows of C that use a panel once it is packed.
#ifndef GEMM_ROW_BLOCK
#define GEMM_ROW_BLOCK 192
#endif

#define WIDTH GEMM_WIDTH
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"
#include "adam_update.cl"
#include "gemm_small.cl"
#include "gemm_dot.cl"

#define TILE_COLUMNS (GEMM_VECTORS * WIDTH)

// A product's operands as every function here takes them.
typedef struct {
    const __global float *a;
    const __global float *b;
    int m, n, k;
} Product;

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

#define ROWS GEMM_ROWS
#include "gemm_tile.cl"
#undef ROWS
#if GEMM_ROWS > 4
#define ROWS 4
#include "gemm_tile.cl"
#undef ROWS
#endif
#if GEMM_ROWS > 2
#define ROWS 2
#include "gemm_tile.cl"
#undef ROWS
#endif
#define ROWS 1
#include "gemm_tile.cl"
#undef ROWS

// Where a tile's sums go: to C, or through Adam to the parameters.
typedef struct {
    __global float *c;
    float alpha, beta;
    Epilogue epilogue;
    __global float *m;
    __global float *v;
    Adam adam;
} Destination;

INLINE void put(
        const int rows, const int adam, Product product, Destination to, int i, int j, int first, int last,
        const floatv *tile) {
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < GEMM_VECTORS; v++) {
            int column = j + v * WIDTH;
            int count = product.n - column;
            if (count <= 0) {
                continue;
            }
            int e = (i + r) * product.n + column;
            if (adam) {
                adam_update(to.adam, tile[r * GEMM_VECTORS + v], count, to.c + e, to.m + e, to.v + e);
                continue;
            }
            floatv value = to.alpha * tile[r * GEMM_VECTORS + v];
            if (!first) {
                value += load_first(to.c + e, count);
            } else if (to.beta != 0) {
                value += to.beta * load_first(to.c + e, count);
            }
            store_first(last ? finished(to.epilogue, value, e, column) : value, count, to.c + e);
        }
    }
}

#define TILE(rows) \
    for (; i + rows <= end; i += rows) { \
        floatv tile[GEMM_ROWS * GEMM_VECTORS]; \
        JOIN(multiply_, rows)(transA, packed, product, i, j, p, depth, panel, tile); \
        put(rows, adam, product, to, i, j, p == 0, p + depth == product.k, tile); \
    }

// Rows begin .. end - 1 of C, TILE_COLUMNS columns from j on, products p .. p + depth - 1 of each sum.
INLINE void column_of_tiles(
        const int transA, const int packed, const int adam, Product product, Destination to, int begin, int end,
        int j, int p, int depth, const __local floatv *panel) {
    int i = begin;
    TILE(GEMM_ROWS)
#if GEMM_ROWS > 4
    TILE(4)
#endif
#if GEMM_ROWS > 2
    TILE(2)
#endif
    TILE(1)
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
            column_of_tiles(transA, 1, 0, product, to, begin, end, j, p, depth, panel); \
        } \
    }

GEMM(gemm_nn, 0, 0)
GEMM(gemm_nt, 0, 1)
GEMM(gemm_tn, 1, 0)
GEMM(gemm_tt, 1, 1)

// A B that stays in the cache and a C that does not: a group does GEMM_ROWS whole rows, so that C is walked through in the
// order it lies in memory, and B is read where it is. 21632 x 32 x 1200 with Adam: 37 ms by columns, 24 ms by rows.
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
