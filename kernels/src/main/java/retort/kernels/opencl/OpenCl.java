package retort.kernels.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static retort.kernels.opencl.OpenClLibrary.all;
import static retort.kernels.opencl.OpenClLibrary.bind;
import static retort.kernels.opencl.OpenClLibrary.bindTo;
import static retort.kernels.opencl.OpenClLibrary.call;
import static retort.kernels.opencl.OpenClLibrary.check;
import static retort.kernels.opencl.OpenClLibrary.failure;
import static retort.kernels.opencl.OpenClLibrary.info;
import static retort.kernels.opencl.OpenClLibrary.number;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls of the OpenCL C interface that Aparapi has no way to make, on the same loader that it uses. Handles
 * (context, queue, buffer, kernel, event) are plain longs. Every status is checked; {@code op} names the work for the
 * message.
 */
final class OpenCl {
    private static final int QUEUE_PROPERTIES = 0x1093;
    private static final int PROFILING_START = 0x1282;
    private static final int PROFILING_END = 0x1283;
    private static final long PROFILING_ENABLE = 2;
    private static final long READ_WRITE = 1;
    private static final long IN_HOST_MEMORY = 1 << 4;
    private static final long MAP_READ_WRITE = 1 | 2;
    private static final int NO_PLATFORM = -1001;
    private static final int NO_DEVICE = -1;
    private static final long ALL_DEVICES = 0xFFFFFFFFL;

