// A student's loss against its teacher's logits and the true label, with gradient and hit: DistillationSpec.java. An
// item does a row, and gets each exponential anew where it needs it, so that a row may have any number of classes.

#define WIDTH 4
#include "vector.cl"

// A softmax at a temperature: log softmax(x / T) = (x - largest) / T - logSum.
typedef struct {
    float largest, inverseT, logSum;
} Softmax;

INLINE float log_softmax(Softmax s, float x) {
    return (x - s.largest) * s.inverseT - s.logSum;
}

// Over all classes but one, or none for -1. NaN is never the largest, but the sum is NaN if one is there.
INLINE Softmax softmax_of(const __global float *x, int classes, int without, float temperature) {
    Softmax s = { -INFINITY, 1 / temperature, 0 };
    for (int c = 0; c < classes; c++) {
        s.largest = c != without && x[c] > s.largest ? x[c] : s.largest;
    }
    float sum = 0;
    for (int c = 0; c < classes; c++) {
        sum += c == without ? 0 : exp((x[c] - s.largest) * s.inverseT);
    }
    s.logSum = log(sum);
    return s;
}

// One term of a divergence KL(p || q). A p that underflows is no 0: beside a q of 0 its term is not finite.
INLINE float divergence_term(float p, float logP, float logQ) {
    return logP == -INFINITY ? 0 : p * (logP - logQ);
}

// The lowest of equals; any number is larger than NaN.
INLINE int index_of_largest(const __global float *x, int classes) {
    int best = 0;
    float most = x[0];
    for (int c = 1; c < classes; c++) {
        int larger = x[c] > most || (isnan(most) && !isnan(x[c]));
        best = larger ? c : best;
        most = larger ? x[c] : most;
    }
    return best;
}

// The class that a label names, or -1.
INLINE int target_of(float label, int classes) {
    return label >= 0 && label < classes && label == floor(label) ? (int) label : -1;
}

// Mixes a row's divergence with the cross-entropy of the true label, and the gradient in dZ too; returns the loss.
INLINE float with_hard_loss(
        const __global float *z, int target, __global float *dZ, int classes, float hardShare, float softShare,
        float divergence) {
    Softmax hard = softmax_of(z, classes, -1, 1);
    for (int c = 0; c < classes; c++) {
        float gradient = target < 0 ? 0 : exp(log_softmax(hard, z[c])) - (c == target ? 1 : 0);
        dZ[c] = hardShare * gradient + softShare * dZ[c];
    }
    return softShare * divergence + hardShare * (target < 0 ? 0 : -log_softmax(hard, z[max(target, 0)]));
}

// Brings a row to its end: dZ holds the divergence's gradient and becomes the mean loss's.
INLINE void finish_row(
        const __global float *z, const __global float *t, __global float *dZ, __global float *outcome, int rows,
        int classes, float hardShare, float softShare, float divergence) {
    float loss = divergence;
    if (hardShare != 0) {
        int target = target_of(t[classes], classes);
        loss = with_hard_loss(z, target, dZ, classes, hardShare, softShare, divergence);
    }
    for (int c = 0; c < classes; c++) {
        dZ[c] = isnan(loss) ? loss : dZ[c] / rows;
    }
    outcome[0] = loss;
    outcome[1] = index_of_largest(z, classes) == index_of_largest(t, classes);
}

// T^2 KL(softmax of t || softmax of z); dZ becomes T (q - p).
INLINE float divergence_of(
        const __global float *z, const __global float *t, __global float *dZ, int classes, float temperature,
        Softmax student, Softmax teacher) {
    float sum = 0;
    for (int c = 0; c < classes; c++) {
        float logQ = log_softmax(student, z[c]);
        float logP = log_softmax(teacher, t[c]);
        sum += divergence_term(exp(logP), logP, logQ);
        dZ[c] = temperature * (exp(logQ) - exp(logP));
    }
    return temperature * temperature * sum;
}

#define DISTILLATION_PARAMETERS \
    const __global float *logits, int logitsOffset, const __global float *targets, int targetsOffset, \
    __global float *dLogits, int dLogitsOffset, __global float *outcomes, int outcomesOffset, int rows, int classes, \
    float temperature, float hardShare, float softShare

// An item's row of each operand.
#define ROW \
    int i = get_global_id(0); \
    if (i >= rows) { \
        return; \
    } \
    const __global float *z = logits + logitsOffset + i * classes; \
    const __global float *t = targets + targetsOffset + i * (classes + 1); \
    __global float *dZ = dLogits + dLogitsOffset + i * classes; \
    __global float *outcome = outcomes + outcomesOffset + 2 * i

