// C = alpha op(A) op(B) + beta C and the epilogue, for a device whose work-item is a processor core.

#ifndef GEMM_WIDTH
#define GEMM_WIDTH 16
#endif

#define WIDTH GEMM_WIDTH
#define DIRECT_ITEMS 1
#include "vector.cl"
#include "philox.cl"
#include "epilogue.cl"
#include "adam_update.cl"
#include "gemm_direct.cl"
