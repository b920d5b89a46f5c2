// C = alpha op(A) op(B) + beta C and the epilogue, one step of Adam with op(A) op(B) as gradient, or the sums of one
// stretch of k (split k), for a device whose work-items run in step and share local memory (SIMT). Convolutions are
// products too, of which A is never formed (implicit GEMM).
//
// A group computes a tile of C, its items ITEM_N columns of ITEM_M rows each. Slice by slice along k it copies A and B
// into local memory, the next slice already on its way into registers while one is multiplied.
// Source: Nugteren 2018 (tiling in two levels, parameters); Chetlur et al. 2014 (implicit GEMM).
//
// A program has this one kernel, made for one form of product (ClSimtForm):
//   TILE_M, TILE_N, TILE_K, ITEM_M, ITEM_N   see ClTile
//   ROW_KIND, DEPTH_KIND                     what an index of op(A) means
//   TRANS_A, TRANS_B                         whether A, B lie in memory transposed
//   A_WIDTH, B_WIDTH                         elements fetched at a time: SIMT_WIDTH where all such vectors are aligned
//   ALIGNED                                  that C's vectors are, and those of all that is read or written beside it
//   PARTIAL, FINISHED or ADAM_STEP           what becomes of the sums
//   DROPS                                    whether the epilogue has dropout

#define WIDTH SIMT_WIDTH
#include "gemm_operands.cl"

#define ITEM_COLUMNS (TILE_N / ITEM_N)
#define ITEMS (TILE_M / ITEM_M * ITEM_COLUMNS)
#define ITEM_VECTORS (ITEM_N / WIDTH)

#define OPERAND a
#define OPERAND_WIDTH A_WIDTH
#define BY_DEPTH !TRANS_A
#define TILE_SIDE TILE_M
#include "simt/slice.cl"
#define OPERAND b
#define OPERAND_WIDTH B_WIDTH
#define BY_DEPTH TRANS_B
#define TILE_SIDE TILE_N
#include "simt/slice.cl"

// A multiple of a step; a pixel of a convolution's output, as the place of its first element in the image; or an
// element of its kernel, as the distance from there.
#define LINEAR 0
#define PIXEL 1
#define TAP 2

typedef struct {
    int outHeight, outWidth, imageStep, lineStep, pixelStep, kernelLineStep, run;
} Geometry;

INLINE int place(const int kind, int index, int step, Geometry g) {
    if (kind == PIXEL) {
        int line = index / g.outWidth;
        return line / g.outHeight * g.imageStep + line % g.outHeight * g.lineStep + index % g.outWidth * g.pixelStep;
    }
    return kind == TAP ? index / g.run * g.kernelLineStep + index % g.run : index * step;
}

#if ROW_KIND == LINEAR
#define GEOMETRY_PARAMETERS
#define GEOMETRY { 0 }
#else
#define GEOMETRY_PARAMETERS \
    , int outHeight, int outWidth, int imageStep, int lineStep, int pixelStep, int kernelLineStep, int run
#define GEOMETRY { outHeight, outWidth, imageStep, lineStep, pixelStep, kernelLineStep, run }
#endif

#ifdef PARTIAL
#define PARAMETERS \
    const __global float *restrict a, int aOffset, const __global float *restrict b, int bOffset, \
    __global float *restrict c, int cOffset, int m, int n, int k
#elif defined(FINISHED)
#define PARAMETERS GEMM_PARAMETERS
#else
#define PARAMETERS GEMM_ADAM_PARAMETERS
#endif

// The vectors of an item's tile.
#define FOR_EACH_VECTOR(body) \
    UNROLLED(r, ITEM_M) { \
        UNROLLED(v, ITEM_VECTORS) { \
            body \
        } \
    }
// Those that C has, vector v of row r at its element e.
#define FOR_EACH_VECTOR_OF_C(body) \
    FOR_EACH_VECTOR( \
        int row = i + top + r; \
        int column = j + left + v * ITEM_COLUMNS * WIDTH; \
        int e = row * n + column; \
        if (row < m && column < n) { \
            body \
        })

