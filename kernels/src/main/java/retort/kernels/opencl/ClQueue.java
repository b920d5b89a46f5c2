package retort.kernels.opencl;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.aparapi.Range;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import retort.kernels.DeviceCounters;

/**
 * The in-order queue of one backend: kernels and copies are queued and not waited for. Copies go through native staging
 * memory, so that an upload returns at once and no Java array is pinned while the device works; the staging slots and a
 * marker every few launches bound how far the host runs ahead.
 *
 * <p>Launching through Aparapi waits for every kernel: measured 65 to 123 us a launch against 4 to 5 us, see
 * docs/opencl.md.
 */
final class ClQueue implements AutoCloseable {
    /** {@code aparapi} launches kernels through Aparapi, anything else through the foreign-function layer. */
    static final String LAUNCH_PROPERTY = "retort.opencl.launch";

    private static final int STAGING_BYTES = 1 << 22;
    private static final int STAGING_SLOTS = 4;
    private static final int LAUNCHES_PER_MARKER = 256;
    private static final int LAUNCHES_PER_FLUSH = 16;

    private final ClContext context;
    private final boolean profile;
    private final ClMemory memory;
    private final boolean throughAparapi = "aparapi".equals(System.getProperty(LAUNCH_PROPERTY));
    private final ReentrantLock lock = new ReentrantLock();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment argument = arena.allocate(JAVA_LONG);
    private final MemorySegment sizes = arena.allocate(JAVA_LONG, 2);
    private final MemorySegment eventRoom = arena.allocate(JAVA_LONG);
    private final long queue;
    private final ClStaging staging;
    private final long[] slotEvents = new long[STAGING_SLOTS];
    private final Queue<Timed> timed = new ArrayDeque<>();
    private final Map<String, Long> deviceNanos = new TreeMap<>();
    private int nextSlot;
    private long lastMarker;
    private long launches;
    private long uploadedBytes;
    private long downloadedBytes;
    private long waits;
    private boolean closed;

    /** A launch whose device time is not yet known. */
    private record Timed(String op, long event) {}

