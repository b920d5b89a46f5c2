package retort.kernels.opencl;

import com.aparapi.internal.opencl.OpenCLKernel;
import com.aparapi.internal.opencl.OpenCLProgram;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import retort.kernels.Device;

/** A built program and the kernels taken from it. */
final class ClProgram {
    private final ClContext context;
    private final String name;
    private final OpenCLProgram program;
    private final long handle;
    private final Map<String, ClSignature> declared = new TreeMap<>();
    private final Map<String, ClKernel> kernels = new HashMap<>();

    /**
     * Wraps a program.
     *
     * @throws OpenClException if one of its kernels is declared as this engine can't launch it
     */
    ClProgram(ClContext context, String name, OpenCLProgram program, long handle) {
        this.context = context;
        this.name = name;
        this.program = program;
        this.handle = handle;
        OpenClPrograms.declarations(name, handle, context.aparapi().getDeviceId())
                .forEach(each -> declared.put(each.name(), ClSignature.of(name, each)));
    }

    /** Its .cl file. */
    String name() {
        return name;
    }

    /** The names of all its kernels. */
    Set<String> declared() {
        return declared.keySet();
    }

    /** The names of the kernels that were asked for. */
    Set<String> used() {
        return kernels.keySet();
    }

    /**
     * A kernel, created on first use.
     *
     * @throws OpenClException if the device can't run groups of its size or has too little local memory
     */
    ClKernel kernel(String kernelName) {
        return kernels.computeIfAbsent(kernelName, this::create);
    }

    private ClKernel create(String kernelName) {
        Device device = context.device();
        String title = name + ": " + kernelName;
        ClSignature signature = declared.get(kernelName);
        if (signature == null) {
            throw new IllegalStateException("opencl: " + title + ": there is no such kernel");
        }
        if (signature.groupSize() > device.largestWorkGroup()) {
            throw tooLarge(title, signature.groupSize(), device.largestWorkGroup());
        }
        OpenCLKernel aparapi = OpenCLKernel.createKernel(program, kernelName, signature.descriptors());
        long kernel = aparapi == null ? 0 : ClContext.handle(aparapi);
        if (kernel == 0) {
            throw new OpenClException("opencl: " + title + ": Aparapi can't create this kernel", "");
        }
        try {
            checkLimits(title, signature, kernel);
        } catch (RuntimeException e) {
            OpenClLibrary.after(e, () -> OpenClPrograms.releaseKernel(title, kernel));
            throw e;
        }
        return new ClKernel(signature, aparapi, kernel);
    }

    private void checkLimits(String title, ClSignature signature, long kernel) {
        Device device = context.device();
        long deviceId = context.aparapi().getDeviceId();
        long largest = OpenClPrograms.kernelWorkGroup(title, kernel, deviceId);
        if (signature.groupSize() > largest) {
            throw tooLarge(title, signature.groupSize(), largest);
        }
        long local = OpenClPrograms.kernelLocalMemory(title, kernel, deviceId);
        if (local > device.localMemoryBytes()) {
            throw new OpenClException(
                    "opencl: " + title + ": a work-group needs " + local + " bytes of local memory, the limit of "
                            + device.name() + " is " + device.localMemoryBytes(),
                    "");
        }
    }

    /** Gives everything back to the driver; nothing of it may be used again. */
    void release() {
        Stream<Runnable> ofKernels =
                kernels.values().stream().map(kernel -> () -> OpenClPrograms.releaseKernel(name, kernel.handle()));
        OpenClLibrary.all(Stream.concat(ofKernels, Stream.of(() -> OpenClPrograms.releaseProgram(name, handle)))
                .toArray(Runnable[]::new));
    }

    private OpenClException tooLarge(String title, long groupSize, long limit) {
        return new OpenClException(
                "opencl: " + title + ": a work-group of " + groupSize + " items, the limit of "
                        + context.device().name() + " is " + limit,
                "");
    }
}
