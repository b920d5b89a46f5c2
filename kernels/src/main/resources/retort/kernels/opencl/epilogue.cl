// What a GEMM or a convolution does to its result while it is in registers, as Epilogue.java defines it.

#include "philox.cl"

// A program whose products never have dropout says so: the generator is most of what its compiler has to do.
#ifndef DROPS
#define DROPS 1
#endif

typedef struct {
    int parts;
    float scale;
    const __global float *bias;
    const __global float *gate;
    DropoutKey key;
} Epilogue;

#define EPILOGUE_PARAMETERS \
    int parts, float scale, const __global float *restrict bias, int biasOffset, \
            const __global float *restrict gate, int gateOffset, DROPOUT_PARAMETERS
#define EPILOGUE { parts, scale, bias + biasOffset, gate + gateOffset, DROPOUT_KEY }

// dropout's mask on elements e .. e + WIDTH - 1 of the result
INLINE floatv dropped(DropoutKey key, floatv v, uint e) {
#if WIDTH == PHILOX_WORDS && defined(ALIGNED)
    return select(v, (floatv)(0), dropout_words(key, e / PHILOX_WORDS) < (uintv)(key.threshold));
#else
    float lane[WIDTH];
    store_private(v, lane);
    uint word[PHILOX_WORDS];
    for (int l = 0; l < WIDTH; l++) {
        if (l == 0 || (e + l) % PHILOX_WORDS == 0) {
            vstore4(dropout_words(key, (e + l) / PHILOX_WORDS), 0, word);
        }
        lane[l] = word[(e + l) % PHILOX_WORDS] < key.threshold ? 0 : lane[l];
    }
    return load_private(lane);
#endif
}

// The epilogue of elements e .. e + WIDTH - 1, which lie in one row from its column on.
INLINE floatv finished(Epilogue epilogue, floatv v, int e, int column) {
    if (epilogue.parts & EPILOGUE_BIAS) {
        v += load(epilogue.bias + column);
    }
    if (epilogue.parts & EPILOGUE_RELU) {
        v = positive_part(v);
    }
    if (DROPS && epilogue.parts & EPILOGUE_DROPOUT) {
        v = dropped(epilogue.key, v, e);
    }
    if (epilogue.parts & EPILOGUE_GATE) {
        v = select((floatv)(0), v, load(epilogue.gate + e) > (floatv)(0));
    }
    return v * epilogue.scale;
}

// Whether the epilogue treats all elements of a column alike.
INLINE int is_by_column(Epilogue epilogue) {
    return !(epilogue.parts & (EPILOGUE_DROPOUT | EPILOGUE_GATE));
}

// Stores such an epilogue of alpha times a tile of rows of some vectors, columns from column on, all of which the
// result has; its rows are columns apart from to on. No vector has a branch: without a bias it adds -0, which changes
// nothing, and without ReLU the least value is that of no element. Where a sum has few products this must not cost as
// much as they do: a convolution of 1 -> 32 channels, 3 x 3, takes 155 us, and 195 us with a branch for each vector
// (AVX2); a product with a k of 32 a tenth less.
INLINE void store_by_column(
        const int rows, const int vectors, Epilogue epilogue, float alpha, const floatv *tile, int column, int columns,
        __global float *to) {
    floatv least = (floatv)(epilogue.parts & EPILOGUE_RELU ? 0 : -INFINITY);
    for (int v = 0; v < vectors; v++) {
        int j = v * WIDTH;
        floatv bias = epilogue.parts & EPILOGUE_BIAS ? load(epilogue.bias + column + j) : (floatv)(-0.0f);
        for (int r = 0; r < rows; r++) {
            floatv sum = alpha * tile[r * vectors + v] + bias;
            store(select(sum, least, sum <= least) * epilogue.scale, to + r * columns + j);
        }
    }
}