    /** @param memory that the work is done in */
    ClQueue(ClContext context, boolean profile, ClMemory memory) {
        this.context = context;
        this.profile = profile;
        this.memory = memory;
        queue = context.queue(profile || throughAparapi);
        try {
            if (profile && !OpenCl.queueProfiles(queue)) {
                throw new OpenClException("opencl: profile: this Aparapi's queue does not record device times", "");
            }
            staging = new ClStaging(queue, context.handle(), STAGING_BYTES * STAGING_SLOTS);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Queues {@code groups} work-groups of a kernel; operands as {@link ClKernel#spell} takes them. */
    void launch(Supplier<String> op, ClKernel kernel, int groups, Object... operands) {
        if (groups < 1 || (long) groups * kernel.groupSize() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("opencl: " + op.get() + ": " + kernel.name() + " in " + groups
                    + " groups of " + kernel.groupSize() + " is no range");
        }
        Object[] arguments = kernel.spell(operands);
        alone(() -> {
            launches++;
            if (throughAparapi) {
                launchThroughAparapi(kernel, groups, arguments);
            } else {
                enqueue(op, kernel, groups, arguments);
            }
        });
    }

    private void launchThroughAparapi(ClKernel kernel, int groups, Object[] arguments) {
        Object[] withRange = new Object[arguments.length + 1];
        withRange[0] = Range.create(context.aparapi(), groups * kernel.groupSize(), kernel.groupSize());
        for (int i = 0; i < arguments.length; i++) {
            withRange[i + 1] = arguments[i] instanceof ClBuffer buffer ? (Object) buffer.handle() : arguments[i];
        }
        Arrays.fill(kernel.current(), null);
        kernel.aparapi().invoke(withRange);
    }

    private void enqueue(Supplier<String> op, ClKernel kernel, int groups, Object[] arguments) {
        String name = profile ? op.get() : kernel.name();
        Object[] current = kernel.current();
        for (int i = 0; i < arguments.length; i++) {
            if (!arguments[i].equals(current[i])) {
                setArgument(op, kernel, i, arguments[i]);
                current[i] = arguments[i];
            }
        }
        sizes.setAtIndex(JAVA_LONG, 0, (long) groups * kernel.groupSize());
        sizes.setAtIndex(JAVA_LONG, 1, kernel.groupSize());
        try {
            enqueue(name, kernel);
        } catch (OpenClException e) {
            throw new OpenClException(e.getMessage() + " in " + op.get(), e.status());
        }
        if (profile) {
            timed.add(new Timed(name, eventRoom.get(JAVA_LONG, 0)));
        }
        pace(name);
    }

    /** A driver may find only here that it has no room for a kernel's buffers: it is asked once more with more room. */
    private void enqueue(String name, ClKernel kernel) {
        MemorySegment event = profile ? eventRoom : MemorySegment.NULL;
        try {
            OpenCl.enqueueKernel(name, queue, kernel.handle(), sizes, event);
        } catch (OpenClException e) {
            if (!ClStatus.isOutOfMemory(e.status()) || !memory.makeRoom(() -> OpenCl.finish(name, queue))) {
                throw e;
            }
            OpenCl.enqueueKernel(name, queue, kernel.handle(), sizes, event);
        }
    }

    private void setArgument(Supplier<String> op, ClKernel kernel, int index, Object value) {
        Arrays.fill(kernel.current(), index, index + 1, null);
        long bytes = switch (value) {
            case ClBuffer buffer -> {
                argument.set(JAVA_LONG, 0, buffer.handle());
                yield Long.BYTES;
            }
            case Integer number -> {
                argument.set(JAVA_INT, 0, number);
                yield Integer.BYTES;
            }
            case Float number -> {
                argument.set(JAVA_FLOAT, 0, number);
                yield Float.BYTES;
            }
            default -> throw new IllegalArgumentException("opencl: " + op.get() + ": argument " + value);
        };
        OpenClPrograms.setKernelArgument(kernel.name(), kernel.handle(), index, argument, bytes);
    }

    /** Starts what is queued now and then, and waits once the host is two markers ahead. */
    private void pace(String op) {
        if (launches % LAUNCHES_PER_MARKER == 0) {
            OpenCl.enqueueMarker(op, queue, eventRoom);
            long before = lastMarker;
            lastMarker = eventRoom.get(JAVA_LONG, 0);
            if (before != 0) {
                waits++;
                OpenCl.await(op, before);
            }
            collectTimes();
        }
        if (launches % LAUNCHES_PER_FLUSH == 0) {
            OpenCl.flush(op, queue);
        }
    }

    void upload(float[] source, int offset, ClTensor destination) {
        alone(() -> {
            for (int done = 0; done < destination.size(); ) {
                int count = Math.min(destination.size() - done, STAGING_BYTES / Float.BYTES);
                MemorySegment slot = nextStagingSlot();
                MemorySegment.copy(source, offset + done, slot, JAVA_FLOAT, 0, count);
                long bytes = (long) count * Float.BYTES;
                long at = ((long) destination.offset() + done) * Float.BYTES;
                OpenCl.enqueueWrite("upload", queue, destination.buffer().handle(), at, slot, bytes, eventRoom);
                slotEvents[nextSlot] = eventRoom.get(JAVA_LONG, 0);
                nextSlot = (nextSlot + 1) % STAGING_SLOTS;
                uploadedBytes += bytes;
                done += count;
            }
            OpenCl.flush("upload", queue);
        });
    }

    /** The next part of the staging memory, once the copy out of it before is done. */
    private MemorySegment nextStagingSlot() {
        if (slotEvents[nextSlot] != 0) {
            long event = slotEvents[nextSlot];
            slotEvents[nextSlot] = 0;
            waits++;
            OpenCl.await("upload", event);
        }
        return staging.memory().asSlice((long) nextSlot * STAGING_BYTES, STAGING_BYTES);
    }

    void download(ClTensor source, float[] destination, int offset) {
        alone(() -> {
            for (int done = 0; done < source.size(); ) {
                int count = Math.min(source.size() - done, STAGING_BYTES / Float.BYTES);
                MemorySegment slot = nextStagingSlot();
                long bytes = (long) count * Float.BYTES;
                long at = ((long) source.offset() + done) * Float.BYTES;
                waits++;
                OpenCl.read("download", queue, source.buffer().handle(), at, slot, bytes);
                MemorySegment.copy(slot, JAVA_FLOAT, 0, destination, offset + done, count);
                downloadedBytes += bytes;
                done += count;
            }
            settle();
        });
    }

    void copy(ClTensor from, ClTensor to) {
        alone(() -> {
            OpenCl.enqueueCopy(
                    "copy",
                    queue,
                    from.buffer().handle(),
                    (long) from.offset() * Float.BYTES,
                    to.buffer().handle(),
                    (long) to.offset() * Float.BYTES,
                    (long) from.size() * Float.BYTES,
                    profile ? eventRoom : MemorySegment.NULL);
            if (profile) {
                timed.add(new Timed("copy", eventRoom.get(JAVA_LONG, 0)));
            }
        });
    }

    void finish() {
        waits++;
        finishUncounted();
    }

    private void finishUncounted() {
        alone(() -> {
            OpenCl.finish("finish", queue);
            settle();
        });
    }

    /** Gives back the events of work that is known to be done. */
    private void settle() {
        if (lastMarker != 0) {
            long marker = lastMarker;
            lastMarker = 0;
            OpenCl.await("finish", marker);
        }
        collectTimes();
    }

    private void collectTimes() {
        if (timed.isEmpty()) {
            return;
        }
        OpenCl.finish("profile", queue);
        while (!timed.isEmpty()) {
            Timed each = timed.remove();
            OpenClLibrary.all(
                    () -> deviceNanos.merge(each.op(), OpenCl.eventNanos(each.op(), each.event()), Long::sum),
                    () -> OpenCl.releaseEvent(each.event()));
        }
    }

    DeviceCounters counters() {
        finishUncounted();
        return new DeviceCounters(launches, uploadedBytes, downloadedBytes, waits, deviceNanos);
    }

    /** Runs work that no other thread does at the same time: drivers end the process when two share a kernel. */
    void alone(Runnable work) {
        if (!lock.tryLock()) {
            throw new IllegalStateException("opencl: a backend is used by one thread at a time, this is a second one");
        }
        try {
            if (closed) {
                throw new IllegalStateException("opencl: this backend is closed");
            }
            work.run();
        } catch (OpenClException e) {
            throw memory.explained(e);
        } finally {
            lock.unlock();
        }
    }

    /** Everything is given back, whatever fails. */
    @Override
    public void close() {
        OpenClLibrary.all(
                this::finish,
                () -> closed = true,
                () -> OpenClLibrary.all(events().mapToObj(event -> (Runnable) () -> OpenCl.releaseEvent(event))
                        .toArray(Runnable[]::new)),
                staging::close,
                arena::close);
    }

    /** Those that are left: of uploads, and after a failure of launches. */
    private LongStream events() {
        LongStream ofWork =
                LongStream.concat(LongStream.of(lastMarker), timed.stream().mapToLong(Timed::event));
        return LongStream.concat(LongStream.of(slotEvents), ofWork).filter(event -> event != 0);
    }
}
