// Products for a device whose work-items run in step and share local memory (SIMT): C = alpha op(A) op(B) + beta C and
// the epilogue, convolutions as implicit products, and partial sums along k where C alone gives too few groups (split
// k).
//
// A group computes a tile of C, its items BLOCK_ITEM_N columns of some rows each. Step by step along k it copies a
// slice of A and of B into local memory, the next slice already on its way into registers while one is multiplied.
// Source: Nugteren 2018 (tiling in two levels, parameters); Chetlur et al. 2014 (implicit GEMM).

#define WIDTH SIMT_WIDTH
#include "gemm_operands.cl"

#define ITEM_ROWS (BLOCK_M / BLOCK_ITEM_M)
#define ITEM_COLUMNS (BLOCK_N / BLOCK_ITEM_N)
#define BLOCK_ITEMS (ITEM_ROWS * ITEM_COLUMNS)
#define ITEM_VECTORS (BLOCK_ITEM_N / WIDTH)

// What an index of a product's operand means: a multiple of a step; a pixel of a convolution's output, as the place of
// its first element in the image; or an element of its kernel, as the distance from there.
#define LINEAR 0
#define PIXEL 1
#define TAP 2

typedef struct {
    int outHeight, outWidth, imageStep, lineStep, pixelStep, kernelLineStep, run;
} Geometry;

#define GEOMETRY_PARAMETERS \
    int outHeight, int outWidth, int imageStep, int lineStep, int pixelStep, int kernelLineStep, int run
#define GEOMETRY { outHeight, outWidth, imageStep, lineStep, pixelStep, kernelLineStep, run }

INLINE int place(const int kind, int index, int step, Geometry g) {
    if (kind == PIXEL) {
        int line = index / g.outWidth;
        return line / g.outHeight * g.imageStep + line % g.outHeight * g.lineStep + index % g.outWidth * g.pixelStep;
    }
    return kind == TAP ? index / g.run * g.kernelLineStep + index % g.run : index * step;
}

// A product's operands: element (i, p) of op(A) lies at a[place(i) + place(p)], element (p, j) of op(B) at
// b[p * bDepthStep + j * bColumnStep].
typedef struct {
    const __global float *a;
    const __global float *b;
    int m, n, k;
    int aRowStep, aDepthStep, bDepthStep, bColumnStep;
    Geometry geometry;
} Product;

// The kernels for tiles of TILE_M rows. An item has TILE_ITEM_M of them.
#define TILE_ITEM_M (TILE_M / ITEM_ROWS)
// Padded, so that items which write neighbouring depths of a row hit different banks.
#define TILE_A_LINE (TILE_M + SIMT_PADDING)
#define LOADS_A ((TILE_M * BLOCK_K + BLOCK_ITEMS - 1) / BLOCK_ITEMS)
#define LOADS_B ((BLOCK_N * BLOCK_K + BLOCK_ITEMS - 1) / BLOCK_ITEMS)
#define NAMED(name) JOIN(name, TILE_NAME)

// Neighbouring items read neighbouring elements: along a row or along the depth, whichever lies side by side in memory.
#define A_ROW(e) (alongDepth ? (e) / BLOCK_K : (e) % TILE_M)
#define A_DEPTH(e) (alongDepth ? (e) % BLOCK_K : (e) / TILE_M)
#define B_COLUMN(e) (transB ? (e) / BLOCK_K : (e) % BLOCK_N)
#define B_DEPTH(e) (transB ? (e) % BLOCK_K : (e) / BLOCK_N)

// The tile and the stretch of k that a group has: groups are numbered by column, then by row, then by split.
#define GROUP_TILE(rowKind, depthKind, alongDepth, transB) \
    __local float as[2 * BLOCK_K * TILE_A_LINE]; \
    __local float bs[2 * BLOCK_K * BLOCK_N]; \
    int tileColumns = (n + BLOCK_N - 1) / BLOCK_N; \
    int tileRows = (m + TILE_M - 1) / TILE_M; \
    int j = get_group_id(0) % tileColumns * BLOCK_N; \
    int i = get_group_id(0) / tileColumns % tileRows * TILE_M; \
    int split = get_group_id(0) / (tileColumns * tileRows); \
    floatv sums[TILE_ITEM_M][ITEM_VECTORS]; \
    NAMED(multiply_)( \
            rowKind, depthKind, alongDepth, transB, product, i, j, split * splitDepth, \
            min(k, (split + 1) * splitDepth), as, bs, sums); \
    i += get_local_id(0) / ITEM_COLUMNS * TILE_ITEM_M; \
    j += get_local_id(0) % ITEM_COLUMNS * WIDTH;

