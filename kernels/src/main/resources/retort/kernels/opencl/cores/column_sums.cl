// Sums over columns on a device whose group is one item, or some that do not wait for each other.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

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
    floatv sum = 0;
    for (int i = chunk * chunkRows; i < last; i++) {
        sum += load(x + xOffset + i * columns + j);
    }
    store_first(sum, columns - j, sums + sumsOffset + chunk * columns + j);
}
