// y[to + the sum of ik yStridek] = x[from + the sum of ik xStridek], over six axes; an item does one element.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

#define AXIS(k) int extent##k, int xStride##k, int yStride##k

// Takes an axis, the innermost that is left, off the number of an element.
#define STEP(k) \
    xAt += rest % extent##k * xStride##k; \
    yAt += rest % extent##k * yStride##k; \
    rest /= extent##k;

__kernel GROUP_OF(ELEMENT_ITEMS) void strided_copy(
        const __global float *x, int xOffset, __global float *y, int yOffset, int count, int from, int to, AXIS(0),
        AXIS(1), AXIS(2), AXIS(3), AXIS(4), AXIS(5)) {
    int rest = get_global_id(0);
    if (rest >= count) {
        return;
    }
    int xAt = xOffset + from;
    int yAt = yOffset + to;
    STEP(5)
    STEP(4)
    STEP(3)
    STEP(2)
    STEP(1)
    STEP(0)
    y[yAt] = x[xAt];
}
