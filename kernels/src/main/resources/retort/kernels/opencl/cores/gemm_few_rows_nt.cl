// C = alpha A B' + beta C and the epilogue for few rows, where transposing B would cost more than the product: vectors
// run along k, over A's rows and the rows that B' is stored by. A group, one item, computes all rows of DOT_NR columns:
// it reads those rows of B once from memory, then from the first-level cache, and A again and again from the second
// level.

#define WIDTH GEMM_WIDTH
#include "gemm_operands.cl"

// Sums of neighbouring lanes, a's in the lower half. Four times over 16 vectors this leaves all 16 sums in one vector,
// in order, at a third of the instructions of 16 single sums.
INLINE floatv pair_sums(floatv a, floatv b) {
    return (floatv)(a.even, b.even) + (floatv)(a.odd, b.odd);
}

// Vectors that DOT_MR * DOT_NR sums fill, rounded up to a full tree.
#define DOT_VECTORS ((DOT_MR * DOT_NR + WIDTH - 1) / WIDTH)

INLINE void dot_step(
        const __global float *a[DOT_MR], const __global float *b[DOT_NR], int p, int count,
        floatv sums[DOT_VECTORS * WIDTH]) {
    floatv bs[DOT_NR];
    UNROLLED(c, DOT_NR) {
        bs[c] = count < WIDTH ? mask(load(b[c] + p), count, 0) : load(b[c] + p);
    }
    UNROLLED(r, DOT_MR) {
        floatv as = count < WIDTH ? mask(load(a[r] + p), count, 0) : load(a[r] + p);
        UNROLLED(c, DOT_NR) {
            sums[r * DOT_NR + c] += as * bs[c];
        }
    }
}

// totals[r * DOT_NR + c] = the product of row i + r and column j + c; rows and columns past the last repeat it.
NOINLINE void dot_tile(
        const __global float *a, const __global float *b, int m, int n, int k, int i, int j, float *totals) {
    const __global float *as[DOT_MR];
    const __global float *bs[DOT_NR];
    UNROLLED(r, DOT_MR) {
        as[r] = a + min(i + r, m - 1) * k;
    }
    UNROLLED(c, DOT_NR) {
        bs[c] = b + min(j + c, n - 1) * k;
    }
    floatv sums[DOT_VECTORS * WIDTH];
    UNROLLED(s, DOT_VECTORS * WIDTH) {
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
        UNROLLED(s, count) {
            sums[s] = pair_sums(sums[2 * s], sums[2 * s + 1]);
        }
    }
    UNROLLED(s, DOT_VECTORS) {
        store_private(sums[s], totals + s * WIDTH);
    }
}

__kernel GROUP_OF(1) void gemm_few_rows_nt(GEMM_PARAMETERS) {
    const Destination to = DESTINATION;
    float totals[(DOT_VECTORS + 1) * WIDTH];
    int j = get_group_id(0) * DOT_NR;
    for (int i = 0; i < m; i += DOT_MR) {
        dot_tile(a + aOffset, b + bOffset, m, n, k, i, j, totals);
        for (int r = 0; r < DOT_MR && i + r < m; r++) {
            store_result(to, load_private(totals + r * DOT_NR), (i + r) * n + j, j, min(DOT_NR, n - j));
        }
    }
}
