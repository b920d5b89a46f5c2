// The kernels of gemm_block.cl for tiles of TILE_M rows; included once for each height. An item has TILE_ITEM_M rows.

#define TILE_ITEM_M (TILE_M / ITEM_ROWS)
// One float apart from a multiple of the banks, so that items which write neighbouring depths of a row hit different banks.
#define TILE_A_LINE (TILE_M + 4)
#define LOADS_A ((TILE_M * BLOCK_K + BLOCK_ITEMS - 1) / BLOCK_ITEMS)
#define LOADS_B ((BLOCK_N * BLOCK_K + BLOCK_ITEMS - 1) / BLOCK_ITEMS)
#define NAMED(name) JOIN(name, ROWS_NAME)

// Neighbouring items read neighbouring elements: along a row or along the depth, whichever lies side by side in memory.
#define A_ROW(e) (alongDepth ? (e) / BLOCK_K : (e) % TILE_M)
#define A_DEPTH(e) (alongDepth ? (e) % BLOCK_K : (e) / TILE_M)
#define B_COLUMN(e) (transB ? (e) / BLOCK_K : (e) % BLOCK_N)
#define B_DEPTH(e) (transB ? (e) % BLOCK_K : (e) / BLOCK_N)

// sums = this item's part of the tile at row i, column j, products begin .. end - 1. The first five arguments are constants.
INLINE void NAMED(multiply_)(
        const int rowKind, const int depthKind, const int alongDepth, const int transB, Product product, int i, int j,
        int begin, int end, __local float *as, __local float *bs, floatv sums[TILE_ITEM_M][ITEM_VECTORS]) {
    int item = get_local_id(0);
    int top = item / ITEM_COLUMNS * TILE_ITEM_M;
    int left = item % ITEM_COLUMNS * WIDTH;
    float nextA[LOADS_A];
    float nextB[LOADS_B];
    int rowPlace[LOADS_A];
#pragma unroll
    for (int s = 0; s < LOADS_A; s++) {
        int row = i + A_ROW(item + s * BLOCK_ITEMS);
        rowPlace[s] = row < product.m ? place(rowKind, row, product.aRowStep, product.geometry) : -1;
    }
#pragma unroll
    for (int r = 0; r < TILE_ITEM_M; r++) {
#pragma unroll
        for (int v = 0; v < ITEM_VECTORS; v++) {
            sums[r][v] = 0;
        }
    }
    // One more round than slices: each fetches its slice and multiplies the one before.
    int slices = (end - begin + BLOCK_K - 1) / BLOCK_K;
    for (int slice = 0; slice <= slices; slice++) {
        int p = begin + slice * BLOCK_K;
        if (slice < slices) {
#pragma unroll
            for (int s = 0; s < LOADS_A; s++) {
                int depth = p + A_DEPTH(item + s * BLOCK_ITEMS);
                int inside = rowPlace[s] >= 0 && depth < end;
                nextA[s] = inside
                        ? product.a[rowPlace[s] + place(depthKind, depth, product.aDepthStep, product.geometry)]
                        : 0;
            }
#pragma unroll
            for (int s = 0; s < LOADS_B; s++) {
                int depth = p + B_DEPTH(item + s * BLOCK_ITEMS);
                int column = j + B_COLUMN(item + s * BLOCK_ITEMS);
                int inside = column < product.n && depth < end;
                nextB[s] = inside ? product.b[depth * product.bDepthStep + column * product.bColumnStep] : 0;
            }
        }
        if (slice > 0) {
            const __local float *a = as + (slice - 1) % 2 * BLOCK_K * TILE_A_LINE;
            const __local float *b = bs + (slice - 1) % 2 * BLOCK_K * BLOCK_N;
#pragma unroll
            for (int q = 0; q < BLOCK_K; q++) {
                floatv columns[ITEM_VECTORS];
#pragma unroll
                for (int v = 0; v < ITEM_VECTORS; v++) {
                    columns[v] = load_private(b + q * BLOCK_N + v * ITEM_COLUMNS * WIDTH + left);
                }
#pragma unroll
                for (int r = 0; r < TILE_ITEM_M; r++) {
                    float element = a[q * TILE_A_LINE + top + r];
#pragma unroll
                    for (int v = 0; v < ITEM_VECTORS; v++) {
                        sums[r][v] += element * columns[v];
                    }
                }
            }
        }
        if (slice < slices) {
            __local float *a = as + slice % 2 * BLOCK_K * TILE_A_LINE;
            __local float *b = bs + slice % 2 * BLOCK_K * BLOCK_N;
#pragma unroll
            for (int s = 0; s < LOADS_A; s++) {
                int e = item + s * BLOCK_ITEMS;
                if (e < TILE_M * BLOCK_K) {
                    a[A_DEPTH(e) * TILE_A_LINE + A_ROW(e)] = nextA[s];
                }
            }
#pragma unroll
            for (int s = 0; s < LOADS_B; s++) {
                int e = item + s * BLOCK_ITEMS;
                if (e < BLOCK_N * BLOCK_K) {
                    b[B_DEPTH(e) * BLOCK_N + B_COLUMN(e)] = nextB[s];
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
}

// The tile and the stretch of k that a group has: groups are numbered by column, then by row, then by split.
#define GROUP_TILE(rowKind, depthKind, alongDepth, transB) \
    __local float as[2 * BLOCK_K * TILE_A_LINE]; \
    __local float bs[2 * BLOCK_K * BLOCK_N]; \
    int tileColumns = (n + BLOCK_N - 1) / BLOCK_N; \
    int tileRows = (m + TILE_M - 1) / TILE_M; \
    int j = get_group_id(0) % tileColumns * BLOCK_N; \
    int i = get_group_id(0) / tileColumns % tileRows * TILE_M; \
    int split = get_group_id(0) / (tileColumns * tileRows); \
    floatv sums[TILE_ITEM_M][ITEM_VECTORS]; \
    NAMED(multiply_)( \
            rowKind, depthKind, alongDepth, transB, product, i, j, split * splitDepth, \
            min(k, (split + 1) * splitDepth), as, bs, sums); \
    i += get_local_id(0) / ITEM_COLUMNS * TILE_ITEM_M; \
    j += get_local_id(0) % ITEM_COLUMNS * WIDTH;

#define FOR_EACH_VECTOR(body) \
    _Pragma("unroll") for (int r = 0; r < TILE_ITEM_M; r++) { \
        _Pragma("unroll") for (int v = 0; v < ITEM_VECTORS; v++) { \
            int column = j + v * ITEM_COLUMNS * WIDTH; \
            int e = (i + r) * n + column; \
            if (i + r < m && column < n) { \
                body \
            } \
        } \
    }

// A group writes its tile of C; or, where there are several splits, its sums as they are to c[split].
#define STORE \
    if (splitDepth < k) { \
        FOR_EACH_VECTOR(store_first(sums[r][v], n - column, c + cOffset + split * m * n + e);) \
        return; \
    } \
    FOR_EACH_VECTOR(floatv value = alpha * sums[r][v]; if (beta != 0) { \
        value += beta * load_first(c + cOffset + e, n - column); \
    } store_first(finished(epilogue, value, e, column), n - column, c + cOffset + e);)

#define BLOCK_GEMM(name, transA, transB) \
    __kernel GROUP_OF(BLOCK_ITEMS) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, \
            int cOffset, int m, int n, int k, int splitDepth, float alpha, float beta, EPILOGUE_PARAMETERS) { \
        const Epilogue epilogue = EPILOGUE; \
        const Product product = { \
            a + aOffset, b + bOffset, m, n, k, transA ? 1 : k, transA ? m : 1, transB ? 1 : n, transB ? k : 1 \
        }; \
        GROUP_TILE(LINEAR, LINEAR, !transA, transB) \
        STORE \
    }

BLOCK_GEMM(NAMED(gemm_nn_), 0, 0)
BLOCK_GEMM(NAMED(gemm_nt_), 0, 1)
BLOCK_GEMM(NAMED(gemm_tn_), 1, 0)
BLOCK_GEMM(NAMED(gemm_tt_), 1, 1)

#define BLOCK_GEMM_ADAM(name, transA, transB) \
    __kernel GROUP_OF(BLOCK_ITEMS) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *w, \
            int wOffset, __global float *moment1, int moment1Offset, __global float *moment2, int moment2Offset, \
            int m, int n, int k, int splitDepth, ADAM_PARAMETERS) { \
        const Adam adam = ADAM; \
        const Product product = { \
            a + aOffset, b + bOffset, m, n, k, transA ? 1 : k, transA ? m : 1, transB ? 1 : n, transB ? k : 1 \
        }; \
        GROUP_TILE(LINEAR, LINEAR, !transA, transB) \
        FOR_EACH_VECTOR(adam_update( \
                                adam, sums[r][v], n - column, w + wOffset + e, moment1 + moment1Offset + e, \
                                moment2 + moment2Offset + e);) \
    }

BLOCK_GEMM_ADAM(NAMED(gemm_adam_nn_), 0, 0)
BLOCK_GEMM_ADAM(NAMED(gemm_adam_nt_), 0, 1)
BLOCK_GEMM_ADAM(NAMED(gemm_adam_tn_), 1, 0)
BLOCK_GEMM_ADAM(NAMED(gemm_adam_tt_), 1, 1)

// A convolution's output pixels times its filters, or its kernel's elements times the filters of dY: what convolutions are as
// products. Images need no padding, see conv2d.cl.
#define BLOCK_CONV(name, rowKind, depthKind, alongDepth) \
    __kernel GROUP_OF(BLOCK_ITEMS) void name( \
            const __global float *a, int aOffset, const __global float *b, int bOffset, __global float *c, \
            int cOffset, int m, int n, int k, int splitDepth, float alpha, float beta, GEOMETRY_PARAMETERS, \
            EPILOGUE_PARAMETERS) { \
        const Epilogue epilogue = EPILOGUE; \
        const Product product = { a + aOffset, b + bOffset, m, n, k, 0, 0, n, 1, GEOMETRY }; \
        GROUP_TILE(rowKind, depthKind, alongDepth, 0) \
        STORE \
    }

BLOCK_CONV(NAMED(conv2d_), PIXEL, TAP, 1)
BLOCK_CONV(NAMED(conv2d_filter_gradient_), TAP, PIXEL, 0)

#undef TILE_ITEM_M
#undef TILE_A_LINE
#undef LOADS_A
#undef LOADS_B
#undef NAMED
#undef A_ROW
#undef A_DEPTH
#undef B_COLUMN
#undef B_DEPTH
#undef GROUP_TILE
#undef FOR_EACH_VECTOR
#undef STORE
#undef BLOCK_GEMM
#undef BLOCK_GEMM_ADAM
#undef BLOCK_CONV
