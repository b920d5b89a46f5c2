// The micro-kernel of products for tiles of ROWS rows; included once for each height, because LLVM unrolls its loops
// for sure only where their bounds are literal.

// tile = rows i .. i + ROWS - 1 of op(A), columns p .. p + depth - 1, times the panel, or where there is none times
// columns from j on of B itself. The sums leave their registers here, so that what is done to them is a loop: with all
// copies of it inlined LLVM keeps the sums in memory from the start, at a fifth of the speed.
NOINLINE void JOIN(multiply_, ROWS)(
        const int transA, const int packed, Product product, int i, int j, int p, int depth,
        const __local floatv *panel, floatv *tile) {
    floatv sums[ROWS][GEMM_NR_VECTORS];
    UNROLLED(r, ROWS) {
        UNROLLED(v, GEMM_NR_VECTORS) {
            sums[r][v] = 0;
        }
    }
    const __global float *a = product.a + (transA ? p * product.m + i : i * product.k + p);
    const __global float *b = product.b + p * product.n + j;
    int step = transA ? product.m : 1;
    int rowStep = transA ? 1 : product.k;
    for (int q = 0; q < depth; q++) {
        floatv bs[GEMM_NR_VECTORS];
        UNROLLED(v, GEMM_NR_VECTORS) {
            bs[v] = packed ? panel[q * GEMM_NR_VECTORS + v] : load(b + v * WIDTH);
        }
        UNROLLED(r, ROWS) {
            float element = a[r * rowStep];
            UNROLLED(v, GEMM_NR_VECTORS) {
                sums[r][v] += element * bs[v];
            }
        }
        a += step;
        b += product.n;
    }
    UNROLLED(r, ROWS) {
        UNROLLED(v, GEMM_NR_VECTORS) {
            tile[r * GEMM_NR_VECTORS + v] = sums[r][v];
        }
    }
}

#undef ROWS
