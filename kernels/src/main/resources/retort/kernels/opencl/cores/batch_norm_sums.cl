// The sums of batch normalisation, BatchNormSpec.java, on a device whose group is one item, or some that do not wait
// for each other. Of each chunk of rows a row of means or sums of gradients, and behind it one of squares or products.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"
#include "batch_norm_moments.cl"

#define COLUMNS_OF_CHUNK \
    int blocks = (columns + ELEMENT_ITEMS * WIDTH - 1) / (ELEMENT_ITEMS * WIDTH); \
    int chunk = get_group_id(0) / blocks; \
    int j = (get_group_id(0) % blocks * ELEMENT_ITEMS + get_local_id(0)) * WIDTH; \
    int last = min(rows, (chunk + 1) * chunkRows); \
    if (j >= columns) { \
        return; \
    }

// Mean and sum of squared deviations of each column of a chunk.
__kernel GROUP_OF(ELEMENT_ITEMS) void batch_norm_moments(
        const __global float *x, int xOffset, __global float *sums, int sumsOffset, int rows, int columns,
        int chunkRows) {
    COLUMNS_OF_CHUNK
    Moments moments = moments_of_rows(x + xOffset, chunk * chunkRows, last, 1, columns, j);
    __global float *at = sums + sumsOffset + 2 * chunk * columns + j;
    store_first(moments.mean, columns - j, at);
    store_first(moments.squares, columns - j, at + columns);
}

// The statistics of each channel from those of all chunks.
__kernel GROUP_OF(ELEMENT_ITEMS) void batch_norm_statistics(
        const __global float *sums, int sumsOffset, STATISTICS_PARAMETERS) {
    int c = get_global_id(0) * WIDTH;
    if (c >= channels) {
        return;
    }
    Moments all = { (floatv)(0), (floatv)(0) };
    int chunks = (rows + chunkRows - 1) / chunkRows;
    // The mean, and then what the deviations from it add.
    for (int pass = 0; pass < 2; pass++) {
        floatv deviations = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            float count = min(chunkRows, rows - chunk * chunkRows);
            deviations += (load(sums + sumsOffset + 2 * chunk * columns + c) - all.mean) * (count / rows);
        }
        all.mean += deviations;
    }
    for (int chunk = 0; chunk < chunks; chunk++) {
        float count = min(chunkRows, rows - chunk * chunkRows);
        const __global float *at = sums + sumsOffset + 2 * chunk * columns + c;
        floatv apart = load(at) - all.mean;
        all.squares += load(at + columns) + apart * apart * count;
    }
    STORE_STATISTICS(all, c);
}

// The sums of g, and of g (x - mean), over each column of a chunk.
__kernel GROUP_OF(ELEMENT_ITEMS) void batch_norm_products(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, const __global float *y,
        int yOffset, const __global float *mean, int meanOffset, __global float *sums, int sumsOffset, int relu,
        int channels, int rows, int columns, int chunkRows) {
    COLUMNS_OF_CHUNK
    floatv middle = load(mean + meanOffset + j);
    floatv gradients = 0;
    floatv products = 0;
    for (int i = chunk * chunkRows; i < last; i++) {
        int e = i * columns + j;
        floatv g = load(dY + dYOffset + e);
        if (relu) {
            g = passed(g, load(y + yOffset + e));
        }
        gradients += g;
        products += g * (load(x + xOffset + e) - middle);
    }
    __global float *at = sums + sumsOffset + 2 * chunk * columns + j;
    store_first(gradients, columns - j, at);
    store_first(products, columns - j, at + columns);
}

// The gradients of gamma and beta from the sums of all chunks.
__kernel GROUP_OF(ELEMENT_ITEMS) void batch_norm_gradients(
        const __global float *sums, int sumsOffset, const __global float *inverse, int inverseOffset,
        __global float *dGamma, int dGammaOffset, __global float *dBeta, int dBetaOffset, int rows, int columns,
        int chunkRows, int channels) {
    int c = get_global_id(0) * WIDTH;
    if (c >= channels) {
        return;
    }
    floatv gradients = 0;
    floatv products = 0;
    for (int chunk = 0; chunk * chunkRows < rows; chunk++) {
        const __global float *at = sums + sumsOffset + 2 * chunk * columns + c;
        gradients += load(at);
        products += load(at + columns);
    }
    store_first(products * load(inverse + inverseOffset + c), channels - c, dGamma + dGammaOffset + c);
    store_first(gradients, channels - c, dBeta + dBetaOffset + c);
}
