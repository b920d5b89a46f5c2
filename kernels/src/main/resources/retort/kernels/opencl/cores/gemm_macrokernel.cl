// What gemm_packed.cl and gemm_small_k.cl share: columns of register tiles, those at the edge of 4, 2 and 1 rows.

#define WIDTH GEMM_WIDTH
#include "gemm_operands.cl"

#define GEMM_NR (GEMM_NR_VECTORS * WIDTH)

// A product's operands as every function here takes them.
typedef struct {
    const __global float *a;
    const __global float *b;
    int m, n, k;
} Product;

#define PRODUCT { a + aOffset, b + bOffset, m, n, k }

#define ROWS GEMM_MR
#include "cores/gemm_microkernel.cl"
#if GEMM_MR > 4
#define ROWS 4
#include "cores/gemm_microkernel.cl"
#endif
#define ROWS 2
#include "cores/gemm_microkernel.cl"
#define ROWS 1
#include "cores/gemm_microkernel.cl"

// Stores a tile's sums over the first or the last of k's blocks, or over both.
INLINE void put(
        const int rows, Product product, Destination to, int i, int j, int first, int last, const floatv *tile) {
    if (first && last && to.beta == 0 && j + GEMM_NR <= product.n && is_by_column(to.epilogue)) {
        store_by_column(rows, GEMM_NR_VECTORS, to.epilogue, to.alpha, tile, j, product.n, to.c + i * product.n + j);
        return;
    }
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < GEMM_NR_VECTORS; v++) {
            int column = j + v * WIDTH;
            int count = product.n - column;
            if (count <= 0) {
                continue;
            }
            int e = (i + r) * product.n + column;
            floatv value = to.alpha * tile[r * GEMM_NR_VECTORS + v];
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
        floatv tile[GEMM_MR * GEMM_NR_VECTORS]; \
        JOIN(multiply_, rows)(transA, packed, product, i, j, p, depth, panel, tile); \
        put(rows, product, to, i, j, p == 0, p + depth == product.k, tile); \
    }

// Rows begin .. end - 1 of C, GEMM_NR columns from j on, products p .. p + depth - 1 of each sum.
INLINE void column_of_tiles(
        const int transA, const int packed, Product product, Destination to, int begin, int end, int j, int p,
        int depth, const __local floatv *panel) {
    int i = begin;
    TILE(GEMM_MR)
    TILE(4)
    TILE(2)
    TILE(1)
}
