package retort.kernels.opencl;

import com.aparapi.device.OpenCLDevice;
import com.aparapi.internal.opencl.OpenCLKernel;
import com.aparapi.internal.opencl.OpenCLProgram;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import retort.kernels.Device;

/**
 * Aparapi's context and queue on one device, and the programs built in it.
 *
 * <p>Aparapi never gives a context back (150 create and dispose cycles cost 35 MB), so a context that a backend is done
 * with is kept for the next backend on that device, programs and all. One backend has it at a time.
 */
final class ClContext {
    /** Further options for the OpenCL compiler, for looking into a kernel; its log is printed then. */
    static final String OPTIONS_PROPERTY = "retort.opencl.options";

    private static final Logger LOGGER = System.getLogger(ClContext.class.getName());

    private static final Map<Integer, ArrayDeque<ClContext>> IDLE = new HashMap<>();

    /** Held while a program is built: PoCL refuses some of several first builds at once. */
    private static final Object BUILDING = new Object();

    private static final int SINGLE_PRECISION = 0x101B;
    private static final long CORRECTLY_ROUNDED_DIVISION = 1 << 7;

    private final Device device;
    private final OpenCLDevice aparapi;
    private final long context;
    private final long queue;
    private final long timedQueue;
    private final Map<String, ClProgram> programs = new HashMap<>();

    private ClContext(OpenClDevices.Found found) {
        device = found.device();
        aparapi = found.aparapi();
        String source = "__kernel void nothing(__global float *x) { }";
        OpenCLProgram first = new OpenCLProgram(aparapi, source).createProgram(aparapi);
        if (first == null) {
            throw new OpenClException("opencl: open: Aparapi can't create a context on " + device.name(), "");
        }
        context = handle(OpenCLProgram.class, "contextId", first);
        timedQueue = handle(OpenCLProgram.class, "queueId", first);
        if (context == 0 || timedQueue == 0) {
            throw new OpenClException("opencl: open: Aparapi gave no context or queue on " + device.name(), "");
        }
        try {
            queue = OpenCl.createQueue("open", context, aparapi.getDeviceId(), false);
        } catch (RuntimeException e) {
            OpenClLibrary.after(e, () -> OpenCl.releaseQueue(timedQueue));
            OpenClLibrary.after(e, () -> OpenCl.releaseContext(context));
            throw e;
        }
    }

    /** The same context with queues and programs of its own, for another thread. */
    private ClContext(ClContext other) {
        device = other.device;
        aparapi = other.aparapi;
        context = other.context;
        OpenCl.retainContext(context);
        long first = 0;
        try {
            first = OpenCl.createQueue("sibling", context, aparapi.getDeviceId(), false);
            timedQueue = OpenCl.createQueue("sibling", context, aparapi.getDeviceId(), true);
        } catch (RuntimeException e) {
            long made = first;
            if (made != 0) {
                OpenClLibrary.after(e, () -> OpenCl.releaseQueue(made));
            }
            OpenClLibrary.after(e, () -> OpenCl.releaseContext(context));
            throw e;
        }
        queue = first;
    }

    /** Another queue in this context, for a backend of its own. What is in memory on one is on the other too. */
    ClContext sibling() {
        synchronized (ClContext.class) {
            ArrayDeque<ClContext> idle = IDLE.computeIfAbsent(device.index(), index -> new ArrayDeque<>());
            for (ClContext kept : idle) {
                if (kept.context == context) {
                    idle.remove(kept);
                    return kept;
                }
            }
        }
        return new ClContext(this);
    }

    /** A context that no one else uses until it is given back. */
    static synchronized ClContext take(OpenClDevices.Found found) {
        ArrayDeque<ClContext> idle = IDLE.get(found.device().index());
        return idle == null || idle.isEmpty() ? new ClContext(found) : idle.pop();
    }

    static synchronized void give(ClContext context) {
        IDLE.computeIfAbsent(context.device.index(), index -> new ArrayDeque<>())
                .push(context);
    }

    /** Gives it back to the driver: of one that failed nobody knows what state it is in. */
    void discard() {
        Stream<Runnable> ofPrograms = programs.values().stream().map(program -> program::release);
        Stream<Runnable> own = Stream.of(
                () -> OpenCl.releaseQueue(queue),
                () -> OpenCl.releaseQueue(timedQueue),
                () -> OpenCl.releaseContext(context));
        OpenClLibrary.all(Stream.concat(ofPrograms, own).toArray(Runnable[]::new));
    }

    /** A field of Aparapi 3.0.2 that holds an OpenCL handle and has no getter. */
    static long handle(Class<?> type, String name, Object holder) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field.getLong(holder);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("opencl: not the Aparapi that this was written for: no " + name, e);
        }
    }

    Device device() {
        return device;
    }

    OpenCLDevice aparapi() {
        return aparapi;
    }

    long handle() {
        return context;
    }

    /** The queue of all work; one that records device times, at some cost to each launch, is Aparapi's own. */
    long queue(boolean timed) {
        return timed ? timedQueue : queue;
    }

    /** The program of a .cl file under the given parameters and further macros, built on first use. */
    ClProgram program(String file, ClParameters parameters, String macros) {
        String options = String.join(" ", options(), parameters.options(), macros);
        return programs.computeIfAbsent(file + " " + options, key -> build(file, ClSource.of(file), options));
    }

    /** All programs built so far. */
    Collection<ClProgram> programs() {
        return programs.values();
    }

    /** Builds a program that needs no parameters and is not kept. */
    ClProgram build(String name, String source) {
        return build(name, source, options());
    }

    private ClProgram build(String name, String source, String options) {
        synchronized (BUILDING) {
            long program = OpenClPrograms.buildProgram(name, context, aparapi.getDeviceId(), source, options);
            try {
                if (!moreOptions().isEmpty()) {
                    tellLog(name, options, program);
                }
                OpenCLProgram wrapped = new OpenCLProgram(program, timedQueue, context, aparapi, source);
                return new ClProgram(this, name, wrapped, program);
            } catch (RuntimeException e) {
                OpenClLibrary.after(e, () -> OpenClPrograms.releaseProgram(name, program));
                throw e;
            }
        }
    }

    /** Who looks into a kernel wants to read what its compiler says of registers and spills. */
    private void tellLog(String name, String options, long program) {
        String log = OpenClPrograms.buildLog(name, program, aparapi.getDeviceId());
        if (!log.isBlank()) {
            LOGGER.log(Level.INFO, "opencl: " + name + " built with " + options + System.lineSeparator() + log.strip());
        }
    }

    private static String moreOptions() {
        return System.getProperty(OPTIONS_PROPERTY, "");
    }

    private String options() {
        StringBuilder options = new StringBuilder("-cl-std=CL1.2 -cl-kernel-arg-info");
        if (device.type() == Device.Type.CPU) {
            options.append(" -DDEVICE_IS_CPU");
            // A processor's own; a GPU branches for it, and Adam divides and takes a root of each weight.
            long precision = OpenCl.deviceNumber(aparapi.getDeviceId(), SINGLE_PRECISION);
            if ((precision & CORRECTLY_ROUNDED_DIVISION) != 0) {
                options.append(" -cl-fp32-correctly-rounded-divide-sqrt");
            }
        }
        return options.append(' ').append(moreOptions()).toString().strip();
    }

    /** The cl_kernel behind Aparapi's kernel. */
    static long handle(OpenCLKernel kernel) {
        return handle(OpenCLKernel.class, "kernelId", kernel);
    }
}
