// Ops whose result elements depend on one element of each input.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"
#include "philox.cl"

// x[0 .. count) = value
__kernel GROUP_OF(ELEMENT_ITEMS) void fill(__global float *x, int xOffset, int count, float value) {
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        store_first((floatv)(value), count - e, x + xOffset + e);
    }
}

// y = max(x, 0)
__kernel GROUP_OF(ELEMENT_ITEMS) void relu(
        const __global float *x, int xOffset, __global float *y, int yOffset, int count) {
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        store_first(positive_part(load(x + xOffset + e)), count - e, y + yOffset + e);
    }
}

// y = a + b, or max(a + b, 0)
__kernel GROUP_OF(ELEMENT_ITEMS) void add(
        const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *y, int yOffset,
        int count, int relu) {
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        floatv sum = load(a + aOffset + e) + load(b + bOffset + e);
        store_first(relu ? positive_part(sum) : sum, count - e, y + yOffset + e);
    }
}

// dX = y > 0 ? dY : 0
__kernel GROUP_OF(ELEMENT_ITEMS) void relu_gradient(
        const __global float *y, int yOffset, const __global float *dY, int dYOffset, __global float *dX, int dXOffset,
        int count) {
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        store_first(passed(load(dY + dYOffset + e), load(y + yOffset + e)), count - e, dX + dXOffset + e);
    }
}

// y[i] = kept(i) ? scale x[i] : 0; an item does the elements of one Philox block.
__kernel GROUP_OF(ELEMENT_ITEMS) void dropout(
        const __global float *x, int xOffset, __global float *y, int yOffset, int count, float scale,
        DROPOUT_PARAMETERS) {
    const DropoutKey key = DROPOUT_KEY;
    int block = get_global_id(0);
    int e = PHILOX_WORDS * block;
    if (e >= count) {
        return;
    }
    uint4 words = dropout_words(key, block);
    float4 kept = select(vload4(0, x + xOffset + e) * scale, (float4)(0), words < (uint4)(key.threshold));
    if (e + PHILOX_WORDS <= count) {
        vstore4(kept, 0, y + yOffset + e);
    } else {
        float lane[PHILOX_WORDS];
        vstore4(kept, 0, lane);
        for (int l = 0; e + l < count; l++) {
            y[yOffset + e + l] = lane[l];
        }
    }
}

// In place: x[i][j] += bias[j]; an item does WIDTH columns of a row.
__kernel GROUP_OF(ELEMENT_ITEMS) void add_bias(
        __global float *x, int xOffset, const __global float *bias, int biasOffset, int rows, int columns) {
    int vectors = (columns + WIDTH - 1) / WIDTH;
    int i = get_global_id(0) / vectors;
    int j = get_global_id(0) % vectors * WIDTH;
    if (i < rows) {
        __global float *at = x + xOffset + i * columns + j;
        store_first(load_first(at, columns - j) + load(bias + biasOffset + j), columns - j, at);
    }
}
