// Weights of fewer bits, in words as WeightPanels lays them out: one panel, whose halves are the left and the right
// half of the columns.

#define WIDTH ELEMENT_WIDTH
#include "gemm_operands.cl"

#define UPPER_HALF 0xFFFF0000

// to = the matrix in float32, row-major; an item does a word: columns lane and lanes + lane of a row.
__kernel GROUP_OF(ELEMENT_ITEMS) void widen_bf16(
        const __global float *restrict words, int wordsOffset, __global float *restrict to, int toOffset, int rows,
        int columns) {
    int lanes = (columns + 1) / 2;
    int row = get_global_id(0) / lanes;
    int lane = get_global_id(0) % lanes;
    if (row < rows) {
        uint word = as_uint(words[wordsOffset + row * lanes + lane]);
        __global float *at = to + toOffset + row * columns + lane;
        at[0] = as_float(word << 16);
        if (lane + lanes < columns) {
            at[lanes] = as_float(word & UPPER_HALF);
        }
    }
}

// The same of int8, where a word has these columns of two rows.
__kernel GROUP_OF(ELEMENT_ITEMS) void widen_int8(
        const __global float *restrict words, int wordsOffset, __global float *restrict to, int toOffset, int rows,
        int columns) {
    int lanes = (columns + 1) / 2;
    int pair = get_global_id(0) / lanes;
    int lane = get_global_id(0) % lanes;
    int pairs = (rows + 1) / 2;
    if (pair < pairs) {
        int word = as_int(words[wordsOffset + pair * lanes + lane]);
        const __global float *scales = words + wordsOffset + pairs * lanes;
        for (int row = 2 * pair; row < min(2 * pair + 2, rows); row++, word >>= 16) {
            __global float *at = to + toOffset + row * columns + lane;
            at[0] = scales[lane] * (word << 24 >> 24);
            if (lane + lanes < columns) {
                at[lanes] = scales[lane + lanes] * (word << 16 >> 24);
            }
        }
    }
}

// One row times a matrix: an item multiplies chunkRows rows of ROW_VECTORS vectors of words, and its sums, for bf16 and
// int8 alike, are some columns of row chunk of partial, which has both halves' columns.
#define ROW_PARAMETERS \
    const __global float *restrict a, int aOffset, const __global float *restrict words, int wordsOffset, \
    __global float *restrict partial, int partialOffset, int rows, int lanes, int chunkRows

#define as_uintv(x) JOIN(as_uint, WIDTH)(x)
#define convert_floatv(x) JOIN(convert_float, WIDTH)(x)

typedef struct {
    int chunk, lane, from, to;
} Share;

INLINE Share share(int rows, int lanes, int chunkRows) {
    int shares = (lanes + ROW_VECTORS * WIDTH - 1) / (ROW_VECTORS * WIDTH);
    int chunk = get_global_id(0) / shares;
    int lane = get_global_id(0) % shares * ROW_VECTORS * WIDTH;
    return (Share) { chunk, lane, chunk * chunkRows, min((chunk + 1) * chunkRows, rows) };
}

INLINE void store_sums(Share own, int lanes, const floatv *left, const floatv *right, __global float *partial) {
    __global float *at = partial + own.chunk * 2 * lanes;
    for (int v = 0; v < ROW_VECTORS && own.lane + v * WIDTH < lanes; v++) {
        int lane = own.lane + v * WIDTH;
        store_first(left[v], lanes - lane, at + lane);
        store_first(right[v], lanes - lane, at + lanes + lane);
    }
}

__kernel GROUP_OF(ELEMENT_ITEMS) void row_by_bf16(ROW_PARAMETERS) {
    Share own = share(rows, lanes, chunkRows);
    floatv left[ROW_VECTORS], right[ROW_VECTORS];
    int at[ROW_VECTORS];
    UNROLLED(v, ROW_VECTORS) {
        left[v] = right[v] = 0;
        at[v] = min(v * WIDTH, lanes - own.lane);
    }
    for (int p = own.from; p < own.to; p++) {
        const __global float *row = words + wordsOffset + p * lanes + own.lane;
        float x = a[aOffset + p];
        UNROLLED(v, ROW_VECTORS) {
            uintv word = as_uintv(load(row + at[v]));
            left[v] += x * as_floatv(word << 16);
            right[v] += x * as_floatv(word & UPPER_HALF);
        }
    }
    if (own.from < rows) {
        store_sums(own, lanes, left, right, partial + partialOffset);
    }
}

// chunkRows is even.
__kernel GROUP_OF(ELEMENT_ITEMS) void row_by_int8(ROW_PARAMETERS) {
    Share own = share(rows, lanes, chunkRows);
    floatv left[ROW_VECTORS], right[ROW_VECTORS];
    int at[ROW_VECTORS];
    UNROLLED(v, ROW_VECTORS) {
        left[v] = right[v] = 0;
        at[v] = min(v * WIDTH, lanes - own.lane);
    }
    for (int p = own.from; p < own.to; p += 2) {
        const __global float *row = words + wordsOffset + p / 2 * lanes + own.lane;
        float x = a[aOffset + p];
        float next = p + 1 < rows ? a[aOffset + p + 1] : 0;
        UNROLLED(v, ROW_VECTORS) {
            intv word = as_intv(load(row + at[v]));
            left[v] += x * convert_floatv(word << 24 >> 24) + next * convert_floatv(word << 8 >> 24);
            right[v] += x * convert_floatv(word << 16 >> 24) + next * convert_floatv(word >> 24);
        }
    }
    if (own.from < rows) {
        store_sums(own, lanes, left, right, partial + partialOffset);
    }
}

// C = alpha sums + beta C and the epilogue; the sums times words[scales ..], unless scales is -1.
__kernel GROUP_OF(ELEMENT_ITEMS) void finish_row(
        const __global float *restrict sums, int sumsOffset, const __global float *restrict words, int wordsOffset,
        int scales, __global float *restrict c, int cOffset, int n, float alpha, float beta, EPILOGUE_PARAMETERS) {
    const Destination to = DESTINATION;
    int j = get_global_id(0) * WIDTH;
    if (j < n) {
        floatv sum = load(sums + sumsOffset + j);
        if (scales >= 0) {
            sum *= load(words + wordsOffset + scales + j);
        }
        store_result(to, sum, j, j, n - j);
    }
}
