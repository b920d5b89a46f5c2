package retort.kernels.opencl;

import com.aparapi.internal.opencl.OpenCLArgDescriptor;
import com.aparapi.internal.opencl.OpenCLKernel;
import com.aparapi.internal.opencl.OpenCLProgram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import retort.kernels.Device;

/** A built program and the kernels taken from it. */
final class ClProgram {
    private final ClContext context;
    private final String name;
    private final OpenCLProgram program;
    private final Map<String, ClKernel> kernels = new HashMap<>();

    ClProgram(ClContext context, String name, OpenCLProgram program) {
        this.context = context;
        this.name = name;
        this.program = program;
    }

    /**
     * A kernel, created on first use.
     *
     * @param groupSize work-items in each of its groups, as its source requires
     * @param arguments one letter each: b for a buffer and its offset, i for an int, f for a float
     * @throws OpenClException if the device can't run groups of that size or has too little local memory
     */
    ClKernel kernel(String kernelName, int groupSize, String arguments) {
        String key = kernelName + " " + groupSize;
        return kernels.computeIfAbsent(key, absent -> create(kernelName, groupSize, arguments));
    }

    private ClKernel create(String kernelName, int groupSize, String arguments) {
        Device device = context.device();
        String title = name + ": " + kernelName;
        if (groupSize < 1 || groupSize > device.largestWorkGroup()) {
            throw tooLarge(title, groupSize, device.largestWorkGroup());
        }
        OpenCLKernel aparapi = OpenCLKernel.createKernel(program, kernelName, descriptors(arguments));
        long handle = aparapi == null ? 0 : ClContext.handle(aparapi);
        if (handle == 0) {
            throw new OpenClException("opencl: " + title + ": Aparapi can't create this kernel", "");
        }
        long deviceId = context.aparapi().getDeviceId();
        long largest = OpenCl.kernelWorkGroup(title, handle, deviceId);
        if (groupSize > largest) {
            throw tooLarge(title, groupSize, largest);
        }
        long local = OpenCl.kernelLocalMemory(title, handle, deviceId);
        if (local > device.localMemoryBytes()) {
            throw new OpenClException(
                    "opencl: " + title + ": a work-group needs " + local + " bytes of local memory, the limit of "
                            + device.name() + " is " + device.localMemoryBytes(),
                    "");
        }
        return new ClKernel(kernelName, aparapi, handle, groupSize, arguments);
    }

    private OpenClException tooLarge(String title, long groupSize, long limit) {
        return new OpenClException(
                "opencl: " + title + ": a work-group of " + groupSize + " items, the limit of "
                        + context.device().name() + " is " + limit,
                "");
    }

    /** To Aparapi a buffer is a long that it passes on and copies nothing for. */
    private static List<OpenCLArgDescriptor> descriptors(String arguments) {
        long primitive = OpenCLArgDescriptor.ARG_PRIMITIVE_BIT;
        List<OpenCLArgDescriptor> descriptors = new ArrayList<>();
        for (char type : arguments.toCharArray()) {
            String argument = "argument" + descriptors.size();
            switch (type) {
                case 'b' -> {
                    long handle = OpenCLArgDescriptor.ARG_LONG_BIT | primitive;
                    descriptors.add(new OpenCLArgDescriptor(argument, handle));
                    long offset = OpenCLArgDescriptor.ARG_INT_BIT | primitive;
                    descriptors.add(new OpenCLArgDescriptor(argument + "Offset", offset));
                }
                case 'i' ->
                    descriptors.add(new OpenCLArgDescriptor(argument, OpenCLArgDescriptor.ARG_INT_BIT | primitive));
                case 'f' ->
                    descriptors.add(new OpenCLArgDescriptor(argument, OpenCLArgDescriptor.ARG_FLOAT_BIT | primitive));
                default -> throw new IllegalArgumentException("opencl: no kind of argument: " + type);
            }
        }
        return descriptors;
    }
}
