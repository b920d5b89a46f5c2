// C of one row, B not transposed: a group, one item, does GEMV_VECTORS vectors of it, B in long runs.

#define WIDTH GEMM_WIDTH
#include "gemm_operands.cl"

__kernel GROUP_OF(1) void gemv(GEMM_PARAMETERS) {
    const Destination to = DESTINATION;
    int j = get_group_id(0) * GEMV_VECTORS * WIDTH;
    const __global float *row = b + bOffset + j;
    int at[GEMV_VECTORS];
    floatv sums[GEMV_VECTORS];
    UNROLLED(v, GEMV_VECTORS) {
        at[v] = min(v * WIDTH, n - j);
        sums[v] = 0;
    }
    for (int p = 0; p < k; p++) {
        float element = a[aOffset + p];
        UNROLLED(v, GEMV_VECTORS) {
            sums[v] += element * load(row + at[v]);
        }
        row += n;
    }
    floatv totals[GEMV_VECTORS];
    UNROLLED(v, GEMV_VECTORS) {
        totals[v] = sums[v];
    }
    for (int v = 0; v < GEMV_VECTORS && j + v * WIDTH < n; v++) {
        int e = j + v * WIDTH;
        store_result(to, totals[v], e, e, n - e);
    }
}
