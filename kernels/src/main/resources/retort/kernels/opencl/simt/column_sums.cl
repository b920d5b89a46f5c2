// sums[chunk][j] = sum of x[i][j] over the rows i of a chunk, on a device whose work-items run in step: a group does
// SUM_VECTORS * WIDTH columns of a chunk, SUM_LANES of its rows at a time, and adds the lanes up as a tree.

#define WIDTH SIMT_WIDTH
#include "vector.cl"

__kernel GROUP_OF(SUM_VECTORS * SUM_LANES) void column_sums(
        const __global float *restrict x, int xOffset, __global float *restrict sums, int sumsOffset, int rows,
        int columns, int chunkRows) {
    __local floatv lanes[SUM_LANES * SUM_VECTORS];
    int blocks = (columns + SUM_VECTORS * WIDTH - 1) / (SUM_VECTORS * WIDTH);
    int chunk = get_group_id(0) / blocks;
    int vector = get_local_id(0) % SUM_VECTORS;
    int lane = get_local_id(0) / SUM_VECTORS;
    int j = (get_group_id(0) % blocks * SUM_VECTORS + vector) * WIDTH;
    int last = min(rows, (chunk + 1) * chunkRows);
    floatv sum = 0;
    if (j < columns) {
        for (int i = chunk * chunkRows + lane; i < last; i += SUM_LANES) {
            sum += load(x + xOffset + i * columns + j);
        }
    }
    for (int reach = SUM_LANES / 2; reach > 0; reach /= 2) {
        lanes[get_local_id(0)] = sum;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < reach) {
            sum += lanes[get_local_id(0) + reach * SUM_VECTORS];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (lane == 0 && j < columns) {
        store_first(sum, columns - j, sums + sumsOffset + chunk * columns + j);
    }
}
