// Products for a device whose work-items run in step and share local memory: C = alpha op(A) op(B) + beta C and the epilogue,
// convolutions as implicit products, and partial sums along k where C alone gives too few groups.
//
// A group computes a tile of C, its items BLOCK_ITEM_N columns of some rows each. Step by step along k it copies a slice of A
// and of B into local memory, the next slice already on its way into registers while one is multiplied.
// Source: Nugteren 2018 (tiling in two levels, parameters); Chetlur et al. 2014 (implicit GEMM).

// Rows of a group's tile of C.
#ifndef BLOCK_M
#define BLOCK_M 128
#endif
// Rows of the tile for a C of few rows.
#ifndef BLOCK_SMALL_M
#define BLOCK_SMALL_M 32
#endif
// Columns of a tile of either height.
#ifndef BLOCK_N
#define BLOCK_N 128
#endif
// Depth of a slice. Twice (BLOCK_M + BLOCK_N) * BLOCK_K * 4 bytes of local memory are taken.
#ifndef BLOCK_K
#define BLOCK_K 8
#endif
// Rows of an item in the large tile; BLOCK_M / BLOCK_ITEM_M * BLOCK_N / BLOCK_ITEM_N items make a group.
#ifndef BLOCK_ITEM_M
#define BLOCK_ITEM_M 8
#endif
// Columns of an item, a multiple of 4.
#ifndef BLOCK_ITEM_N
#define BLOCK_ITEM_N 8
#endif

#define WIDTH 4
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"
#include "adam_update.cl"

#define ITEM_ROWS (BLOCK_M / BLOCK_ITEM_M)
#define ITEM_COLUMNS (BLOCK_N / BLOCK_ITEM_N)
#define BLOCK_ITEMS (ITEM_ROWS * ITEM_COLUMNS)
#define ITEM_VECTORS (BLOCK_ITEM_N / WIDTH)

// What an index of a product's operand means: a multiple of a step; a pixel of a convolution's output, as the place of its first
// element in the image; or an element of its kernel, as the distance from there.
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

#define ROWS_NAME large
#define TILE_M BLOCK_M
#include "gemm_block_tile.cl"
#undef ROWS_NAME
#undef TILE_M
#define ROWS_NAME small
#define TILE_M BLOCK_SMALL_M
#include "gemm_block_tile.cl"
#undef ROWS_NAME
#undef TILE_M

// The sums of all splits for WIDTH columns of a row, added up in order; an item's work in the two kernels below.
#define JOINED_SUMS \
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
__kernel GROUP_OF(BLOCK_ITEMS) void join_splits(
        const __global float *partial, int partialOffset, __global float *c, int cOffset, int m, int n, int splits,
        float alpha, float beta, EPILOGUE_PARAMETERS) {
    const Epilogue epilogue = EPILOGUE;
    JOINED_SUMS
    floatv value = alpha * sum;
    if (beta != 0) {
        value += beta * load_first(c + cOffset + e, n - j);
    }
    store_first(finished(epilogue, value, e, j), n - j, c + cOffset + e);
}

// One step of Adam with the partial sums as gradient.
__kernel GROUP_OF(BLOCK_ITEMS) void join_splits_adam(
        const __global float *partial, int partialOffset, __global float *w, int wOffset, __global float *moment1,
        int moment1Offset, __global float *moment2, int moment2Offset, int m, int n, int splits, ADAM_PARAMETERS) {
    const Adam adam = ADAM;
    JOINED_SUMS
    adam_update(
            adam, sum, n - j, w + wOffset + e, moment1 + moment1Offset + e, moment2 + moment2Offset + e);
}
