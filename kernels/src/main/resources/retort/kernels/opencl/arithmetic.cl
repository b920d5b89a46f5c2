// y[e] = a[e] op b[e mod period]; an item does one element.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

#define ARITHMETIC_PARAMETERS \
    const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *y, int yOffset, \
            int count, int period

#define FOR_EACH_PAIR(result) \
    int e = get_global_id(0); \
    if (e < count) { \
        float left = a[aOffset + e]; \
        float right = b[bOffset + e % period]; \
        y[yOffset + e] = result; \
    }

__kernel GROUP_OF(ELEMENT_ITEMS) void arithmetic_add(ARITHMETIC_PARAMETERS) {
    FOR_EACH_PAIR(left + right)
}

__kernel GROUP_OF(ELEMENT_ITEMS) void arithmetic_subtract(ARITHMETIC_PARAMETERS) {
    FOR_EACH_PAIR(left - right)
}

__kernel GROUP_OF(ELEMENT_ITEMS) void arithmetic_multiply(ARITHMETIC_PARAMETERS) {
    FOR_EACH_PAIR(left * right)
}

__kernel GROUP_OF(ELEMENT_ITEMS) void arithmetic_divide(ARITHMETIC_PARAMETERS) {
    FOR_EACH_PAIR(left / right)
}

// A NaN of a stays, one of b does not show.
__kernel GROUP_OF(ELEMENT_ITEMS) void arithmetic_minimum(ARITHMETIC_PARAMETERS) {
    FOR_EACH_PAIR(right < left ? right : left)
}

__kernel GROUP_OF(ELEMENT_ITEMS) void arithmetic_maximum(ARITHMETIC_PARAMETERS) {
    FOR_EACH_PAIR(right > left ? right : left)
}
