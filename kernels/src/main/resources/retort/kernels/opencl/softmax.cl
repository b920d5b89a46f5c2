// Row-wise ops on logits: softmax, cross-entropy with its gradient, argmax. A group does ROW_COUNT rows one after the
// other, its items share a row.

#define WIDTH ROW_WIDTH
#include "vector.cl"
#include "exp.cl"

#define STRIDE (ROW_ITEMS * WIDTH)

INLINE float largest_lane(floatv v) {
#if WIDTH == 16
    float8 w8 = select(v.lo, v.hi, v.hi > v.lo);
    float4 w4 = select(w8.lo, w8.hi, w8.hi > w8.lo);
#elif WIDTH == 8
    float4 w4 = select(v.lo, v.hi, v.hi > v.lo);
#else
    float4 w4 = v;
#endif
    float2 w2 = select(w4.lo, w4.hi, w4.hi > w4.lo);
    return w2.y > w2.x ? w2.y : w2.x;
}

#if ROW_ITEMS > 1
// The same result in every item of the group, combined in one order.
#define GROUP_REDUCTION(name, combined) \
    INLINE float name(float value, __local float *shared) { \
        int item = get_local_id(0); \
        barrier(CLK_LOCAL_MEM_FENCE); \
        shared[item] = value; \
        for (int reach = ROW_ITEMS / 2; reach > 0; reach /= 2) { \
            barrier(CLK_LOCAL_MEM_FENCE); \
            if (item < reach) { \
                float own = shared[item]; \
                float other = shared[item + reach]; \
                shared[item] = combined; \
            } \
        } \
        barrier(CLK_LOCAL_MEM_FENCE); \
        return shared[0]; \
    }

GROUP_REDUCTION(group_sum, own + other)
GROUP_REDUCTION(group_largest, other > own ? other : own)
#define SHARED __local float shared[ROW_ITEMS]
#else
#define group_sum(value, shared) (value)
#define group_largest(value, shared) (value)
#define SHARED __local float *shared = 0
#endif

// Lowest index at which x[0 .. classes) equals value, 0 if none does.
INLINE int first_index(const __global float *x, int classes, float value, __local float *shared) {
    floatv nearest = -INFINITY;
    for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
        intv at = LANES + (intv)(c);
        floatv next = select((floatv)(-INFINITY), -JOIN(convert_float, WIDTH)(at), load(x + c) == (floatv)(value));
        nearest = fmax(nearest, mask(next, classes - c, -INFINITY));
    }
    float found = group_largest(largest_lane(nearest), shared);
    return found == -INFINITY ? 0 : (int) (-found);
}

// The largest of x[0 .. classes); NaN never is, nothing but NaN gives -infinity.
INLINE float row_largest(const __global float *x, int classes, __local float *shared) {
    floatv most = -INFINITY;
    for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
        floatv next = mask(load(x + c), classes - c, -INFINITY);
        most = select(most, next, next > most);
    }
    return group_largest(largest_lane(most), shared);
}

// Writes e^((z - largest) / T) to e and gives their sum.
INLINE float exponentials(
        const __global float *z, __global float *e, int classes, float inverseT, float largest, __local float *shared) {
    floatv sums = 0;
    for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
        floatv next = mask(exp_of((load(z + c) - largest) * inverseT), classes - c, 0);
        sums += next;
        store_first(next, classes - c, e + c);
    }
    return group_sum(sum_of_lanes(sums), shared);
}

// A group's rows, one after the other. Where barriers stand in a branch, even one that all items take, pocl 3.1 runs
// other branches for items that do not take them: so there is a kernel for each case, and the host chooses.
#define FOR_EACH_ROW \
    int last = min(rows, (int) (get_group_id(0) + 1) * ROW_COUNT); \
    for (int i = get_group_id(0) * ROW_COUNT; i < last; i++)

// p[i] = softmax(z[i] / T), inverseT = 1 / T
__kernel GROUP_OF(ROW_ITEMS) void softmax(
        const __global float *z, int zOffset, __global float *p, int pOffset, int rows, int classes, float inverseT) {
    SHARED;
    FOR_EACH_ROW {
        const __global float *zi = z + zOffset + i * classes;
        __global float *pi = p + pOffset + i * classes;
        float sum = exponentials(zi, pi, classes, inverseT, row_largest(zi, classes, shared), shared);
        for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
            store_first(load_first(pi + c, classes - c) * (1 / sum), classes - c, pi + c);
        }
    }
}

