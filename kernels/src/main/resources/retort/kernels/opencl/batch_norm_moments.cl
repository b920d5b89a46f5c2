// Means of columns and sums of squared deviations from them, which are put together as Chan, Golub and LeVeque 1983 do
// it.

// Rows whose sums are put together with what is there.
#define MOMENT_ROWS 32

typedef struct {
    floatv mean, squares;
} Moments;

// Of count rows and more others, whose mean differs by change from that of these.
INLINE Moments joined(Moments these, int count, floatv change, floatv squares, int more) {
    float share = more > 0 ? (float)(more) / (count + more) : 0;
    these.mean += change * share;
    these.squares += squares + change * change * (count * share);
    return these;
}

// The mean of some rows.
INLINE floatv mean_of_rows(const __global float *x, int first, int rows, int step, int columns, int j) {
    floatv sum = 0;
    for (int i = 0; i < rows; i++) {
        sum += load(x + (first + i * step) * columns + j);
    }
    return sum / rows;
}

// The columns from j on of x, of every step-th of its rows from first to last - 1; there is one at least. Deviations
// are from the mean of half a block to begin with: a single row's numbers may be far larger than the mean of all.
INLINE Moments moments_of_rows(const __global float *x, int first, int last, int step, int columns, int j) {
    int some = min(MOMENT_ROWS / 2, (last - first + step - 1) / step);
    Moments moments = { mean_of_rows(x, first, some, step, columns, j), (floatv)(0) };
    int count = 0;
    while (first < last) {
        floatv sum = 0;
        floatv squares = 0;
        int rows = min(MOMENT_ROWS, (last - first + step - 1) / step);
        for (int i = 0; i < rows; i++) {
            floatv deviation = load(x + (first + i * step) * columns + j) - moments.mean;
            sum += deviation;
            squares += deviation * deviation;
        }
        floatv change = sum / rows;
        moments = joined(moments, count, change, squares - sum * change, rows);
        count += rows;
        first += rows * step;
    }
    return moments;
}

// What a sum of squared deviations and the mean give for a batch normalisation's channels from c on.
INLINE void store_statistics(
        Moments all, int c, int channels, __global float *runningMean, __global float *runningVariance,
        __global float *mean, __global float *inverse, float epsilon, float momentum, int rows, int degrees) {
    int count = channels - c;
    floatv squares = select(all.squares, (floatv)(0), all.squares < (floatv)(0));
    floatv newMean = (1 - momentum) * load_first(runningMean + c, count) + momentum * all.mean;
    floatv newVariance = (1 - momentum) * load_first(runningVariance + c, count) + momentum * (squares / degrees);
    store_first(newMean, count, runningMean + c);
    store_first(newVariance, count, runningVariance + c);
    store_first(all.mean, count, mean + c);
    store_first(1 / sqrt(squares / rows + epsilon), count, inverse + c);
}

#define STATISTICS_PARAMETERS \
    __global float *runningMean, int runningMeanOffset, __global float *runningVariance, int runningVarianceOffset, \
            __global float *mean, int meanOffset, __global float *inverse, int inverseOffset, int rows, int columns, \
            int chunkRows, int channels, float epsilon, float momentum, int allRows, int degrees
#define STORE_STATISTICS(all, c) \
    store_statistics( \
            all, c, channels, runningMean + runningMeanOffset, runningVariance + runningVarianceOffset, \
            mean + meanOffset, inverse + inverseOffset, epsilon, momentum, allRows, degrees)
