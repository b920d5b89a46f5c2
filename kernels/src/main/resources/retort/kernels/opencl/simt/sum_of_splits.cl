// What product.cl does with its sums, where they are partial sums of several splits of k. SPLIT_LANES items share a
// vector of a row, sum some of its splits each and add up as a tree. FINISHED or ADAM_STEP, DROPS and ALIGNED as there.

#define WIDTH SIMT_WIDTH
#include "gemm_operands.cl"

#ifdef FINISHED
#define RESULT_PARAMETERS __global float *restrict c, int cOffset, float alpha, float beta, EPILOGUE_PARAMETERS
#else
#define RESULT_PARAMETERS ADAM_PARAMETERS
#endif

// Vectors of a group: neighbouring items have neighbouring ones.
#define VECTORS (SPLIT_SUM_ITEMS / SPLIT_LANES)

__kernel GROUP_OF(SPLIT_SUM_ITEMS) void sum_of_splits(
        const __global float *restrict partial, int partialOffset, int m, int n, int splits, RESULT_PARAMETERS) {
    __local floatv laneSums[SPLIT_SUM_ITEMS];
    int item = get_local_id(0);
    int lane = item / VECTORS;
    int vectors = (n + WIDTH - 1) / WIDTH;
    int vector = get_group_id(0) * VECTORS + item % VECTORS;
    int i = vector / vectors;
    int j = vector % vectors * WIDTH;
    int e = i * n + j;
    floatv sum = 0;
    if (i < m) {
        const __global float *from = partial + partialOffset + e;
        // The loads of several rounds are under way together.
        _Pragma("unroll 4") for (int s = lane; s < splits; s += SPLIT_LANES) {
            sum += load(from + s * m * n);
        }
    }
    for (int reach = SPLIT_LANES / 2; reach > 0; reach /= 2) {
        laneSums[item] = sum;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < reach) {
            sum += laneSums[item + reach * VECTORS];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (lane > 0 || i >= m) {
        return;
    }
#ifdef FINISHED
    const Destination to = DESTINATION;
    store_result(to, sum, e, j, n - j);
#else
    const Adam adam = ADAM;
    adam_step(adam, sum, e, n - j);
#endif
}
