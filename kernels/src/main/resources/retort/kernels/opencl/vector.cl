// Vectors of WIDTH floats, WIDTH defined by the file that includes this one. Tensors start at any element, so every access
// is a vload or vstore. A load may run past a row's end: buffers are readable a little past their own end (ClMemory.PADDING).

#define JOIN_NAMES(a, b) a##b
#define JOIN(a, b) JOIN_NAMES(a, b)

typedef JOIN(float, WIDTH) floatv;
typedef JOIN(int, WIDTH) intv;
typedef JOIN(uint, WIDTH) uintv;
#define load(p) JOIN(vload, WIDTH)(0, p)
#define store(v, p) JOIN(vstore, WIDTH)(v, 0, p)
#define as_intv(x) JOIN(as_int, WIDTH)(x)
#define as_floatv(x) JOIN(as_float, WIDTH)(x)

#if WIDTH == 4
#define LANES ((intv)(0, 1, 2, 3))
#elif WIDTH == 8
#define LANES ((intv)(0, 1, 2, 3, 4, 5, 6, 7))
#else
#define LANES ((intv)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#endif

// LLVM tunes AVX-512 processors for vectors of 256 bits and would split a float16 in two; GEMM halves its speed by that.
#if defined(DEVICE_IS_CPU) && defined(__has_attribute)
#if __has_attribute(min_vector_width)
#define WIDEST __attribute__((min_vector_width(512)))
#endif
#endif
#ifndef WIDEST
#define WIDEST
#endif

#define GROUP_OF(items) __attribute__((reqd_work_group_size(items, 1, 1))) WIDEST

// The first count lanes from memory, zeros in the others; no element behind them is touched.
inline floatv load_first(const __global float *p, int count) {
    if (count >= WIDTH) {
        return load(p);
    }
    float lane[WIDTH];
    for (int l = 0; l < WIDTH; l++) {
        lane[l] = l < count ? p[l] : 0;
    }
    return JOIN(vload, WIDTH)(0, lane);
}

// Writes the first count lanes; no element behind them is touched. By halves: a loop over lanes costs ten times as much.
inline void store_first(floatv v, int count, __global float *p) {
    if (count >= WIDTH) {
        store(v, p);
        return;
    }
#if WIDTH == 16
    float8 v8 = v.lo;
    if (count & 8) {
        vstore8(v8, 0, p);
        p += 8;
        v8 = v.hi;
    }
    float4 v4 = v8.lo;
#elif WIDTH == 8
    float8 v8 = v;
    float4 v4 = v.lo;
#else
    float4 v4 = v;
#endif
#if WIDTH > 4
    if (count & 4) {
        vstore4(v4, 0, p);
        p += 4;
        v4 = v8.hi;
    }
#endif
    float2 v2 = v4.lo;
    if (count & 2) {
        vstore2(v2, 0, p);
        p += 2;
        v2 = v4.hi;
    }
    if (count & 1) {
        *p = v2.x;
    }
}

// max(v, 0) as Java has it: NaN stays NaN, -0 becomes 0.
inline floatv positive_part(floatv v) {
    return select(v, (floatv)(0), v <= (floatv)(0));
}
