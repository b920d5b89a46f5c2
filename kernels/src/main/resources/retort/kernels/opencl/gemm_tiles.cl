// What gemm.cl and gemm_shallow.cl share: columns of register tiles, and where their sums go.

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

#define WIDTH GEMM_WIDTH
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"

#define TILE_COLUMNS (GEMM_VECTORS * WIDTH)

// A product's operands as every function here takes them.
typedef struct {
    const __global float *a;
    const __global float *b;
    int m, n, k;
} Product;

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

// Where a tile's sums go.
typedef struct {
    __global float *c;
    float alpha, beta;
    Epilogue epilogue;
} Destination;

INLINE void put(
        const int rows, Product product, Destination to, int i, int j, int first, int last, const floatv *tile) {
    if (first && last && to.beta == 0 && j + TILE_COLUMNS <= product.n && is_by_column(to.epilogue)) {
        store_by_column(rows, GEMM_VECTORS, to.epilogue, to.alpha, tile, j, product.n, to.c + i * product.n + j);
        return;
    }
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < GEMM_VECTORS; v++) {
            int column = j + v * WIDTH;
            int count = product.n - column;
            if (count <= 0) {
                continue;
            }
            int e = (i + r) * product.n + column;
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
        put(rows, product, to, i, j, p == 0, p + depth == product.k, tile); \
    }

// Rows begin .. end - 1 of C, TILE_COLUMNS columns from j on, products p .. p + depth - 1 of each sum.
INLINE void column_of_tiles(
        const int transA, const int packed, Product product, Destination to, int begin, int end, int j, int p,
        int depth, const __local floatv *panel) {
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
