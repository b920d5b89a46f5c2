package retort.kernels.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The calls of the OpenCL C interface that Aparapi has no way to make, on the same loader that it uses. Handles
 * (context, queue, buffer, kernel, event) are plain longs. Every status is checked; {@code op} names the work for the message.
 */
final class OpenCl {
    /** Names another loader than the one that every Linux installs. */
    static final String LIBRARY_PROPERTY = "retort.opencl.library";

    static final String LIBRARY = System.getProperty(LIBRARY_PROPERTY, "libOpenCL.so.1");

    private static final int PROGRAM_BUILD_LOG = 0x1183;
    private static final int QUEUE_PROPERTIES = 0x1093;
    private static final int KERNEL_WORK_GROUP_SIZE = 0x11B0;
    private static final int KERNEL_LOCAL_MEMORY = 0x11B2;
    private static final int PROFILING_START = 0x1282;
    private static final int PROFILING_END = 0x1283;
    private static final long PROFILING_ENABLE = 2;
    private static final long READ_WRITE = 1;
    private static final int NO_PLATFORM = -1001;

    private static final Optional<SymbolLookup> LOADER = findLoader();
    private static final MethodHandle GET_PLATFORM_IDS = bind("clGetPlatformIDs", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GET_DEVICE_INFO =
            bind("clGetDeviceInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle GET_QUEUE_INFO =
            bind("clGetCommandQueueInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle CREATE_QUEUE =
            bindTo(JAVA_LONG, "clCreateCommandQueue", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle CREATE_BUFFER =
            bindTo(JAVA_LONG, "clCreateBuffer", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
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
    private static final MethodHandle CREATE_PROGRAM =
            bindTo(JAVA_LONG, "clCreateProgramWithSource", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle BUILD_PROGRAM =
            bind("clBuildProgram", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle GET_BUILD_INFO =
            bind("clGetProgramBuildInfo", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle RELEASE_PROGRAM = bind("clReleaseProgram", JAVA_LONG);
    private static final MethodHandle GET_KERNEL_INFO =
            bind("clGetKernelWorkGroupInfo", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle SET_KERNEL_ARGUMENT =
            bind("clSetKernelArg", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS);
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

    /** Whether this system has an OpenCL loader; without one no other method may be called. */
    static boolean isPresent() {
        return LOADER.isPresent();
    }

    @SuppressWarnings("restricted")
    private static Optional<SymbolLookup> findLoader() {
        try {
            return Optional.of(SymbolLookup.libraryLookup(LIBRARY, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Number of drivers that the loader has found. */
    static int platforms() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            int status = (int) GET_PLATFORM_IDS.invokeExact(0, MemorySegment.NULL, count);
            if (status == NO_PLATFORM) {
                return 0;
            }
            check("devices", "clGetPlatformIDs", status);
            return count.get(JAVA_INT, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
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

    static long createBuffer(String op, long context, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long buffer = (long) CREATE_BUFFER.invokeExact(context, READ_WRITE, bytes, MemorySegment.NULL, status);
            check(op, "clCreateBuffer", status.get(JAVA_INT, 0));
            return buffer;
        } catch (Throwable e) {
            throw failure(e);
        }
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

    /** A program built for one device; a build error carries the compiler's log. */
    static long buildProgram(String name, long context, long device, String source, String options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            MemorySegment text = arena.allocate(ADDRESS);
            text.set(ADDRESS, 0, arena.allocateFrom(source));
            long program = (long) CREATE_PROGRAM.invokeExact(context, 1, text, MemorySegment.NULL, status);
            check(name, "clCreateProgramWithSource", status.get(JAVA_INT, 0));
            MemorySegment devices = arena.allocateFrom(JAVA_LONG, device);
            int built = (int) BUILD_PROGRAM.invokeExact(
                    program, 1, devices, arena.allocateFrom(options), MemorySegment.NULL, MemorySegment.NULL);
            if (built != 0) {
                String log = buildLog(name, program, device);
                int released = (int) RELEASE_PROGRAM.invokeExact(program);
                check(name, "clReleaseProgram", released);
                throw new OpenClException(
                        "opencl: " + name + ": clBuildProgram failed: " + ClStatus.name(built) + firstError(log), log);
            }
            return program;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static String buildLog(String name, long program, long device) {
        return info(name, "clGetProgramBuildInfo", (bytes, value, size) ->
                (int) GET_BUILD_INFO.invokeExact(program, device, PROGRAM_BUILD_LOG, bytes, value, size));
    }

    /** The log's first line that reads like an error, so that the one-line message says something by itself. */
    private static String firstError(String log) {
        return log.lines()
                .filter(line -> line.contains("error"))
                .findFirst()
                .map(line -> " (" + line.strip() + ")")
                .orElse("");
    }

    /** The largest work-group that the device can give this kernel. */
    static long kernelWorkGroup(String name, long kernel, long device) {
        return kernelNumber(name, kernel, device, KERNEL_WORK_GROUP_SIZE);
    }

    /** Bytes of local memory that a group of this kernel takes. */
    static long kernelLocalMemory(String name, long kernel, long device) {
        return kernelNumber(name, kernel, device, KERNEL_LOCAL_MEMORY);
    }

    private static long kernelNumber(String name, long kernel, long device, int property) {
        return number(name, "clGetKernelWorkGroupInfo", (bytes, value, size) ->
                (int) GET_KERNEL_INFO.invokeExact(kernel, device, property, bytes, value, size));
    }

    static void setKernelArgument(String op, long kernel, int index, MemorySegment value, long bytes) {
        call(op, "clSetKernelArg", () -> (int) SET_KERNEL_ARGUMENT.invokeExact(kernel, index, bytes, value));
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

    /** Waits for an event and gives it back. */
    static void await(String op, long event) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocateFrom(JAVA_LONG, event);
            call(op, "clWaitForEvents", () -> (int) WAIT_FOR_EVENTS.invokeExact(1, events));
        } finally {
            releaseEvent(event);
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

    /** A native call that gives a status. */
    private interface Call {
        int status() throws Throwable;
    }

    /** A query in OpenCL's form: room for the value, or NULL to be told its size. */
    private interface Query {
        int status(long bytes, MemorySegment value, MemorySegment size) throws Throwable;
    }

    private static void call(String op, String function, Call call) {
        try {
            check(op, function, call.status());
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static String info(String op, String function, Query query) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            check(op, function, query.status(0, MemorySegment.NULL, size));
            MemorySegment value = arena.allocate(size.get(JAVA_LONG, 0) + 1);
            check(op, function, query.status(size.get(JAVA_LONG, 0), value, MemorySegment.NULL));
            return value.getString(0, StandardCharsets.UTF_8).strip();
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** A number of 4 or 8 bytes; the upper half of the zeroed room stays 0 for the shorter one. */
    private static long number(String op, String function, Query query) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_LONG);
            check(op, function, query.status(Long.BYTES, value, MemorySegment.NULL));
            return value.get(JAVA_LONG, 0);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static void check(String op, String function, int status) {
        if (status != 0) {
            throw new OpenClException("opencl: " + op + ": " + function + " failed: " + ClStatus.name(status), "");
        }
    }

    private static RuntimeException failure(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("a foreign call threw a checked exception", thrown);
        };
    }

    private static MethodHandle transfer(String name) {
        return bind(name, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    }

    private static MethodHandle bind(String name, MemoryLayout... arguments) {
        return bindTo(JAVA_INT, name, arguments);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bindTo(MemoryLayout result, String name, MemoryLayout... arguments) {
        return LOADER.map(loader -> Linker.nativeLinker()
                        .downcallHandle(loader.findOrThrow(name), FunctionDescriptor.of(result, arguments)))
                .orElse(null);
    }
}
