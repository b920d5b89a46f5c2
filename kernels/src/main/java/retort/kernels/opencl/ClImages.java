package retort.kernels.opencl;

/**
 * Images as the convolution kernels take them: a tensor or a buffer, whose extents include any border.
 *
 * @param elements a {@link ClTensor} or a {@link ClBuffer}
 */
record ClImages(Object elements, int height, int width, int channels) {}
