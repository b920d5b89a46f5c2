// Sums over columns on a device whose group is one item, or some that do not wait for each other.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"
#include "adam_step.cl"

// The columns from j on of x, its rows from first to last - 1 in order.
INLINE floatv sum_of_rows(const __global float *x, int first, int last, int columns, int j) {
    floatv sum = 0;
    for (int i = first; i < last; i++) {
        sum += load(x + i * columns + j);
    }
    return sum;
}

// sums[chunk][j] = sum of x[i][j] over the rows i of a chunk, in order; a group does ELEMENT_ITEMS * WIDTH columns of a
// chunk.
__kernel GROUP_OF(ELEMENT_ITEMS) void column_sums(
        const __global float *x, int xOffset, __global float *sums, int sumsOffset, int rows, int columns,
        int chunkRows) {
    int blocks = (columns + ELEMENT_ITEMS * WIDTH - 1) / (ELEMENT_ITEMS * WIDTH);
    int chunk = get_group_id(0) / blocks;
    int j = (get_group_id(0) % blocks * ELEMENT_ITEMS + get_local_id(0)) * WIDTH;
    if (j >= columns) {
        return;
    }
    int last = min(rows, (chunk + 1) * chunkRows);
    floatv sum = sum_of_rows(x + xOffset, chunk * chunkRows, last, columns, j);
    store_first(sum, columns - j, sums + sumsOffset + chunk * columns + j);
}

// The same of all rows, which are the gradient of a step of Adam.
__kernel GROUP_OF(ELEMENT_ITEMS) void column_sums_adam(
        const __global float *x, int xOffset, int rows, int columns, ADAM_PARAMETERS) {
    const Adam adam = ADAM;
    int j = get_global_id(0) * WIDTH;
    if (j < columns) {
        adam_step(adam, sum_of_rows(x + xOffset, 0, rows, columns, j), j, columns - j);
    }
}