#define FOR_EACH_VECTOR(body) \
    UNROLLED(r, TILE_ITEM_M) { \
        UNROLLED(v, ITEM_VECTORS) { \
            int column = j + v * ITEM_COLUMNS * WIDTH; \
            int e = (i + r) * n + column; \
            if (i + r < m && column < n) { \
                body \
            } \
        } \
    }

// A group writes its tile of C; or, where there are several splits, its sums as they are to c[split].
#define STORE \
    if (splitDepth < k) { \
        FOR_EACH_VECTOR(store_first(sums[r][v], n - column, to.c + split * m * n + e);) \
        return; \
    } \
    FOR_EACH_VECTOR(store_result(to, sums[r][v], e, column, n - column);)

#define GEMM_PRODUCT(transA, transB) \
    { a + aOffset, b + bOffset, m, n, k, transA ? 1 : k, transA ? m : 1, transB ? 1 : n, transB ? k : 1 }

#define BLOCK_GEMM(name, transA, transB) \
    __kernel GROUP_OF(BLOCK_ITEMS) void name(GEMM_PARAMETERS, int splitDepth) { \
        const Destination to = DESTINATION; \
        const Product product = GEMM_PRODUCT(transA, transB); \
        GROUP_TILE(LINEAR, LINEAR, !transA, transB) \
        STORE \
    }

#define BLOCK_GEMM_ADAM(name, transA, transB) \
    __kernel GROUP_OF(BLOCK_ITEMS) void name(GEMM_ADAM_PARAMETERS, int splitDepth) { \
        const Adam adam = ADAM; \
        const Product product = GEMM_PRODUCT(transA, transB); \
        GROUP_TILE(LINEAR, LINEAR, !transA, transB) \
        FOR_EACH_VECTOR(adam_step(adam, sums[r][v], e, n - column);) \
    }

// A convolution's output pixels times its filters, or its kernel's elements times the filters of dY: what convolutions
// are as products. Images need no padding, see conv2d_layout.cl.
#define BLOCK_CONV(name, rowKind, depthKind, alongDepth) \
    __kernel GROUP_OF(BLOCK_ITEMS) void name(GEMM_PARAMETERS, int splitDepth, GEOMETRY_PARAMETERS) { \
        const Destination to = DESTINATION; \
        const Product product = { a + aOffset, b + bOffset, m, n, k, 0, 0, n, 1, GEOMETRY }; \
        GROUP_TILE(rowKind, depthKind, alongDepth, 0) \
        STORE \
    }

#define TILE_NAME large
#define TILE_M BLOCK_M
#include "simt/gemm_conv2d_tile.cl"
#define TILE_NAME small
#define TILE_M BLOCK_SMALL_M
#include "simt/gemm_conv2d_tile.cl"

// The sums of all splits for WIDTH columns of a row, added up in order; an item's work in the two kernels below.
#define SUM_OF_SPLITS \
    int vectors = (n + WIDTH - 1) / WIDTH; \
    int i = get_global_id(0) / vectors; \
    int j = get_global_id(0) % vectors * WIDTH; \
    if (i >= m) { \
        return; \
    } \
    int e = i * n + j; \
    floatv sum = load(partial + partialOffset + e); \
    for (int s = 1; s < splits; s++) { \
        sum += load(partial + partialOffset + s * m * n + e); \
    }

// C = alpha (partial sums) + beta C, then the epilogue.
__kernel GROUP_OF(BLOCK_ITEMS) void reduce_splits(
        const __global float *partial, int partialOffset, __global float *c, int cOffset, int m, int n, int splits,
        float alpha, float beta, EPILOGUE_PARAMETERS) {
    const Destination to = DESTINATION;
    SUM_OF_SPLITS
    store_result(to, sum, e, j, n - j);
}

// One step of Adam with the partial sums as gradient.
__kernel GROUP_OF(BLOCK_ITEMS) void reduce_splits_adam(
        const __global float *partial, int partialOffset, int m, int n, int splits, ADAM_PARAMETERS) {
    const Adam adam = ADAM;
    SUM_OF_SPLITS
    adam_step(adam, sum, e, n - j);
}
