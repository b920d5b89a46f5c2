// What products are launched with, and where their sums go: C = alpha op(A) op(B) + beta C and the epilogue, or one
// step of Adam with op(A) op(B) as gradient.

#include "vector.cl"
#include "epilogue.cl"
#include "adam_step.cl"

#define GEMM_PARAMETERS \
    const __global float *restrict a, int aOffset, const __global float *restrict b, int bOffset, \
    __global float *restrict c, int cOffset, int m, int n, int k, float alpha, float beta, EPILOGUE_PARAMETERS
#define GEMM_ADAM_PARAMETERS \
    const __global float *restrict a, int aOffset, const __global float *restrict b, int bOffset, int m, int n, int k, \
    ADAM_PARAMETERS

typedef struct {
    __global float *c;
    float alpha, beta;
    Epilogue epilogue;
} Destination;

#define DESTINATION { c + cOffset, alpha, beta, EPILOGUE }

// Brings the sums of elements e .. e + count - 1 of C to their end, which lie in one row from its column on.
INLINE void store_result(Destination to, floatv sum, int e, int column, int count) {
    floatv value = to.alpha * sum;
    if (to.beta != 0) {
        value += to.beta * load_first(to.c + e, count);
    }
    store_first(finished(to.epilogue, value, e, column), count, to.c + e);
}
