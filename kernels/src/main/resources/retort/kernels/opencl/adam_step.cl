// One Adam step on a vector of parameters, as AdamSpec.java defines it; stepSize is AdamSpec.stepSize of the step.

typedef struct {
    __global float *w;
    __global float *m;
    __global float *v;
    float stepSize, beta1, rest1, beta2, rest2, epsilon;
    int decays;
    float penalty, kept;
} Adam;

// What WeightDecay.java is made of; where weights don't decay, decays is 0.
#define DECAY_PARAMETERS int decays, float penalty, float kept

#define ADAM_PARAMETERS \
    __global float *restrict w, int wOffset, __global float *restrict moment1, int moment1Offset, \
    __global float *restrict moment2, int moment2Offset, float stepSize, float beta1, float rest1, float beta2, \
    float rest2, float epsilon, DECAY_PARAMETERS
#define ADAM \
    { \
        w + wOffset, moment1 + moment1Offset, moment2 + moment2Offset, stepSize, beta1, rest1, beta2, rest2, epsilon, \
                decays, penalty, kept \
    }

// 0 in place of state below STATE_FLOOR.
INLINE floatv floored(floatv state) {
    return select(state, (floatv)(0), (intv)(fabs(state) < (floatv)(STATE_FLOOR)));
}

// Elements e .. e + count - 1 of w, m and v, at most a vector of them.
typedef struct {
    floatv w, m, v;
} AdamState;

INLINE AdamState adam_state(Adam adam, int e, int count) {
    AdamState state = { load_first(adam.w + e, count), load_first(adam.m + e, count), load_first(adam.v + e, count) };
    return state;
}

// Updates them; no element behind them is written.
INLINE void adam_update(Adam adam, AdamState state, floatv g, int e, int count) {
    if (adam.decays) {
        g += adam.penalty * state.w;
        state.w *= adam.kept;
    }
    floatv newM = floored(adam.beta1 * state.m + adam.rest1 * g);
    floatv newV = floored(adam.beta2 * state.v + adam.rest2 * g * g);
    floatv newW = state.w - adam.stepSize * newM / (sqrt(newV) + adam.epsilon);
    store_first(newM, count, adam.m + e);
    store_first(newV, count, adam.v + e);
    store_first(newW, count, adam.w + e);
}

INLINE void adam_step(Adam adam, floatv g, int e, int count) {
    adam_update(adam, adam_state(adam, e, count), g, e, count);
}
