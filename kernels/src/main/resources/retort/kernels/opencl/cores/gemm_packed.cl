// C = alpha op(A) op(B) + beta C and the epilogue, for a device whose work-item is a processor core.
//
// A group is one item and computes GEMM_MC rows by GEMM_NR columns. It walks over k in blocks of GEMM_KC: it packs that
// part of B into a panel in local memory, and multiplies it with tiles of GEMM_MR rows of A, whose sums stay in
// registers. Between the blocks of a long k the sums wait in C. There are no barriers.
//
//                        n
//                +-------+------+---+
//                |       |      |   |        B: a panel of GEMM_KC x GEMM_NR, packed row after row:
//              k |       |panel |   | KC     GEMM_NR_VECTORS vectors of GEMM_WIDTH floats side by side
//                |       +------+   |
//         k      +-------+------+---+
//    +--+----+   +-------+------+---+
//    |  |    |   |       | tile |   | MR     C: a tile of GEMM_MR x GEMM_NR sums in registers
//  m |  |KC  |   |       +------+   |
//    |  |    |   |       |      |   | MC     a group: GEMM_MC rows of tiles under one panel
//    +--+----+   +-------+------+---+
//                           NR
//
// Source: Goto and van de Geijn 2008 (blocking); Van Zee and van de Geijn 2015 (micro-kernel).

#include "cores/gemm_macrokernel.cl"

// Rows p .. p + depth - 1 of op(B), columns j .. j + GEMM_NR - 1, side by side. Columns past the last hold anything.
INLINE void pack_panel(const int transB, Product product, int p, int depth, int j, __local floatv *panel) {
    if (!transB) {
        const __global float *row = product.b + p * product.n + j;
        for (int q = 0; q < depth; q++) {
            for (int v = 0; v < GEMM_NR_VECTORS; v++) {
                panel[q * GEMM_NR_VECTORS + v] = load(row + min(v * WIDTH, product.n - j));
            }
            row += product.n;
        }
    } else {
        __local float *elements = (__local float *) panel;
        for (int l = 0; l < GEMM_NR; l++) {
            const __global float *column = product.b + min(j + l, product.n - 1) * product.k + p;
            for (int q = 0; q < depth; q++) {
                elements[q * GEMM_NR + l] = column[q];
            }
        }
    }
}

// A group's GEMM_MC rows by GEMM_NR columns.
#define GEMM(name, transA, transB) \
    __kernel GROUP_OF(1) void name(GEMM_PARAMETERS) { \
        __local floatv panel[GEMM_KC * GEMM_NR_VECTORS]; \
        const Product product = PRODUCT; \
        const Destination to = DESTINATION; \
        int stripes = (n + GEMM_NR - 1) / GEMM_NR; \
        int j = get_group_id(0) % stripes * GEMM_NR; \
        int begin = get_group_id(0) / stripes * GEMM_MC; \
        int end = min(m, begin + GEMM_MC); \
        for (int p = 0; p < k; p += GEMM_KC) { \
            int depth = min(GEMM_KC, k - p); \
            pack_panel(transB, product, p, depth, j, panel); \
            column_of_tiles(transA, 1, product, to, begin, end, j, p, depth, panel); \
        } \
    }

GEMM(gemm_packed_nn, 0, 0)
GEMM(gemm_packed_nt, 0, 1)
GEMM(gemm_packed_tn, 1, 0)
GEMM(gemm_packed_tt, 1, 1)
