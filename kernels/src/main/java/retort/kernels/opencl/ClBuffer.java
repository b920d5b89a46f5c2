package retort.kernels.opencl;

/**
 * Memory on the device.
 *
 * @param handle the cl_mem
 * @param elements float32 elements that may be used; {@link ClMemory#PADDING} more may be read
 */
record ClBuffer(long handle, int elements) {
    long bytes() {
        return ((long) elements + ClMemory.PADDING) * Float.BYTES;
    }
}