__kernel GROUP_OF(ELEMENT_ITEMS) void soft_targets(DISTILLATION_PARAMETERS) {
    ROW;
    Softmax student = softmax_of(z, classes, -1, temperature);
    Softmax teacher = softmax_of(t, classes, -1, temperature);
    float divergence = divergence_of(z, t, dZ, classes, temperature, student, teacher);
    finish_row(z, t, dZ, outcome, rows, classes, hardShare, softShare, divergence);
}

__kernel GROUP_OF(ELEMENT_ITEMS) void logit_error(DISTILLATION_PARAMETERS) {
    ROW;
    float squares = 0;
    for (int c = 0; c < classes; c++) {
        float error = z[c] - t[c];
        squares += error * error;
        dZ[c] = error / classes;
    }
    finish_row(z, t, dZ, outcome, rows, classes, hardShare, softShare, squares / (2 * classes));
}

// log(1 / (1 + e^-x))
INLINE float log_sigmoid(float x) {
    return fmin(x, 0.0f) - log1p(exp(-fabs(x)));
}

// Log of the odds of the target, -infinity without one: a logit over the others' sum.
INLINE float log_odds(const __global float *x, int target, Softmax others) {
    return target < 0 ? -INFINITY : log_softmax(others, x[max(target, 0)]);
}

__kernel GROUP_OF(ELEMENT_ITEMS) void decoupled(DISTILLATION_PARAMETERS, float targetWeight, float otherWeight) {
    ROW;
    int target = target_of(t[classes], classes);
    Softmax student = softmax_of(z, classes, target, temperature);
    Softmax teacher = softmax_of(t, classes, target, temperature);
    float qOdds = log_odds(z, target, student);
    float pOdds = log_odds(t, target, teacher);
    float p = exp(log_sigmoid(pOdds));
    float targetGradient = exp(log_sigmoid(qOdds)) - p;
    // 1 - p by the odds against the target: nothing is left of it if the target has all of the mass.
    float targetPart = divergence_term(p, log_sigmoid(pOdds), log_sigmoid(qOdds))
            + divergence_term(exp(log_sigmoid(-pOdds)), log_sigmoid(-pOdds), log_sigmoid(-qOdds));
    float otherPart = 0;
    for (int c = 0; c < classes; c++) {
        float logQ = log_softmax(student, z[c]);
        float logP = log_softmax(teacher, t[c]);
        if (c == target) {
            dZ[c] = temperature * targetWeight * targetGradient;
        } else {
            float q = exp(logQ);
            otherPart += divergence_term(exp(logP), logP, logQ);
            dZ[c] = temperature * (otherWeight * (q - exp(logP)) - targetWeight * targetGradient * q);
        }
    }
    float divergence = temperature * temperature * (targetWeight * targetPart + otherWeight * otherPart);
    finish_row(z, t, dZ, outcome, rows, classes, hardShare, softShare, divergence);
}

// Mean and standard deviation of x - first: a row's logits may all be far from 0, and its spread small.
typedef struct {
    float first, mean, sigma;
} Spread;

INLINE Spread spread_of(const __global float *x, int classes, float varianceFloor) {
    Spread spread = { x[0], 0, 0 };
    for (int c = 1; c < classes; c++) {
        spread.mean += x[c] - spread.first;
    }
    spread.mean /= classes;
    float squares = 0;
    for (int c = 0; c < classes; c++) {
        float error = x[c] - spread.first - spread.mean;
        squares += error * error;
    }
    spread.sigma = sqrt(squares / classes + varianceFloor);
    return spread;
}

// Soft targets of standardised logits: a softmax does not see their mean, and sigma multiplies the temperature.
__kernel GROUP_OF(ELEMENT_ITEMS) void standardized(DISTILLATION_PARAMETERS, float varianceFloor) {
    ROW;
    Spread spread = spread_of(z, classes, varianceFloor);
    Softmax student = softmax_of(z, classes, -1, temperature * spread.sigma);
    Softmax teacher = softmax_of(t, classes, -1, temperature * spread_of(t, classes, varianceFloor).sigma);
    float divergence = divergence_of(z, t, dZ, classes, temperature, student, teacher);
    float mean = 0;
    float along = 0;
    for (int c = 0; c < classes; c++) {
        mean += dZ[c] / classes;
        along += dZ[c] * (z[c] - spread.first - spread.mean) / spread.sigma / classes;
    }
    for (int c = 0; c < classes; c++) {
        float s = (z[c] - spread.first - spread.mean) / spread.sigma;
        dZ[c] = (dZ[c] - mean - s * along) / spread.sigma;
    }
    finish_row(z, t, dZ, outcome, rows, classes, hardShare, softShare, divergence);
}
