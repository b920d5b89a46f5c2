// Sums over columns on a device whose work-items run in step: a group does SUM_VECTORS * WIDTH columns, SUM_LANES rows
// at a time, and adds the lanes up as a tree.

#define WIDTH SIMT_WIDTH
#include "vector.cl"
#include "adam_step.cl"

#define GROUP_COLUMNS (SUM_VECTORS * WIDTH)

// In the items of lane 0, the columns from j on of x, summed over its rows from first to last - 1.
INLINE floatv sum_of_rows(
        const __global float *restrict x, int first, int last, int columns, int j, __local floatv *lanes) {
    int lane = get_local_id(0) / SUM_VECTORS;
    floatv sum = 0;
    if (j < columns) {
        for (int i = first + lane; i < last; i += SUM_LANES) {
            sum += load(x + i * columns + j);
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
    return sum;
}

// sums[chunk][j] = sum of x[i][j] over the rows i of a chunk.
__kernel GROUP_OF(SUM_VECTORS * SUM_LANES) void column_sums(
        const __global float *restrict x, int xOffset, __global float *restrict sums, int sumsOffset, int rows,
        int columns, int chunkRows) {
    __local floatv lanes[SUM_LANES * SUM_VECTORS];
    int blocks = (columns + GROUP_COLUMNS - 1) / GROUP_COLUMNS;
    int chunk = get_group_id(0) / blocks;
    int j = get_group_id(0) % blocks * GROUP_COLUMNS + get_local_id(0) % SUM_VECTORS * WIDTH;
    int last = min(rows, (chunk + 1) * chunkRows);
    floatv sum = sum_of_rows(x + xOffset, chunk * chunkRows, last, columns, j, lanes);
    if (get_local_id(0) < SUM_VECTORS && j < columns) {
        store_first(sum, columns - j, sums + sumsOffset + chunk * columns + j);
    }
}

// The same of all rows, which are the gradient of a step of Adam.
__kernel GROUP_OF(SUM_VECTORS * SUM_LANES) void column_sums_adam(
        const __global float *restrict x, int xOffset, int rows, int columns, ADAM_PARAMETERS) {
    __local floatv lanes[SUM_LANES * SUM_VECTORS];
    const Adam adam = ADAM;
    int j = get_group_id(0) * GROUP_COLUMNS + get_local_id(0) % SUM_VECTORS * WIDTH;
    floatv sum = sum_of_rows(x + xOffset, 0, rows, columns, j, lanes);
    if (get_local_id(0) < SUM_VECTORS && j < columns) {
        adam_step(adam, sum, j, columns - j);
    }
}
