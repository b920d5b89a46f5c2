// Optimiser steps, in place.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"
#include "adam_step.cl"

// One step of Adam.
__kernel GROUP_OF(ELEMENT_ITEMS) void adam(
        const __global float *gradient, int gradientOffset, int count, ADAM_PARAMETERS) {
    const Adam adam = ADAM;
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        adam_step(adam, load(gradient + gradientOffset + e), e, count - e);
    }
}

// velocity = momentum velocity - rate g, w += velocity, or with Nesterov's momentum what comes of it next.
__kernel GROUP_OF(ELEMENT_ITEMS) void sgd(
        __global float *w, int wOffset, const __global float *gradient, int gradientOffset, __global float *velocity,
        int velocityOffset, int count, float rate, float momentum, int nesterov, DECAY_PARAMETERS) {
    int e = get_global_id(0) * WIDTH;
    if (e < count) {
        floatv g = load(gradient + gradientOffset + e);
        floatv moved = load(w + wOffset + e);
        if (decays) {
            g += penalty * moved;
            moved *= kept;
        }
        floatv next = floored(momentum * load(velocity + velocityOffset + e) - rate * g);
        moved += nesterov ? momentum * next - rate * g : next;
        store_first(next, count - e, velocity + velocityOffset + e);
        store_first(moved, count - e, w + wOffset + e);
    }
}
