package retort.kernels.opencl;

/**
 * Memory on the device. Two are equal only if they are one: a driver gives the handle of memory that was freed to other
 * memory.
 */
final class ClBuffer {
    private final long handle;
    private final int elements;

    ClBuffer(long handle, int elements) {
        this.handle = handle;
        this.elements = elements;
    }

    /** The cl_mem. */
    long handle() {
        return handle;
    }

    /** Float32 elements that may be used; {@link ClMemory#PADDING} more may be read. */
    int elements() {
        return elements;
    }

    long bytes() {
        return ((long) elements + ClMemory.PADDING) * Float.BYTES;
    }
}
