// Smooth activations and their gradients: each function of ActivationSpec.Kind has a number. Every item of a launch
// takes the same branch.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"
#include "exp.cl"

// 1 / (1 + e^-x): 1, or e^x for a negative x, over 1 + e^-|x|, which never overflows.
INLINE floatv sigmoid(floatv x) {
    floatv power = exp_of(-fabs(x));
    return select((floatv)(1), power, x < (floatv)(0)) / (power + 1);
}

// Near 0 a polynomial, since (1 - e) / (1 + e) would lose its low bits. Source: Cephes tanhf.
INLINE floatv tanh_of(floatv x) {
    floatv power = exp_of(-2 * fabs(x));
    floatv large = copysign((1 - power) / (1 + power), x);
    floatv square = x * x;
    floatv q = -5.70498872745e-3f;
    q = q * square + 2.06390887954e-2f;
    q = q * square - 5.37397155531e-2f;
    q = q * square + 1.33314422036e-1f;
    q = q * square - 3.33332819422e-1f;
    floatv small = q * square * x + x;
    return select(large, small, fabs(x) < (floatv)(0.625f));
}

// The normal distribution at x, given e^(-x^2 / 2), at most 7.5e-8 off. Source: Abramowitz and Stegun 1964, 7.1.26.
INLINE floatv normal(floatv x, floatv power) {
    floatv t = 1 / (1 + 0.23164189f * fabs(x));
    floatv q = 0.5307027145f;
    q = q * t - 0.7265760135f;
    q = q * t + 0.7107068705f;
    q = q * t - 0.142248368f;
    q = q * t + 0.127414796f;
    floatv tail = q * t * power;
    return select(1 - tail, tail, x < (floatv)(0));
}

INLINE floatv value(int kind, floatv x) {
    switch (kind) {
        case ACTIVATION_SIGMOID:
            return sigmoid(x);
        case ACTIVATION_TANH:
            return tanh_of(x);
        case ACTIVATION_GELU:
            return x * normal(x, exp_of(-0.5f * x * x));
        default:
            return x * sigmoid(x);
    }
}

// By y for the sigmoid and tanh, else by x.
INLINE floatv derivative(int kind, floatv at) {
    switch (kind) {
        case ACTIVATION_SIGMOID:
            return (1 - at) * at;
        case ACTIVATION_TANH:
            return (1 - at) * (1 + at);
        case ACTIVATION_GELU: {
            floatv power = exp_of(-0.5f * at * at);
            return normal(at, power) + 0.3989422804f * power * at;
        }
        default:
            return sigmoid(at) * (1 + at * sigmoid(-at));
    }
}

// y = f(x)
__kernel GROUP_OF(ELEMENT_ITEMS) void activation(
        const __global float *x, int xOffset, __global float *y, int yOffset, int count, int kind) {
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        store_first(value(kind, load(x + xOffset + e)), count - e, y + yOffset + e);
    }
}

// dX = dY f'(x)
__kernel GROUP_OF(ELEMENT_ITEMS) void activation_gradient(
        const __global float *at, int atOffset, const __global float *dY, int dYOffset, __global float *dX,
        int dXOffset, int count, int kind) {
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        floatv gradient = load(dY + dYOffset + e) * derivative(kind, load(at + atOffset + e));
        store_first(gradient, count - e, dX + dXOffset + e);
    }
}
