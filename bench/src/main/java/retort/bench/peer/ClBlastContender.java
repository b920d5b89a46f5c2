package retort.bench.peer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.bytedeco.opencl.global.OpenCL.CL_DEVICE_NAME;
import static org.bytedeco.opencl.global.OpenCL.CL_DEVICE_TYPE_ALL;
import static org.bytedeco.opencl.global.OpenCL.CL_MEM_READ_WRITE;
import static org.bytedeco.opencl.global.OpenCL.CL_TRUE;
import static org.bytedeco.opencl.global.OpenCL.clCreateBuffer;
import static org.bytedeco.opencl.global.OpenCL.clCreateCommandQueueWithProperties;
import static org.bytedeco.opencl.global.OpenCL.clCreateContext;
import static org.bytedeco.opencl.global.OpenCL.clEnqueueReadBuffer;
import static org.bytedeco.opencl.global.OpenCL.clEnqueueWriteBuffer;
import static org.bytedeco.opencl.global.OpenCL.clFinish;
import static org.bytedeco.opencl.global.OpenCL.clGetDeviceIDs;
import static org.bytedeco.opencl.global.OpenCL.clGetDeviceInfo;
import static org.bytedeco.opencl.global.OpenCL.clGetPlatformIDs;
import static org.bytedeco.opencl.global.OpenCL.clReleaseMemObject;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.opencl._cl_command_queue;
import org.bytedeco.opencl._cl_context;
import org.bytedeco.opencl._cl_device_id;
import org.bytedeco.opencl._cl_mem;
import org.bytedeco.opencl._cl_platform_id;
import retort.bench.kernel.Contender;
import retort.kernels.op.GemmSpec;

/** CLBlast's sgemm on the OpenCL device of the given name, with the tile sizes that it has for that device. */
final class ClBlastContender implements Contender {
    /** The name that Linux packages install. */
    private static final String LIBRARY = "libclblast.so.1";

    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;
    private static final int MOST_PLATFORMS = 16;

    private final GemmSpec spec;
    private final int[] sizes = new int[3];
    private final MethodHandle sgemm = sgemm();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment queueHandle = arena.allocate(ADDRESS);
    private final _cl_mem[] operands = new _cl_mem[3];
    private final _cl_command_queue queue;

    ClBlastContender(GemmSpec spec, float[][] inputs, String deviceName) {
        this.spec = spec;
        _cl_device_id device = device(deviceName);
        IntPointer status = new IntPointer(1);
        PointerPointer<_cl_device_id> devices = new PointerPointer<_cl_device_id>(1).put(device);
        _cl_context context = clCreateContext(null, 1, devices, null, null, status);
        check("clCreateContext", status.get());
        LongPointer noProperties = null;
        queue = clCreateCommandQueueWithProperties(context, device, noProperties, status);
        check("clCreateCommandQueueWithProperties", status.get());
        queueHandle.set(ADDRESS, 0, MemorySegment.ofAddress(queue.address()));
        for (int i = 0; i < operands.length; i++) {
            sizes[i] = inputs[i].length;
            long bytes = (long) sizes[i] * Float.BYTES;
            operands[i] = clCreateBuffer(context, CL_MEM_READ_WRITE, bytes, null, status);
            check("clCreateBuffer", status.get());
            PointerPointer<?> none = null;
            try (FloatPointer elements = new FloatPointer(inputs[i])) {
                check(
                        "clEnqueueWriteBuffer",
                        clEnqueueWriteBuffer(queue, operands[i], CL_TRUE, 0, bytes, elements, 0, none, none));
            }
        }
    }

    /** @throws IllegalArgumentException if the library is not installed */
    @SuppressWarnings("restricted")
    static SymbolLookup library() {
        return SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    }

    @SuppressWarnings("restricted")
    private static MethodHandle sgemm() {
        MemorySegment address = library()
                .find("CLBlastSgemm")
                .orElseThrow(() -> new UnsatisfiedLinkError(LIBRARY + " has no CLBlastSgemm"));
        FunctionDescriptor type = FunctionDescriptor.of(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                ADDRESS);
        return Linker.nativeLinker().downcallHandle(address, type);
    }

    private static _cl_device_id device(String name) {
        PointerPointer<_cl_platform_id> platforms = new PointerPointer<>(MOST_PLATFORMS);
        IntPointer count = new IntPointer(1);
        check("clGetPlatformIDs", clGetPlatformIDs(MOST_PLATFORMS, platforms, count));
        int platformCount = Math.min(count.get(), MOST_PLATFORMS);
        for (int p = 0; p < platformCount; p++) {
            PointerPointer<_cl_device_id> devices = new PointerPointer<>(MOST_PLATFORMS);
            _cl_platform_id platform = platforms.get(_cl_platform_id.class, p);
            // A platform without devices answers with an error, and is none of our business.
            if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, MOST_PLATFORMS, devices, count) == 0) {
                for (int d = 0; d < Math.min(count.get(), MOST_PLATFORMS); d++) {
                    _cl_device_id device = devices.get(_cl_device_id.class, d);
                    if (name.equals(name(device))) {
                        return device;
                    }
                }
            }
        }
        throw new IllegalStateException("clblast: there is no device '" + name + "'");
    }

    private static String name(_cl_device_id device) {
        try (BytePointer name = new BytePointer(1024);
                SizeTPointer bytes = new SizeTPointer(1)) {
            check("clGetDeviceInfo", clGetDeviceInfo(device, CL_DEVICE_NAME, name.capacity(), name, bytes));
            // What follows the closing zero byte is whatever the memory held before.
            return name.limit(bytes.get() - 1).getString().strip();
        }
    }

    private static void check(String call, int status) {
        if (status != 0) {
            throw new IllegalStateException("clblast: " + call + " gave status " + status);
        }
    }

    @Override
    public void run() {
        int status;
        try {
            status = (int) sgemm.invokeExact(
                    ROW_MAJOR,
                    spec.transA() ? TRANSPOSED : PLAIN,
                    spec.transB() ? TRANSPOSED : PLAIN,
                    (long) spec.m(),
                    (long) spec.n(),
                    (long) spec.k(),
                    1f,
                    MemorySegment.ofAddress(operands[0].address()),
                    0L,
                    (long) (spec.transA() ? spec.m() : spec.k()),
                    MemorySegment.ofAddress(operands[1].address()),
                    0L,
                    (long) (spec.transB() ? spec.k() : spec.n()),
                    0f,
                    MemorySegment.ofAddress(operands[2].address()),
                    0L,
                    (long) spec.n(),
                    queueHandle,
                    MemorySegment.NULL);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        check("CLBlastSgemm", status);
    }

    @Override
    public void await() {
        check("clFinish", clFinish(queue));
    }

    @Override
    public float[] elements(int operand) {
        float[] elements = new float[sizes[operand]];
        long bytes = (long) elements.length * Float.BYTES;
        PointerPointer<?> none = null;
        try (FloatPointer room = new FloatPointer(elements.length)) {
            check(
                    "clEnqueueReadBuffer",
                    clEnqueueReadBuffer(queue, operands[operand], CL_TRUE, 0, bytes, room, 0, none, none));
            room.get(elements);
        }
        return elements;
    }

    @Override
    public void close() {
        for (_cl_mem operand : operands) {
            clReleaseMemObject(operand);
        }
        arena.close();
    }
}
