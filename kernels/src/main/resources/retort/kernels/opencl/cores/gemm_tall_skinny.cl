// Tall-and-skinny products: a C of at most one vector's width. Nothing is packed, A and B are read where they are.

#define WIDTH GEMM_WIDTH
#include "gemm_operands.cl"

// tile = up to SKINNY_MR rows of C from row i on, side by side as in C, whose n is at most WIDTH. Rows past the last
// repeat it.
NOINLINE void skinny_tile(
        const int transA, const int transB, const __global float *a, const __global float *b, int m, int n, int k,
        int i, float *tile) {
    const __global float *rows[SKINNY_MR];
    floatv sums[SKINNY_MR];
    UNROLLED(r, SKINNY_MR) {
        rows[r] = a + min(i + r, m - 1) * (transA ? 1 : k);
        sums[r] = 0;
    }
    int step = transA ? m : 1;
    for (int p = 0; p < k; p++) {
        floatv bs;
        if (transB) {
            float lane[WIDTH];
            UNROLLED(l, WIDTH) {
                lane[l] = b[min(l, n - 1) * k + p];
            }
            bs = load_private(lane);
        } else {
            bs = load(b + p * n);
        }
        UNROLLED(r, SKINNY_MR) {
            sums[r] += rows[r][p * step] * bs;
        }
    }
    // In order: each row's unused lanes are where the next row goes.
    UNROLLED(r, SKINNY_MR) {
        store_private(sums[r], tile + r * n);
    }
}

#define GEMM_TALL_SKINNY(name, transA, transB) \
    __kernel GROUP_OF(1) void name(GEMM_PARAMETERS) { \
        const Destination to = DESTINATION; \
        float tile[(SKINNY_MR + 1) * WIDTH]; \
        int i = get_group_id(0) * SKINNY_MR; \
        skinny_tile(transA, transB, a + aOffset, b + bOffset, m, n, k, i, tile); \
        for (int r = 0; r < SKINNY_MR && i + r < m; r++) { \
            store_result(to, load_private(tile + r * n), (i + r) * n, 0, n); \
        } \
    }

GEMM_TALL_SKINNY(gemm_tall_skinny_nn, 0, 0)
GEMM_TALL_SKINNY(gemm_tall_skinny_nt, 0, 1)
GEMM_TALL_SKINNY(gemm_tall_skinny_tn, 1, 0)
GEMM_TALL_SKINNY(gemm_tall_skinny_tt, 1, 1)

// Adam with A' B as gradient. The rows of a tile lie side by side in w too, so it runs over whole vectors.
__kernel GROUP_OF(1) void gemm_adam_tall_skinny(GEMM_ADAM_PARAMETERS) {
    const Adam adam = ADAM;
    float tile[(SKINNY_MR + 1) * WIDTH];
    int i = get_group_id(0) * SKINNY_MR;
    skinny_tile(1, 0, a + aOffset, b + bOffset, m, n, k, i, tile);
    int count = min(SKINNY_MR, m - i) * n;
    for (int t = 0; t < count; t += WIDTH) {
        adam_step(adam, load_private(tile + t), i * n + t, count - t);
    }
}