    private static final MethodHandle GET_PLATFORM_IDS = bind("clGetPlatformIDs", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GET_PLATFORM_INFO =
            bind("clGetPlatformInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle GET_DEVICE_IDS =
            bind("clGetDeviceIDs", JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GET_DEVICE_INFO =
            bind("clGetDeviceInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle GET_QUEUE_INFO =
            bind("clGetCommandQueueInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle CREATE_QUEUE =
            bindTo(JAVA_LONG, "clCreateCommandQueue", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle RELEASE_QUEUE = bind("clReleaseCommandQueue", JAVA_LONG);
    private static final MethodHandle RETAIN_CONTEXT = bind("clRetainContext", JAVA_LONG);
    private static final MethodHandle RELEASE_CONTEXT = bind("clReleaseContext", JAVA_LONG);
    private static final MethodHandle CREATE_BUFFER =
            bindTo(JAVA_LONG, "clCreateBuffer", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle MAP_BUFFER = bindTo(
            ADDRESS,
            "clEnqueueMapBuffer",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    private static final MethodHandle UNMAP =
            bind("clEnqueueUnmapMemObject", JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle RELEASE_BUFFER = bind("clReleaseMemObject", JAVA_LONG);
    private static final MethodHandle ENQUEUE_WRITE = transfer("clEnqueueWriteBuffer");
    private static final MethodHandle ENQUEUE_READ = transfer("clEnqueueReadBuffer");
    private static final MethodHandle ENQUEUE_COPY = bind(
            "clEnqueueCopyBuffer",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    private static final MethodHandle ENQUEUE_KERNEL = bind(
            "clEnqueueNDRangeKernel",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    private static final MethodHandle ENQUEUE_MARKER = bind("clEnqueueMarker", JAVA_LONG, ADDRESS);
    private static final MethodHandle FLUSH = bind("clFlush", JAVA_LONG);
    private static final MethodHandle FINISH = bind("clFinish", JAVA_LONG);
    private static final MethodHandle WAIT_FOR_EVENTS = bind("clWaitForEvents", JAVA_INT, ADDRESS);
    private static final MethodHandle RELEASE_EVENT = bind("clReleaseEvent", JAVA_LONG);
    private static final MethodHandle GET_PROFILING_INFO =
            bind("clGetEventProfilingInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);

    private OpenCl() {}

    /** The drivers that the loader has found. */
    static long[] platforms() {
        return ids("clGetPlatformIDs", NO_PLATFORM, (most, ids, count) ->
                (int) GET_PLATFORM_IDS.invokeExact(most, ids, count));
    }

    /** The devices of a driver. */
    static long[] devices(long platform) {
        return ids("clGetDeviceIDs", NO_DEVICE, (most, ids, count) ->
                (int) GET_DEVICE_IDS.invokeExact(platform, ALL_DEVICES, most, ids, count));
    }

    /** A call that counts handles, or writes so many. */
    private interface Listing {
        int into(int most, MemorySegment ids, MemorySegment count) throws Throwable;
    }

    private static long[] ids(String function, int none, Listing listing) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            int status = listing.into(0, MemorySegment.NULL, count);
            if (status == none) {
                return new long[0];
            }
            check("devices", function, status);
            int all = count.get(JAVA_INT, 0);
            MemorySegment ids = arena.allocate(JAVA_LONG, all);
            check("devices", function, listing.into(all, ids, MemorySegment.NULL));
            return ids.toArray(JAVA_LONG);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    static String platformString(long platform, int property) {
        return info("devices", "clGetPlatformInfo", (bytes, value, size) ->
                (int) GET_PLATFORM_INFO.invokeExact(platform, property, bytes, value, size));
    }

    static String deviceString(long device, int property) {
        return info("devices", "clGetDeviceInfo", (bytes, value, size) ->
                (int) GET_DEVICE_INFO.invokeExact(device, property, bytes, value, size));
    }

    static long deviceNumber(long device, int property) {
        return number("devices", "clGetDeviceInfo", (bytes, value, size) ->
                (int) GET_DEVICE_INFO.invokeExact(device, property, bytes, value, size));
    }

    static boolean queueProfiles(long queue) {
        long properties = number("profile", "clGetCommandQueueInfo", (bytes, value, size) ->
                (int) GET_QUEUE_INFO.invokeExact(queue, QUEUE_PROPERTIES, bytes, value, size));
        return (properties & PROFILING_ENABLE) != 0;
    }

    /** An in-order queue in a context. */
    static long createQueue(String op, long context, long device, boolean profile) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long properties = profile ? PROFILING_ENABLE : 0;
            long queue = (long) CREATE_QUEUE.invokeExact(context, device, properties, status);
            check(op, "clCreateCommandQueue", status.get(JAVA_INT, 0));
            return queue;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    static void releaseQueue(long queue) {
        call("release", "clReleaseCommandQueue", () -> (int) RELEASE_QUEUE.invokeExact(queue));
    }

    /** One more that has to release the context. */
    static void retainContext(long context) {
        call("sibling", "clRetainContext", () -> (int) RETAIN_CONTEXT.invokeExact(context));
    }

    static void releaseContext(long context) {
        call("release", "clReleaseContext", () -> (int) RELEASE_CONTEXT.invokeExact(context));
    }

    static long createBuffer(String op, long context, long bytes) {
        return createBuffer(op, context, READ_WRITE, bytes);
    }

    /** A buffer in host memory that the device can reach. */
    static long createHostBuffer(String op, long context, long bytes) {
        return createBuffer(op, context, READ_WRITE | IN_HOST_MEMORY, bytes);
    }

    private static long createBuffer(String op, long context, long flags, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long buffer = (long) CREATE_BUFFER.invokeExact(context, flags, bytes, MemorySegment.NULL, status);
            check(op, "clCreateBuffer", status.get(JAVA_INT, 0));
            return buffer;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** A buffer's memory as the host sees it, until it is unmapped. */
    @SuppressWarnings("restricted")
    static MemorySegment map(String op, long queue, long buffer, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            MemorySegment none = MemorySegment.NULL;
            MemorySegment mapped = (MemorySegment)
                    MAP_BUFFER.invokeExact(queue, buffer, 1, MAP_READ_WRITE, 0L, bytes, 0, none, none, status);
            check(op, "clEnqueueMapBuffer", status.get(JAVA_INT, 0));
            return mapped.reinterpret(bytes);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    static void unmap(String op, long queue, long buffer, MemorySegment memory) {
        call(op, "clEnqueueUnmapMemObject", () ->
                (int) UNMAP.invokeExact(queue, buffer, memory, 0, MemorySegment.NULL, MemorySegment.NULL));
    }

    static void releaseBuffer(long buffer) {
        call("release", "clReleaseMemObject", () -> (int) RELEASE_BUFFER.invokeExact(buffer));
    }

    /** Queues a copy of {@code bytes} from native memory; {@code event} receives an event unless it is NULL. */
    static void enqueueWrite(
            String op, long queue, long buffer, long at, MemorySegment source, long bytes, MemorySegment event) {
        call(op, "clEnqueueWriteBuffer", () ->
                (int) ENQUEUE_WRITE.invokeExact(queue, buffer, 0, at, bytes, source, 0, MemorySegment.NULL, event));
    }

    /** Copies {@code bytes} into native memory and waits for it. */
    static void read(String op, long queue, long buffer, long at, MemorySegment destination, long bytes) {
        call(op, "clEnqueueReadBuffer", () -> (int) ENQUEUE_READ.invokeExact(
                queue, buffer, 1, at, bytes, destination, 0, MemorySegment.NULL, MemorySegment.NULL));
    }

    static void enqueueCopy(
            String op, long queue, long from, long fromAt, long to, long toAt, long bytes, MemorySegment event) {
        call(op, "clEnqueueCopyBuffer", () ->
                (int) ENQUEUE_COPY.invokeExact(queue, from, to, fromAt, toAt, bytes, 0, MemorySegment.NULL, event));
    }

    /** Queues a one-dimensional launch; {@code sizes} holds the global and the local size, two longs. */
    static void enqueueKernel(String op, long queue, long kernel, MemorySegment sizes, MemorySegment event) {
        MemorySegment local = sizes.asSlice(Long.BYTES);
        call(op, "clEnqueueNDRangeKernel", () -> (int) ENQUEUE_KERNEL.invokeExact(
                queue, kernel, 1, MemorySegment.NULL, sizes, local, 0, MemorySegment.NULL, event));
    }

    /** Queues an event that is reached when everything queued before it is done. */
    static void enqueueMarker(String op, long queue, MemorySegment event) {
        call(op, "clEnqueueMarker", () -> (int) ENQUEUE_MARKER.invokeExact(queue, event));
    }

    static void flush(String op, long queue) {
        call(op, "clFlush", () -> (int) FLUSH.invokeExact(queue));
    }

    static void finish(String op, long queue) {
        call(op, "clFinish", () -> (int) FINISH.invokeExact(queue));
    }

    /** Waits for an event and gives it back, whether or not it comes. */
    static void await(String op, long event) {
        all(() -> waitFor(op, event), () -> releaseEvent(event));
    }

    private static void waitFor(String op, long event) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocateFrom(JAVA_LONG, event);
            call(op, "clWaitForEvents", () -> (int) WAIT_FOR_EVENTS.invokeExact(1, events));
        }
    }

    static void releaseEvent(long event) {
        call("release", "clReleaseEvent", () -> (int) RELEASE_EVENT.invokeExact(event));
    }

    /** Device time between start and end of a finished event. */
    static long eventNanos(String op, long event) {
        return profilingTime(op, event, PROFILING_END) - profilingTime(op, event, PROFILING_START);
    }

    private static long profilingTime(String op, long event, int property) {
        return number(op, "clGetEventProfilingInfo", (bytes, value, size) ->
                (int) GET_PROFILING_INFO.invokeExact(event, property, bytes, value, size));
    }

    private static MethodHandle transfer(String name) {
        return bind(name, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    }
}
