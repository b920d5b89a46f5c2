// Vectors of WIDTH floats, WIDTH defined by the file that includes this one. Tensors start at any element, so every
// access is a vload or vstore, but in a program whose ALIGNED says that all its vectors are whole and lie at multiples
// of their size. A load may run past a row's end: buffers are readable a little past their own end
// (ClMemory.PADDING).

#define JOIN_NAMES(a, b) a##b
#define JOIN(a, b) JOIN_NAMES(a, b)

typedef JOIN(float, WIDTH) floatv;
typedef JOIN(int, WIDTH) intv;
typedef JOIN(uint, WIDTH) uintv;
#define load_private(p) JOIN(vload, WIDTH)(0, p)
#define store_private(v, p) JOIN(vstore, WIDTH)(v, 0, p)
#define as_intv(x) JOIN(as_int, WIDTH)(x)
#define as_floatv(x) JOIN(as_float, WIDTH)(x)

#if WIDTH == 4
#define LANES ((intv)(0, 1, 2, 3))
#elif WIDTH == 8
#define LANES ((intv)(0, 1, 2, 3, 4, 5, 6, 7))
#else
#define LANES ((intv)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#endif

// LLVM tunes AVX-512 processors for vectors of 256 bits and would split a float16 in two; GEMM halves its speed by
// that.
#if defined(DEVICE_IS_CPU) && defined(__has_attribute)
#if __has_attribute(min_vector_width)
#define WIDEST __attribute__((min_vector_width(512)))
#endif
#endif
#ifndef WIDEST
#define WIDEST
#endif

// A loop of constant length; unrolled, so that the arrays that it indexes stay in registers.
#define UNROLLED(i, count) _Pragma("unroll") for (int i = 0; i < (count); i++)

#define INLINE inline __attribute__((always_inline))
// For micro-kernels: inlined into all that surrounds them they lose registers to it. With 16 registers, whose 12 sums
// leave 4, a third of the sums then wait in memory.
#define NOINLINE __attribute__((noinline)) static

// pocl's vstore16 stores four quarters; a vector type that may lie anywhere is one instruction. GPUs have no such need.
#if defined(ALIGNED)
#define load(p) (*(const __global floatv *) (p))
#define store(v, p) (*(__global floatv *) (p) = (v))
#elif defined(DEVICE_IS_CPU) && defined(__clang__)
typedef float floatu __attribute__((ext_vector_type(WIDTH), aligned(4)));
INLINE floatv load(const __global float *p) {
    return *(const __global floatu *) p;
}
INLINE void store(floatv v, __global float *p) {
    *(__global floatu *) p = v;
}
#else
#define load(p) JOIN(vload, WIDTH)(0, p)
#define store(v, p) JOIN(vstore, WIDTH)(v, 0, p)
#endif

#define GROUP_OF(items) __attribute__((reqd_work_group_size(items, 1, 1))) WIDEST

// The first count lanes from memory, zeros in the others; no element behind them is touched. By halves, as store_first.
INLINE floatv load_first(const __global float *p, int count) {
#ifdef ALIGNED
    return load(p);
#else
    if (count >= WIDTH) {
        return load(p);
    }
    const __global float *end = p + (count & ~3);
    float4 v4 = (float4)(0);
    if (count & 2) {
        v4.lo = vload2(0, end);
        v4.z = count & 1 ? end[2] : 0;
    } else if (count & 1) {
        v4.x = end[0];
    }
#if WIDTH == 4
    return v4;
#else
    float8 v8 = count & 4 ? (float8)(vload4(0, p + (count & 8)), v4) : (float8)(v4, (float4)(0));
#if WIDTH == 8
    return v8;
#else
    return count & 8 ? (float16)(vload8(0, p), v8) : (float16)(v8, (float8)(0));
#endif
#endif
#endif
}

// Writes the first count lanes; no element behind them is touched. By halves: a loop over lanes costs ten times as
// much.
INLINE void store_first(floatv v, int count, __global float *p) {
#ifdef ALIGNED
    store(v, p);
#else
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
#endif
}

// max(v, 0) as Java has it: NaN stays NaN, -0 becomes 0.
INLINE floatv positive_part(floatv v) {
    return select(v, (floatv)(0), v <= (floatv)(0));
}

// Gradient of that, given what it gave.
INLINE floatv passed(floatv gradient, floatv positivePart) {
    return select((floatv)(0), gradient, positivePart > (floatv)(0));
}

// Lanes from count on become other.
INLINE floatv mask(floatv v, int count, float other) {
    return select((floatv)(other), v, LANES < (intv)(count));
}

INLINE float sum_of_lanes(floatv v) {
#if WIDTH == 16
    float8 w8 = v.lo + v.hi;
    float4 w4 = w8.lo + w8.hi;
#elif WIDTH == 8
    float4 w4 = v.lo + v.hi;
#else
    float4 w4 = v;
#endif
    float2 w2 = w4.lo + w4.hi;
    return w2.x + w2.y;
}
