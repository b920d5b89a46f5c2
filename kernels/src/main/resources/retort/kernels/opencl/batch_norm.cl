// What follows from the statistics and sums of batch normalisation, BatchNormSpec.java: an item does WIDTH channels of
// itemRows rows.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

#define ITEMS_ROWS \
    int vectors = (channels + WIDTH - 1) / WIDTH; \
    int c = get_global_id(0) % vectors * WIDTH; \
    int first = get_global_id(0) / vectors * itemRows; \
    int last = min(rows, first + itemRows);

// y = (x - mean) factor + beta, or max(that, 0), of the channels from c on in some rows.
INLINE void scale_rows(
        const __global float *x, __global float *y, floatv mean, floatv factor, floatv beta, int relu, int first,
        int last, int channels, int c) {
    for (int e = first * channels + c; e < last * channels; e += channels) {
        floatv sum = (load(x + e) - mean) * factor + beta;
        store_first(relu ? positive_part(sum) : sum, channels - c, y + e);
    }
}

// By the statistics of the batch.
__kernel GROUP_OF(ELEMENT_ITEMS) void batch_norm_training(
        const __global float *x, int xOffset, const __global float *gamma, int gammaOffset, const __global float *beta,
        int betaOffset, const __global float *mean, int meanOffset, const __global float *inverse, int inverseOffset,
        __global float *y, int yOffset, int relu, int rows, int channels, int itemRows) {
    ITEMS_ROWS
    floatv factor = load(gamma + gammaOffset + c) * load(inverse + inverseOffset + c);
    floatv middle = load(mean + meanOffset + c);
    floatv summand = load(beta + betaOffset + c);
    scale_rows(x + xOffset, y + yOffset, middle, factor, summand, relu, first, last, channels, c);
}

// By the running statistics.
__kernel GROUP_OF(ELEMENT_ITEMS) void batch_norm_inference(
        const __global float *x, int xOffset, const __global float *gamma, int gammaOffset, const __global float *beta,
        int betaOffset, const __global float *mean, int meanOffset, const __global float *variance, int varianceOffset,
        __global float *y, int yOffset, int relu, float epsilon, int rows, int channels, int itemRows) {
    ITEMS_ROWS
    floatv factor = load(gamma + gammaOffset + c) / sqrt(load(variance + varianceOffset + c) + epsilon);
    floatv middle = load(mean + meanOffset + c);
    floatv summand = load(beta + betaOffset + c);
    scale_rows(x + xOffset, y + yOffset, middle, factor, summand, relu, first, last, channels, c);
}

// dX = gamma inverse (g - dBeta / rows - h dGamma / rows)
__kernel GROUP_OF(ELEMENT_ITEMS) void batch_norm_input_gradient(
        const __global float *x, int xOffset, const __global float *dY, int dYOffset, const __global float *y,
        int yOffset, const __global float *gamma, int gammaOffset, const __global float *mean, int meanOffset,
        const __global float *inverse, int inverseOffset, const __global float *dGamma, int dGammaOffset,
        const __global float *dBeta, int dBetaOffset, __global float *dX, int dXOffset, int relu, int rows,
        int channels, int itemRows) {
    ITEMS_ROWS
    floatv factor = load(gamma + gammaOffset + c) * load(inverse + inverseOffset + c);
    floatv middle = load(mean + meanOffset + c);
    floatv summand = load(dBeta + dBetaOffset + c) / rows;
    floatv slope = load(inverse + inverseOffset + c) * (load(dGamma + dGammaOffset + c) / rows);
    for (int e = first * channels + c; e < last * channels; e += channels) {
        floatv g = load(dY + dYOffset + e);
        if (relu) {
            g = passed(g, load(y + yOffset + e));
        }
        floatv rest = (load(x + xOffset + e) - middle) * slope + summand;
        store_first(factor * (g - rest), channels - c, dX + dXOffset + e);
    }
}