// Groups are numbered by column, then by row, then by split.
__kernel GROUP_OF(ITEMS) void product(PARAMETERS, int splitDepth GEOMETRY_PARAMETERS) {
    __local float as[2 * TILE_K * line_a] __attribute__((aligned(16)));
    __local float bs[2 * TILE_K * line_b] __attribute__((aligned(16)));
    const Geometry geometry = GEOMETRY;
    int tileColumns = (n + TILE_N - 1) / TILE_N;
    int tileRows = (m + TILE_M - 1) / TILE_M;
    int j = get_group_id(0) % tileColumns * TILE_N;
    int i = get_group_id(0) / tileColumns % tileRows * TILE_M;
    int split = get_group_id(0) / (tileColumns * tileRows);
    int begin = split * splitDepth;
    int end = min(k, begin + splitDepth);
    int item = get_local_id(0);
    int top = item / ITEM_COLUMNS * ITEM_M;
    int left = item % ITEM_COLUMNS * WIDTH;

    // Where the rows of A and the columns of B begin that this item fetches; -1 for none.
    int rowPlace[fetches_a];
    int columnPlace[fetches_b];
    UNROLLED(s, fetches_a) {
        int row = i + side_a(item + s * ITEMS);
        rowPlace[s] = row < m ? aOffset + place(ROW_KIND, row, TRANS_A ? 1 : k, geometry) : -1;
    }
    UNROLLED(s, fetches_b) {
        int column = j + side_b(item + s * ITEMS);
        columnPlace[s] = column < n ? bOffset + column * (TRANS_B ? k : 1) : -1;
    }
    floatv sums[ITEM_M][ITEM_VECTORS];
    FOR_EACH_VECTOR(sums[r][v] = 0;)
#ifdef ADAM_STEP
    // On its way while the gradient is computed, which takes less time: 21632 x 1200 with a k of 32 takes 228 us
    // instead of 328 on an H100.
    const Adam adam = ADAM;
    AdamState state[ITEM_M][ITEM_VECTORS];
    FOR_EACH_VECTOR_OF_C(state[r][v] = adam_state(adam, e, n - column);)
#endif
    vector_a nextA[fetches_a];
    vector_b nextB[fetches_b];
    // One more round than slices: each fetches its slice and multiplies the one before.
    int slices = (end - begin + TILE_K - 1) / TILE_K;
    for (int slice = 0; slice <= slices; slice++) {
        int p = begin + slice * TILE_K;
        if (slice < slices) {
            UNROLLED(s, fetches_a) {
                int depth = p + depth_a(item + s * ITEMS);
                int from = rowPlace[s] + place(DEPTH_KIND, depth, TRANS_A ? m : 1, geometry);
                nextA[s] = rowPlace[s] >= 0 && depth < end ? *(const __global vector_a *) (a + from) : 0;
            }
            UNROLLED(s, fetches_b) {
                int depth = p + depth_b(item + s * ITEMS);
                int from = columnPlace[s] + depth * (TRANS_B ? 1 : n);
                nextB[s] = columnPlace[s] >= 0 && depth < end ? *(const __global vector_b *) (b + from) : 0;
            }
        }
        if (slice > 0) {
            const __local float *sliceA = as + (slice - 1) % 2 * TILE_K * line_a + top;
            const __local float *sliceB = bs + (slice - 1) % 2 * TILE_K * line_b + left;
            UNROLLED(q, TILE_K) {
                float rows[ITEM_M];
                floatv columns[ITEM_VECTORS];
                UNROLLED(u, ITEM_M / WIDTH) {
                    store_private(*(const __local floatv *) (sliceA + q * line_a + u * WIDTH), rows + u * WIDTH);
                }
                UNROLLED(v, ITEM_VECTORS) {
                    columns[v] = *(const __local floatv *) (sliceB + q * line_b + v * ITEM_COLUMNS * WIDTH);
                }
                UNROLLED(r, ITEM_M) {
                    UNROLLED(v, ITEM_VECTORS) {
                        sums[r][v] += rows[r] * columns[v];
                    }
                }
            }
        }
        if (slice < slices) {
            UNROLLED(s, fetches_a) {
                keep_a(nextA[s], item + s * ITEMS, as + slice % 2 * TILE_K * line_a);
            }
            UNROLLED(s, fetches_b) {
                keep_b(nextB[s], item + s * ITEMS, bs + slice % 2 * TILE_K * line_b);
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

#ifdef PARTIAL
    __global float *partial = c + cOffset + split * m * n;
    FOR_EACH_VECTOR_OF_C(store_first(sums[r][v], n - column, partial + e);)
#elif defined(FINISHED)
    const Destination to = DESTINATION;
    FOR_EACH_VECTOR_OF_C(store_result(to, sums[r][v], e, column, n - column);)
#else
    FOR_EACH_VECTOR_OF_C(adam_update(adam, state[r][v], sums[r][v], e, n - column);)
#endif
}
