package retort.kernels.opencl;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import retort.kernels.BackendException;
import retort.kernels.Device;

/**
 * The device's memory as one backend uses it. What closed scopes give back is kept by size for the next one, which is
 * safe before the work on it is done: the queue is in order. Sizes are held against the device's limits here, because a
 * driver may accept a buffer that it can't back and end the process at its first use.
 */
final class ClMemory implements AutoCloseable {
    /** Elements readable after a buffer's end, so that a kernel may load whole vectors across a row's edge. */
    static final int PADDING = 64;

    private final Device device;
    private final long context;
    private final Map<Integer, ArrayDeque<ClBuffer>> free = new HashMap<>();
    private final Map<Long, ClBuffer> lent = new HashMap<>();
    private long heldBytes;

    ClMemory(Device device, long context) {
        this.device = device;
        this.context = context;
    }

    /** A buffer of just this many elements, which are unspecified. */
    ClBuffer take(String op, int elements) {
        ArrayDeque<ClBuffer> kept = free.get(elements);
        ClBuffer buffer = kept == null || kept.isEmpty() ? create(op, elements) : kept.pop();
        lent.put(buffer.handle(), buffer);
        return buffer;
    }

    void give(ClBuffer buffer) {
        if (lent.remove(buffer.handle()) != null) {
            free.computeIfAbsent(buffer.elements(), elements -> new ArrayDeque<>())
                    .push(buffer);
        }
    }

    /** Bytes of device memory held, lent out or kept. */
    long heldBytes() {
        return heldBytes;
    }

    private ClBuffer create(String op, int elements) {
        long bytes = ((long) elements + PADDING) * Float.BYTES;
        if (bytes > device.largestAllocationBytes()) {
            throw refusal(op, bytes, "the largest allocation is " + mebibytes(device.largestAllocationBytes()));
        }
        if (heldBytes + bytes > device.globalMemoryBytes()) {
            dropKept();
        }
        if (heldBytes + bytes > device.globalMemoryBytes()) {
            throw refusal(op, bytes, taken());
        }
        ClBuffer buffer = new ClBuffer(handle(op, bytes), elements);
        heldBytes += bytes;
        return buffer;
    }

    /** A cl_mem; if the driver has none, from what is kept. */
    private long handle(String op, long bytes) {
        try {
            return OpenCl.createBuffer(op, context, bytes);
        } catch (OpenClException first) {
            dropKept();
            try {
                return OpenCl.createBuffer(op, context, bytes);
            } catch (OpenClException e) {
                throw ClStatus.isOutOfMemory(e.status())
                        ? refusal(op, bytes, taken() + ", and the driver has no more: " + ClStatus.name(e.status()))
                        : e;
            }
        }
    }

    private String taken() {
        return mebibytes(heldBytes) + " of " + mebibytes(device.globalMemoryBytes()) + " are taken";
    }

    /**
     * A failure of work on this memory as the user should hear of it: a driver may find only at a buffer's first use
     * that it can't back it.
     */
    OpenClException explained(OpenClException failure) {
        return ClStatus.isOutOfMemory(failure.status())
                ? new OpenClException(
                        failure.getMessage() + ": memory of " + device.name() + " may be too small, " + taken(),
                        failure.status())
                : failure;
    }

    private BackendException refusal(String op, long bytes, String reason) {
        return new OpenClException(
                "opencl: " + op + ": no memory for " + mebibytes(bytes) + " on " + device.name() + ": " + reason, "");
    }

    private static String mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }

    private void dropKept() {
        free.values().forEach(buffers -> buffers.forEach(this::destroy));
        free.clear();
    }

    private void destroy(ClBuffer buffer) {
        OpenCl.releaseBuffer(buffer.handle());
        heldBytes -= buffer.bytes();
    }

    /** Frees everything, lent or not; the queue must be finished. */
    @Override
    public void close() {
        dropKept();
        lent.values().forEach(this::destroy);
        lent.clear();
    }
}
