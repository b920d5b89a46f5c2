// Images of a table by their numbers, each moved by whole pixels; where a move leaves nothing there is 0.

#define WIDTH ELEMENT_WIDTH
#include "vector.cl"

// y[i][r][c] = x[images[i]][r - moves[i][0]][c - moves[i][1]]; an item does WIDTH elements of an image, which may be of
// several rows.
__kernel GROUP_OF(ELEMENT_ITEMS) void gather(
        const __global float *x, int xOffset, const __global float *images, int imagesOffset,
        const __global float *moves, int movesOffset, __global float *y, int yOffset, int table, int height, int width,
        int channels, int count) {
    int size = height * width * channels;
    int vectors = (size + WIDTH - 1) / WIDTH;
    int i = get_global_id(0) / vectors;
    int e = get_global_id(0) % vectors * WIDTH;
    if (i >= count) {
        return;
    }
    float image = images[imagesOffset + i];
    float down = moves[movesOffset + 2 * i];
    float right = moves[movesOffset + 2 * i + 1];
    __global float *to = y + yOffset + i * size + e;
    if (!(image > -1 && image < table && fabs(down) < height && fabs(right) < width)) {
        store_first((floatv)(0), size - e, to);
        return;
    }
    const __global float *from = x + xOffset + (int)image * size;
    int rowSize = width * channels;
    int shift = (int)right * channels;
    if ((int)down == 0 && shift == 0) {
        store_first(load(from + e), size - e, to);
        return;
    }
    int row = e / rowSize - (int)down;
    int place = e % rowSize - shift;
    float lane[WIDTH];
    UNROLLED(l, WIDTH) {
        bool isThere = row >= 0 && row < height && place >= 0 && place < rowSize;
        lane[l] = isThere ? from[row * rowSize + place] : 0;
        place++;
        if (place == rowSize - shift) {
            place = -shift;
            row++;
        }
    }
    store_first(load_private(lane), size - e, to);
}
