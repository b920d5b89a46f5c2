// The sums of batch normalisation, BatchNormSpec.java, on a device whose work-items run in step: a group does
// SUM_VECTORS * WIDTH columns, SUM_LANES rows at a time, and puts the lanes together as a tree. Of each chunk of rows a
// row of means or sums of gradients, and behind it one of squares or products. A row may hold several of a tensor's, so
// that a column has the channel j % channels.

#define WIDTH SIMT_WIDTH
#include "vector.cl"
#include "batch_norm_moments.cl"

#define GROUP_COLUMNS (SUM_VECTORS * WIDTH)

#define COLUMNS_OF_CHUNK \
    int blocks = (columns + GROUP_COLUMNS - 1) / GROUP_COLUMNS; \
    int chunk = get_group_id(0) / blocks; \
    int j = get_group_id(0) % blocks * GROUP_COLUMNS + get_local_id(0) % SUM_VECTORS * WIDTH; \
    int lane = get_local_id(0) / SUM_VECTORS; \
    int first = chunk * chunkRows; \
    int last = min(rows, first + chunkRows);

// How many of some numbers leave a remainder when divided by step.
INLINE int count_of(int numbers, int remainder, int step) {
    return max(0, (numbers - remainder + step - 1) / step);
}

// In the items of lane 0, the sum of all lanes.
INLINE floatv sum_of_lanes_of_group(floatv sum, __local floatv *lanes) {
    int lane = get_local_id(0) / SUM_VECTORS;
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

// In all items, what those of lane 0 have.
INLINE floatv of_first_lane(floatv value, __local floatv *lanes) {
    lanes[get_local_id(0)] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    floatv first = lanes[get_local_id(0) % SUM_VECTORS];
    barrier(CLK_LOCAL_MEM_FENCE);
    return first;
}

// Mean and sum of squared deviations of each column of a chunk.
__kernel GROUP_OF(SUM_VECTORS * SUM_LANES) void batch_norm_moments(
        const __global float *restrict x, int xOffset, __global float *restrict sums, int sumsOffset, int rows,
        int columns, int chunkRows) {
    __local Moments lanes[SUM_LANES * SUM_VECTORS];
    COLUMNS_OF_CHUNK
    Moments moments = { (floatv)(0), (floatv)(0) };
    if (j < columns && first + lane < last) {
        moments = moments_of_rows(x + xOffset, first + lane, last, SUM_LANES, columns, j);
    }
    for (int reach = SUM_LANES / 2; reach > 0; reach /= 2) {
        lanes[get_local_id(0)] = moments;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < reach) {
            int count = count_of(last - first, lane, 2 * reach);
            int more = count_of(last - first, lane + reach, 2 * reach);
            Moments others = lanes[get_local_id(0) + reach * SUM_VECTORS];
            moments = joined(moments, count, others.mean - moments.mean, others.squares, more);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (lane == 0 && j < columns) {
        __global float *at = sums + sumsOffset + 2 * chunk * columns + j;
        store_first(moments.mean, columns - j, at);
        store_first(moments.squares, columns - j, at + columns);
    }
}

// Parts of what there is of a channel, each a chunk's and in it those of one row of the tensor: how many there are,
// where the sums of one stand, and of how many rows they are.
#define COPIES (columns / channels)
#define PARTS ((rows + chunkRows - 1) / chunkRows * COPIES)
#define PLACE(part) (2 * ((part) / COPIES) * columns + (part) % COPIES * channels)
#define ROWS_OF(part) min(chunkRows, rows - (part) / COPIES * chunkRows)

#define CHANNEL (get_group_id(0) * GROUP_COLUMNS + get_local_id(0) % SUM_VECTORS * WIDTH)

// The statistics of each channel from those of all chunks.
__kernel GROUP_OF(SUM_VECTORS * SUM_LANES) void batch_norm_statistics(
        const __global float *restrict sums, int sumsOffset, STATISTICS_PARAMETERS) {
    __local floatv lanes[SUM_LANES * SUM_VECTORS];
    int lane = get_local_id(0) / SUM_VECTORS;
    int c = CHANNEL;
    Moments all = { (floatv)(0), (floatv)(0) };
    // The mean, and then what the deviations from it add.
    for (int pass = 0; pass < 2; pass++) {
        floatv deviations = 0;
        for (int part = lane; part < PARTS && c < channels; part += SUM_LANES) {
            const __global float *at = sums + sumsOffset + PLACE(part) + c;
            deviations += (load(at) - all.mean) * ((float)(ROWS_OF(part)) / allRows);
        }
        all.mean += of_first_lane(sum_of_lanes_of_group(deviations, lanes), lanes);
    }
    for (int part = lane; part < PARTS && c < channels; part += SUM_LANES) {
        const __global float *at = sums + sumsOffset + PLACE(part) + c;
        floatv apart = load(at) - all.mean;
        all.squares += load(at + columns) + apart * apart * (float)(ROWS_OF(part));
    }
    all.squares = sum_of_lanes_of_group(all.squares, lanes);
    if (lane == 0 && c < channels) {
        STORE_STATISTICS(all, c);
    }
}

// The sums of g, and of g (x - mean), over each column of a chunk.
__kernel GROUP_OF(SUM_VECTORS * SUM_LANES) void batch_norm_products(
        const __global float *restrict x, int xOffset, const __global float *restrict dY, int dYOffset,
        const __global float *restrict y, int yOffset, const __global float *restrict mean, int meanOffset,
        __global float *restrict sums, int sumsOffset, int relu, int channels, int rows, int columns, int chunkRows) {
    __local floatv lanes[SUM_LANES * SUM_VECTORS];
    COLUMNS_OF_CHUNK
    floatv gradients = 0;
    floatv products = 0;
    if (j < columns) {
        floatv middle = load(mean + meanOffset + j % channels);
        for (int i = first + lane; i < last; i += SUM_LANES) {
            int e = i * columns + j;
            floatv g = load(dY + dYOffset + e);
            if (relu) {
                g = passed(g, load(y + yOffset + e));
            }
            gradients += g;
            products += g * (load(x + xOffset + e) - middle);
        }
    }
    gradients = sum_of_lanes_of_group(gradients, lanes);
    products = sum_of_lanes_of_group(products, lanes);
    if (lane == 0 && j < columns) {
        __global float *at = sums + sumsOffset + 2 * chunk * columns + j;
        store_first(gradients, columns - j, at);
        store_first(products, columns - j, at + columns);
    }
}

// The gradients of gamma and beta from the sums of all chunks.
__kernel GROUP_OF(SUM_VECTORS * SUM_LANES) void batch_norm_gradients(
        const __global float *restrict sums, int sumsOffset, const __global float *restrict inverse, int inverseOffset,
        __global float *restrict dGamma, int dGammaOffset, __global float *restrict dBeta, int dBetaOffset, int rows,
        int columns, int chunkRows, int channels) {
    __local floatv lanes[SUM_LANES * SUM_VECTORS];
    int lane = get_local_id(0) / SUM_VECTORS;
    int c = CHANNEL;
    floatv gradients = 0;
    floatv products = 0;
    for (int part = lane; part < PARTS && c < channels; part += SUM_LANES) {
        const __global float *at = sums + sumsOffset + PLACE(part) + c;
        gradients += load(at);
        products += load(at + columns);
    }
    gradients = sum_of_lanes_of_group(gradients, lanes);
    products = sum_of_lanes_of_group(products, lanes);
    if (lane == 0 && c < channels) {
        store_first(products * load(inverse + inverseOffset + c), channels - c, dGamma + dGammaOffset + c);
        store_first(gradients, channels - c, dBeta + dBetaOffset + c);
    }
}
