// What a GEMM or a convolution does to its result while it is in registers, as Epilogue.java defines it.

#define EPILOGUE_BIAS 1
#define EPILOGUE_RELU 2
#define EPILOGUE_DROPOUT 4
#define EPILOGUE_GATE 8

typedef struct {
    int parts;
    float scale;
    const __global float *bias;
    const __global float *gate;
    DropoutKey key;
} Epilogue;

#define EPILOGUE_PARAMETERS \
    int parts, float scale, const __global float *bias, int biasOffset, const __global float *gate, int gateOffset, \
            DROPOUT_PARAMETERS
#define EPILOGUE { parts, scale, bias + biasOffset, gate + gateOffset, DROPOUT_KEY }

// dropout's mask on elements e .. e + WIDTH - 1 of the result
INLINE floatv dropped(DropoutKey key, floatv v, uint e) {
    float lane[WIDTH];
    store_private(v, lane);
    uint word[4];
    for (int l = 0; l < WIDTH; l++) {
        if (l == 0 || (e + l) % 4 == 0) {
            vstore4(dropout_words(key, (e + l) / 4), 0, word);
        }
        lane[l] = word[(e + l) % 4] < key.threshold ? 0 : lane[l];
    }
    return load_private(lane);
}

// The epilogue of elements e .. e + WIDTH - 1, which lie in one row from its column on.
INLINE floatv finished(Epilogue epilogue, floatv v, int e, int column) {
    if (epilogue.parts & EPILOGUE_BIAS) {
        v += load(epilogue.bias + column);
    }
    if (epilogue.parts & EPILOGUE_RELU) {
        v = positive_part(v);
    }
    if (epilogue.parts & EPILOGUE_DROPOUT) {
        v = dropped(epilogue.key, v, e);
    }
    if (epilogue.parts & EPILOGUE_GATE) {
        v = select((floatv)(0), v, load(epilogue.gate + e) > (floatv)(0));
    }
    return v * epilogue.scale;
}

// An epilogue that treats all elements of a column alike needs no branch for each vector: without a bias it adds -0, which changes
// nothing, and without ReLU the least value is that of no element.
INLINE int is_by_column(Epilogue epilogue) {
    return !(epilogue.parts & (EPILOGUE_DROPOUT | EPILOGUE_GATE));
}

INLINE floatv column_bias(Epilogue epilogue, int column) {
    return epilogue.parts & EPILOGUE_BIAS ? load(epilogue.bias + column) : (floatv)(-0.0f);
}

INLINE floatv least_value(Epilogue epilogue) {
    return (floatv)(epilogue.parts & EPILOGUE_RELU ? 0 : -INFINITY);
}

INLINE floatv finished_by_column(floatv v, floatv bias, floatv least, float scale) {
    v += bias;
    return select(v, least, v <= least) * scale;
}
