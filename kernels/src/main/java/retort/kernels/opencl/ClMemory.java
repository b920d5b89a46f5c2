package retort.kernels.opencl;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import retort.kernels.BackendException;
import retort.kernels.Device;

/**
 * The device's memory as one backend uses it. What closed scopes give back is kept by size for the next one, which is
 * safe before the work on it is done: the queue is in order. Who asks for ever new sizes gets what was not used for the
 * longest time freed: no more is kept than {@link #KEPT_OF_LENT} times what was ever lent at a time. Sizes are held
 * against the device's limits here, because a driver may accept a buffer that it can't back and end the process at its
 * first use.
 */
final class ClMemory implements AutoCloseable {
    /** Elements readable after a buffer's end, so that a kernel may load whole vectors across a row's edge. */
    static final int PADDING = 64;

    /** A step's activations are lent all at once, its ops' work memory one by one: neither is more than that. */
    static final int KEPT_OF_LENT = 2;

    /** Kept in any case: it would cost more to create the many small buffers of a small model anew. */
    static final long ALWAYS_KEPT_BYTES = 64 << 20;

    private final Device device;
    private final long context;

    /** By size, that which was not asked for the longest time first. */
    private final Map<Integer, ArrayDeque<ClBuffer>> free = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<Long, ClBuffer> lent = new HashMap<>();
    private long lentBytes;
    private long mostLentBytes;
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
        lentBytes += buffer.bytes();
        mostLentBytes = Math.max(mostLentBytes, lentBytes);
        return buffer;
    }

    void give(ClBuffer buffer) {
        if (lent.remove(buffer.handle()) != null) {
            lentBytes -= buffer.bytes();
            free.computeIfAbsent(buffer.elements(), elements -> new ArrayDeque<>())
                    .push(buffer);
            trim(Math.max(ALWAYS_KEPT_BYTES, KEPT_OF_LENT * mostLentBytes));
        }
    }

    /** Frees what was not used for the longest time until no more is kept. */
    private void trim(long mostBytes) {
        Iterator<ArrayDeque<ClBuffer>> sizes = free.values().iterator();
        while (heldBytes - lentBytes > mostBytes && sizes.hasNext()) {
            ArrayDeque<ClBuffer> oldest = sizes.next();
            while (heldBytes - lentBytes > mostBytes && !oldest.isEmpty()) {
                destroy(oldest.removeLast());
            }
            if (oldest.isEmpty()) {
                sizes.remove();
            }
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
        return ClStatus.isOutOfMemory(failure.status()) && !failure.getMessage().contains(device.name())
                ? new OpenClException(
                        failure.getMessage() + ": memory of " + device.name() + " may be too small, " + taken(),
                        failure.status())
                : failure.on(device);
    }

    private BackendException refusal(String op, long bytes, String reason) {
        return new OpenClException(
                "opencl: " + op + ": no memory for " + mebibytes(bytes) + " on " + device.name() + ": " + reason, "");
    }

    private static String mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }

    private void dropKept() {
        trim(0);
    }

    /**
     * Frees what is kept, if there is anything.
     *
     * @param finish waits for the work on it
     */
    boolean makeRoom(Runnable finish) {
        if (heldBytes == lentBytes) {
            return false;
        }
        finish.run();
        dropKept();
        return true;
    }

    /** Whatever the driver says of it, the buffer is no longer ours. */
    private void destroy(ClBuffer buffer) {
        heldBytes -= buffer.bytes();
        OpenCl.releaseBuffer(buffer.handle());
    }

    /** Frees everything, lent or not, whatever fails; the queue must be finished. */
    @Override
    public void close() {
        List<ClBuffer> all = Stream.concat(free.values().stream().flatMap(Collection::stream), lent.values().stream())
                .toList();
        free.clear();
        lent.clear();
        lentBytes = 0;
        OpenClLibrary.all(
                all.stream().map(buffer -> (Runnable) () -> destroy(buffer)).toArray(Runnable[]::new));
    }
}