// The same for at most ROW_ITEMS * ROW_WIDTH classes: a row fits the items' registers, is read and written once.
__kernel GROUP_OF(ROW_ITEMS) void softmax_short(
        const __global float *z, int zOffset, __global float *p, int pOffset, int rows, int classes, float inverseT) {
    SHARED;
    FOR_EACH_ROW {
        int c = get_local_id(0) * WIDTH;
        int at = i * classes + min(c, classes);
        floatv x = mask(load(z + zOffset + at), classes - c, -INFINITY);
        float largest = group_largest(largest_lane(select((floatv)(-INFINITY), x, x == x)), shared);
        floatv e = mask(exp_of((x - largest) * inverseT), classes - c, 0);
        float sum = group_sum(sum_of_lanes(e), shared);
        store_first(e * (1 / sum), max(classes - c, 0), p + pOffset + at);
    }
}

// p[i] = log softmax(z[i] / T), inverseT = 1 / T; p holds the exponentials first.
__kernel GROUP_OF(ROW_ITEMS) void log_softmax(
        const __global float *z, int zOffset, __global float *p, int pOffset, int rows, int classes, float inverseT) {
    SHARED;
    FOR_EACH_ROW {
        const __global float *zi = z + zOffset + i * classes;
        __global float *pi = p + pOffset + i * classes;
        float largest = row_largest(zi, classes, shared);
        float logSum = log(exponentials(zi, pi, classes, inverseT, largest, shared));
        for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
            store_first((load_first(zi + c, classes - c) - largest) * inverseT - logSum, classes - c, pi + c);
        }
    }
}

// Loss, gradient and hit of CrossEntropySpec.java; inverseT = 1 / T, gradientScale = 1 / (T rows).
#define CROSS_ENTROPY_PARAMETERS \
    const __global float *logits, int logitsOffset, const __global float *targets, int targetsOffset, \
    __global float *dLogits, int dLogitsOffset, __global float *outcomes, int outcomesOffset, int rows, int classes, \
    float inverseT, float gradientScale

// A row's logits, gradient and outcome; the gradient holds the exponentials first.
#define CROSS_ENTROPY_ROW \
    const __global float *z = logits + logitsOffset + i * classes; \
    __global float *dZ = dLogits + dLogitsOffset + i * classes; \
    __global float *outcome = outcomes + outcomesOffset + 2 * i; \
    float largest = row_largest(z, classes, shared); \
    float sum = exponentials(z, dZ, classes, inverseT, largest, shared)

// Against a class index, or against an all-zero target if it is none.
__kernel GROUP_OF(ROW_ITEMS) void cross_entropy_hard(CROSS_ENTROPY_PARAMETERS) {
    SHARED;
    FOR_EACH_ROW {
        CROSS_ENTROPY_ROW;
        float target = targets[targetsOffset + i];
        int index = target >= 0 && target < classes && target == floor(target) ? (int) target : -1;
        float mass = index < 0 ? 0 : 1;
        for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
            floatv hot = select((floatv)(0), (floatv)(1), LANES + (intv)(c) == (intv)(index));
            floatv gradient = (load_first(dZ + c, classes - c) / sum * mass - hot) * gradientScale;
            store_first(gradient, classes - c, dZ + c);
        }
        int best = first_index(z, classes, largest, shared);
        if (get_local_id(0) == 0) {
            outcome[0] = index < 0 ? 0 : log(sum) - (z[index] - largest) * inverseT;
            outcome[1] = best == max(index, 0);
        }
    }
}

// Against a probability for each class.
__kernel GROUP_OF(ROW_ITEMS) void cross_entropy_soft(CROSS_ENTROPY_PARAMETERS) {
    SHARED;
    FOR_EACH_ROW {
        CROSS_ENTROPY_ROW;
        const __global float *t = targets + targetsOffset + i * classes;
        float logSum = log(sum);
        floatv masses = 0;
        floatv losses = 0;
        for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
            floatv target = mask(load(t + c), classes - c, 0);
            floatv logP = (load(z + c) - largest) * inverseT - logSum;
            masses += target;
            losses -= select(target * logP, (floatv)(0), target == (floatv)(0));
        }
        float mass = group_sum(sum_of_lanes(masses), shared);
        float loss = group_sum(sum_of_lanes(losses), shared);
        for (int c = get_local_id(0) * WIDTH; c < classes; c += STRIDE) {
            floatv p = load_first(dZ + c, classes - c) / sum;
            store_first((p * mass - load(t + c)) * gradientScale, classes - c, dZ + c);
        }
        int best = first_index(z, classes, largest, shared);
        int expected = first_index(t, classes, row_largest(t, classes, shared), shared);
        if (get_local_id(0) == 0) {
            outcome[0] = loss;
            outcome[1] = best == expected;
        }
    }
}

// indices[i] = argmax of x[i]
__kernel GROUP_OF(ROW_ITEMS) void argmax(
        const __global float *x, int xOffset, __global float *indices, int indicesOffset, int rows, int columns) {
    SHARED;
    FOR_EACH_ROW {
        const __global float *xi = x + xOffset + i * columns;
        int best = first_index(xi, columns, row_largest(xi, columns, shared), shared);
        if (get_local_id(0) == 0) {
            indices[indicesOffset + i] = best;
        }
    }
}
