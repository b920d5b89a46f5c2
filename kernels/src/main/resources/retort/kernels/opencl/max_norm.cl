// Columns that are longer than a limit, cut to it in place: MaxNormSpec.java. An item does WIDTH columns of a chunk of
// rows.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

#define COLUMN_OF_CHUNK \
    int vectors = (units + WIDTH - 1) / WIDTH; \
    int chunk = get_global_id(0) / vectors; \
    int j = get_global_id(0) % vectors * WIDTH; \
    int last = min(inputs, (chunk + 1) * chunkRows); \
    if (chunk * chunkRows >= inputs) { \
        return; \
    }

// squares[chunk][j] = sum of w[i][j]^2 over the rows i of a chunk, in order.
__kernel GROUP_OF(ELEMENT_ITEMS) void column_squares(
        const __global float *w, int wOffset, __global float *squares, int squaresOffset, int inputs, int units,
        int chunkRows) {
    COLUMN_OF_CHUNK
    floatv sum = 0;
    for (int i = chunk * chunkRows; i < last; i++) {
        floatv x = load(w + wOffset + i * units + j);
        sum += x * x;
    }
    store_first(sum, units - j, squares + squaresOffset + chunk * units + j);
}

// Scales a chunk's rows of the columns whose norm, from all chunks' squares, is over the limit and finite.
__kernel GROUP_OF(ELEMENT_ITEMS) void max_norm(
        __global float *w, int wOffset, const __global float *squares, int squaresOffset, int inputs, int units,
        int chunkRows, float limit) {
    COLUMN_OF_CHUNK
    floatv sum = 0;
    for (int other = 0; other * chunkRows < inputs; other++) {
        sum += load_first(squares + squaresOffset + other * units + j, units - j);
    }
    floatv norm = sqrt(sum);
    intv over = norm > (floatv)(limit) && norm < (floatv)(INFINITY);
    floatv factor = select((floatv)(1), limit / norm, over);
    if (any(over)) {
        for (int i = chunk * chunkRows; i < last; i++) {
            __global float *at = w + wOffset + i * units + j;
            store_first(load_first(at, units - j) * factor, units - j, at);
        }
    }
}
