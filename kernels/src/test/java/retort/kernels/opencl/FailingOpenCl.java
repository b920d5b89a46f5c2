package retort.kernels.opencl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The OpenCL library with some calls that fail instead of being made, and an account of what was created in it and not
 * yet released. A process has it from its first call on, or not at all.
 */
final class FailingOpenCl {
    private static final Set<String> WITH_EVENT =
            Set.of("clEnqueueWriteBuffer", "clEnqueueCopyBuffer", "clEnqueueNDRangeKernel", "clEnqueueMarker");

    private final Map<Long, String> alive = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private int failFrom = Integer.MAX_VALUE;
    private int failBefore;
    private int status;
    private String failed = "";

    private FailingOpenCl() {}

    /** Puts it between this engine and the library. */
    static FailingOpenCl install() throws ReflectiveOperationException {
        FailingOpenCl layer = new FailingOpenCl();
        MethodHandle call = MethodHandles.lookup()
                .findVirtual(
                        FailingOpenCl.class,
                        "call",
                        MethodType.methodType(Object.class, String.class, MethodHandle.class, Object[].class))
                .bindTo(layer);
        OpenClLibrary.layer = (name, function) -> MethodHandles.insertArguments(call, 0, name, function)
                .asCollector(Object[].class, function.type().parameterCount())
                .asType(function.type());
        return layer;
    }

    /** From now on counts calls from 0; those from {@code from} to before {@code before} fail with a status. */
    void fail(int from, int before, int with) {
        calls.clear();
        failFrom = from;
        failBefore = before;
        status = with;
        failed = "";
    }

    /** The functions that were called since then, in order. */
    List<String> calls() {
        return List.copyOf(calls);
    }

    /** The first call that failed since then, or empty. */
    String failed() {
        return failed;
    }

    /** What was created and not released, by handle; cleared. */
    Map<Long, String> takeAlive() {
        Map<Long, String> left = Map.copyOf(alive);
        alive.clear();
        return left;
    }

    @SuppressWarnings("restricted")
    private Object call(String name, MethodHandle function, Object[] arguments) throws Throwable {
        int call = calls.size();
        calls.add(name);
        Object last = arguments[arguments.length - 1];
        if (call >= failFrom && call < failBefore) {
            failed = failed.isEmpty() ? name : failed;
            if (function.type().returnType() == int.class) {
                return status;
            }
            ((MemorySegment) last).reinterpret(Integer.BYTES).set(JAVA_INT, 0, status);
            return function.type().returnType() == long.class ? (Object) 0L : MemorySegment.NULL;
        }
        Object result = function.invokeWithArguments(arguments);
        if (name.startsWith("clCreate")) {
            created((long) result, name);
        } else if (WITH_EVENT.contains(name) && (int) result == 0 && !MemorySegment.NULL.equals(last)) {
            created(((MemorySegment) last).reinterpret(Long.BYTES).get(JAVA_LONG, 0), name);
        } else if (name.startsWith("clRelease") && (int) result == 0) {
            alive.remove((long) arguments[0]);
        }
        return result;
    }

    private void created(long handle, String by) {
        if (handle != 0) {
            alive.put(handle, by);
        }
    }
}
