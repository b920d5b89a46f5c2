// How a group copies slices of one operand of a product into local memory; product.cl includes this for A and for B.
// OPERAND names it, TILE_SIDE is how many rows of op(A) or columns of op(B) a slice has, TILE_K its depth. Items fetch
// OPERAND_WIDTH elements at a time that lie side by side in memory: along the depth where BY_DEPTH, else along the
// side.

#define NAMED(name) JOIN(name, OPERAND)

enum {
    NAMED(vectors_) = TILE_SIDE * TILE_K / OPERAND_WIDTH,
    // Of an item.
    NAMED(fetches_) = (NAMED(vectors_) + ITEMS - 1) / ITEMS,
    // Padded, so that what neighbouring items write, one depth apart or four, lies in different banks.
    NAMED(line_) = TILE_SIDE + SIMT_PADDING
};

#if OPERAND_WIDTH == 1
typedef float NAMED(vector_);
#else
typedef floatv NAMED(vector_);
#endif

// Where in the slice vector e begins.
INLINE int NAMED(side_)(int e) {
    return BY_DEPTH ? e / (TILE_K / OPERAND_WIDTH) : e % (TILE_SIDE / OPERAND_WIDTH) * OPERAND_WIDTH;
}
INLINE int NAMED(depth_)(int e) {
    return BY_DEPTH ? e % (TILE_K / OPERAND_WIDTH) * OPERAND_WIDTH : e / (TILE_SIDE / OPERAND_WIDTH);
}

// Writes it to local memory, where a slice has the elements of one depth side by side.
INLINE void NAMED(keep_)(NAMED(vector_) v, int e, __local float *slice) {
    if (e >= NAMED(vectors_)) {
        return;
    }
    __local float *at = slice + NAMED(depth_)(e) * NAMED(line_) + NAMED(side_)(e);
#if OPERAND_WIDTH == 1
    *at = v;
#elif BY_DEPTH
    at[0] = v.x;
    at[NAMED(line_)] = v.y;
    at[2 * NAMED(line_)] = v.z;
    at[3 * NAMED(line_)] = v.w;
#else
    *(__local floatv *) at = v;
#endif
}

#undef NAMED
#undef OPERAND
#undef OPERAND_WIDTH
#undef BY_DEPTH
#undef TILE_SIDE
