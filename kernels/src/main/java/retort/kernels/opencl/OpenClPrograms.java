package retort.kernels.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static retort.kernels.opencl.OpenClLibrary.after;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The calls about programs and kernels: builds with options and a log, and what the compiler knows of a kernel. */
final class OpenClPrograms {
    private static final int PROGRAM_KERNEL_NAMES = 0x1168;
    private static final int PROGRAM_BUILD_LOG = 0x1183;
    private static final int KERNEL_ARGUMENTS = 0x1191;
    private static final int ARGUMENT_ADDRESS = 0x1196;
    private static final int ARGUMENT_TYPE = 0x1198;
    private static final int ARGUMENT_NAME = 0x119A;
    private static final int ADDRESS_GLOBAL = 0x119B;
    private static final int KERNEL_WORK_GROUP_SIZE = 0x11B0;
    private static final int KERNEL_COMPILE_WORK_GROUP_SIZE = 0x11B1;
    private static final int KERNEL_LOCAL_MEMORY = 0x11B2;

    private static final MethodHandle CREATE_PROGRAM =
            bindTo(JAVA_LONG, "clCreateProgramWithSource", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle BUILD_PROGRAM =
            bind("clBuildProgram", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle GET_BUILD_INFO =
            bind("clGetProgramBuildInfo", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle RELEASE_PROGRAM = bind("clReleaseProgram", JAVA_LONG);
    private static final MethodHandle GET_PROGRAM_INFO =
            bind("clGetProgramInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle CREATE_KERNEL = bindTo(JAVA_LONG, "clCreateKernel", JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle RELEASE_KERNEL = bind("clReleaseKernel", JAVA_LONG);
    private static final MethodHandle GET_KERNEL_INFO =
            bind("clGetKernelInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle GET_ARGUMENT_INFO =
            bind("clGetKernelArgInfo", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle GET_WORK_GROUP_INFO =
            bind("clGetKernelWorkGroupInfo", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle SET_KERNEL_ARGUMENT =
            bind("clSetKernelArg", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS);

    private OpenClPrograms() {}

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
                throw unbuilt(name, program, device, built);
            }
            return program;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** Releases the program. */
    private static OpenClException unbuilt(String name, long program, long device, int status) {
        List<RuntimeException> further = new ArrayList<>();
        String log = "";
        try {
            log = buildLog(name, program, device);
        } catch (OpenClException e) {
            further.add(e);
        }
        String message = "opencl: " + name + ": clBuildProgram failed: " + ClStatus.name(status) + firstError(log);
        OpenClException failure = new OpenClException(message, log);
        further.forEach(failure::addSuppressed);
        after(failure, () -> releaseProgram(name, program));
        return failure;
    }

    static void releaseProgram(String name, long program) {
        call(name, "clReleaseProgram", () -> (int) RELEASE_PROGRAM.invokeExact(program));
    }

    static void releaseKernel(String name, long kernel) {
        call(name, "clReleaseKernel", () -> (int) RELEASE_KERNEL.invokeExact(kernel));
    }

    /** What the compiler said, empty if nothing. */
    static String buildLog(String name, long program, long device) {
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

    /**
     * An argument as a kernel declares it.
     *
     * @param global whether it points to the device's memory
     * @param type for example {@code float*}
     */
    record Argument(boolean global, String type, String name) {}

    /**
     * A kernel as a program declares it.
     *
     * @param groupSize work-items of a group, 0 where the kernel takes any number
     */
    record Declaration(String name, int groupSize, List<Argument> arguments) {}

    /** All kernels of a program that was built with {@code -cl-kernel-arg-info}. */
    static List<Declaration> declarations(String name, long program, long device) {
        String names = info(name, "clGetProgramInfo", (bytes, value, size) ->
                (int) GET_PROGRAM_INFO.invokeExact(program, PROGRAM_KERNEL_NAMES, bytes, value, size));
        return Arrays.stream(names.split(";"))
                .filter(each -> !each.isEmpty())
                .map(each -> declaration(name + ": " + each, program, device, each))
                .toList();
    }

    private static Declaration declaration(String title, long program, long device, String name) {
        long kernel = createKernel(title, program, name);
        Declaration[] declaration = new Declaration[1];
        all(() -> declaration[0] = declaration(title, device, name, kernel), () -> releaseKernel(title, kernel));
        return declaration[0];
    }

    private static Declaration declaration(String title, long device, String name, long kernel) {
        long count = number(title, "clGetKernelInfo", (bytes, value, size) ->
                (int) GET_KERNEL_INFO.invokeExact(kernel, KERNEL_ARGUMENTS, bytes, value, size));
        List<Argument> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arguments.add(argument(title, kernel, i));
        }
        return new Declaration(name, requiredGroup(title, kernel, device), arguments);
    }

    private static long createKernel(String title, long program, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long kernel = (long) CREATE_KERNEL.invokeExact(program, arena.allocateFrom(name), status);
            check(title, "clCreateKernel", status.get(JAVA_INT, 0));
            return kernel;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static Argument argument(String title, long kernel, int index) {
        long address = number(title, "clGetKernelArgInfo", (bytes, value, size) ->
                (int) GET_ARGUMENT_INFO.invokeExact(kernel, index, ARGUMENT_ADDRESS, bytes, value, size));
        String type = info(title, "clGetKernelArgInfo", (bytes, value, size) ->
                (int) GET_ARGUMENT_INFO.invokeExact(kernel, index, ARGUMENT_TYPE, bytes, value, size));
        String name = info(title, "clGetKernelArgInfo", (bytes, value, size) ->
                (int) GET_ARGUMENT_INFO.invokeExact(kernel, index, ARGUMENT_NAME, bytes, value, size));
        return new Argument(address == ADDRESS_GLOBAL, type.replace(" ", ""), name);
    }

    /** The product of the group's three extents. */
    private static int requiredGroup(String title, long kernel, long device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment extents = arena.allocate(JAVA_LONG, 3);
            int status = (int) GET_WORK_GROUP_INFO.invokeExact(
                    kernel, device, KERNEL_COMPILE_WORK_GROUP_SIZE, extents.byteSize(), extents, MemorySegment.NULL);
            check(title, "clGetKernelWorkGroupInfo", status);
            long[] each = extents.toArray(JAVA_LONG);
            return Math.toIntExact(each[0] * each[1] * each[2]);
        } catch (Throwable e) {
            throw failure(e);
        }
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
                (int) GET_WORK_GROUP_INFO.invokeExact(kernel, device, property, bytes, value, size));
    }

    static void setKernelArgument(String op, long kernel, int index, MemorySegment value, long bytes) {
        call(op, "clSetKernelArg", () -> (int) SET_KERNEL_ARGUMENT.invokeExact(kernel, index, bytes, value));
    }
}
