// One Adam step on a vector of parameters, as AdamSpec.java defines it; stepSize is AdamSpec.stepSize of the step.

typedef struct {
    float stepSize, beta1, rest1, beta2, rest2, epsilon;
} Adam;

#define ADAM_PARAMETERS float stepSize, float beta1, float rest1, float beta2, float rest2, float epsilon
#define ADAM { stepSize, beta1, rest1, beta2, rest2, epsilon }

// 0 in place of state below Spec.STATE_FLOOR.
INLINE floatv floored(floatv state) {
    return select(state, (floatv)(0), (intv)(fabs(state) < (floatv)(0x1p-100f)));
}

// Updates the first count lanes of w, m and v; no element behind them is written.
INLINE void adam_update(Adam adam, floatv g, int count, __global float *w, __global float *m, __global float *v) {
    floatv newM = floored(adam.beta1 * load_first(m, count) + adam.rest1 * g);
    floatv newV = floored(adam.beta2 * load_first(v, count) + adam.rest2 * g * g);
    floatv newW = load_first(w, count) - adam.stepSize * newM / (sqrt(newV) + adam.epsilon);
    store_first(newM, count, m);
    store_first(newV, count, v);
    store_first(newW, count, w);
}
