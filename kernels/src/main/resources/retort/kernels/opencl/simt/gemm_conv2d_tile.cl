// The kernels of gemm_conv2d.cl, whose macros they use, for tiles of TILE_M rows; included once for each height.

// sums = this item's part of the tile at row i, column j, products begin .. end - 1. The first four arguments are
// constants.
INLINE void NAMED(multiply_)(
        const int rowKind, const int depthKind, const int alongDepth, const int transB, Product product, int i, int j,
        int begin, int end, __local float *as, __local float *bs, floatv sums[TILE_ITEM_M][ITEM_VECTORS]) {
    int item = get_local_id(0);
    int top = item / ITEM_COLUMNS * TILE_ITEM_M;
    int left = item % ITEM_COLUMNS * WIDTH;
    float nextA[LOADS_A];
    float nextB[LOADS_B];
    int rowPlace[LOADS_A];
    UNROLLED(s, LOADS_A) {
        int row = i + A_ROW(item + s * BLOCK_ITEMS);
        rowPlace[s] = row < product.m ? place(rowKind, row, product.aRowStep, product.geometry) : -1;
    }
    UNROLLED(r, TILE_ITEM_M) {
        UNROLLED(v, ITEM_VECTORS) {
            sums[r][v] = 0;
        }
    }
    // One more round than slices: each fetches its slice and multiplies the one before.
    int slices = (end - begin + BLOCK_K - 1) / BLOCK_K;
    for (int slice = 0; slice <= slices; slice++) {
        int p = begin + slice * BLOCK_K;
        if (slice < slices) {
            UNROLLED(s, LOADS_A) {
                int depth = p + A_DEPTH(item + s * BLOCK_ITEMS);
                int inside = rowPlace[s] >= 0 && depth < end;
                nextA[s] = inside
                        ? product.a[rowPlace[s] + place(depthKind, depth, product.aDepthStep, product.geometry)]
                        : 0;
            }
            UNROLLED(s, LOADS_B) {
                int depth = p + B_DEPTH(item + s * BLOCK_ITEMS);
                int column = j + B_COLUMN(item + s * BLOCK_ITEMS);
                int inside = column < product.n && depth < end;
                nextB[s] = inside ? product.b[depth * product.bDepthStep + column * product.bColumnStep] : 0;
            }
        }
        if (slice > 0) {
            const __local float *a = as + (slice - 1) % 2 * BLOCK_K * TILE_A_LINE;
            const __local float *b = bs + (slice - 1) % 2 * BLOCK_K * BLOCK_N;
            UNROLLED(q, BLOCK_K) {
                floatv columns[ITEM_VECTORS];
                UNROLLED(v, ITEM_VECTORS) {
                    columns[v] = load_private(b + q * BLOCK_N + v * ITEM_COLUMNS * WIDTH + left);
                }
                UNROLLED(r, TILE_ITEM_M) {
                    float element = a[q * TILE_A_LINE + top + r];
                    UNROLLED(v, ITEM_VECTORS) {
                        sums[r][v] += element * columns[v];
                    }
                }
            }
        }
        if (slice < slices) {
            __local float *a = as + slice % 2 * BLOCK_K * TILE_A_LINE;
            __local float *b = bs + slice % 2 * BLOCK_K * BLOCK_N;
            UNROLLED(s, LOADS_A) {
                int e = item + s * BLOCK_ITEMS;
                if (e < TILE_M * BLOCK_K) {
                    a[A_DEPTH(e) * TILE_A_LINE + A_ROW(e)] = nextA[s];
                }
            }
            UNROLLED(s, LOADS_B) {
                int e = item + s * BLOCK_ITEMS;
                if (e < BLOCK_N * BLOCK_K) {
                    b[B_DEPTH(e) * BLOCK_N + B_COLUMN(e)] = nextB[s];
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
}

BLOCK_GEMM(NAMED(gemm_nn_), 0, 0)
BLOCK_GEMM(NAMED(gemm_nt_), 0, 1)
BLOCK_GEMM(NAMED(gemm_tn_), 1, 0)
BLOCK_GEMM(NAMED(gemm_tt_), 1, 1)
BLOCK_GEMM_ADAM(NAMED(gemm_adam_nn_), 0, 0)
BLOCK_GEMM_ADAM(NAMED(gemm_adam_nt_), 0, 1)
BLOCK_GEMM_ADAM(NAMED(gemm_adam_tn_), 1, 0)
BLOCK_GEMM_ADAM(NAMED(gemm_adam_tt_), 1, 1)
BLOCK_CONV(NAMED(conv2d_), PIXEL, TAP, 1)
BLOCK_CONV(NAMED(conv2d_filter_gradient_), TAP, PIXEL, 0)

#undef TILE_NAME
#undef TILE_M
