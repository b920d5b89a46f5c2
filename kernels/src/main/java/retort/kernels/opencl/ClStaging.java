package retort.kernels.opencl;

import java.lang.foreign.MemorySegment;

/**
 * Host memory that copies to and from the device go through: a buffer that the driver keeps in host memory and maps
 * once. Only from such memory does a GPU copy while the host goes on; from any other it first drains the queue.
 */
final class ClStaging implements AutoCloseable {
    private final long queue;
    private final long buffer;
    private final MemorySegment memory;

    ClStaging(long queue, long context, int bytes) {
        this.queue = queue;
        buffer = OpenCl.createHostBuffer("staging", context, bytes);
        try {
            memory = OpenCl.map("staging", queue, buffer, bytes);
        } catch (RuntimeException e) {
            OpenClLibrary.after(e, () -> OpenCl.releaseBuffer(buffer));
            throw e;
        }
    }

    MemorySegment memory() {
        return memory;
    }

    /** The queue must be finished. */
    @Override
    public void close() {
        OpenClLibrary.all(
                () -> OpenCl.unmap("staging", queue, buffer, memory),
                () -> OpenCl.finish("staging", queue),
                () -> OpenCl.releaseBuffer(buffer));
    }
}
