package retort.kernels.opencl;

import com.aparapi.internal.opencl.OpenCLKernel;

/** A kernel, the group size it was written for, and its arguments as last set. */
final class ClKernel {
    private final String name;
    private final OpenCLKernel aparapi;
    private final long handle;
    private final int groupSize;
    private final Object[] current;
    private final String arguments;

    ClKernel(String name, OpenCLKernel aparapi, long handle, int groupSize, String arguments) {
        this.name = name;
        this.aparapi = aparapi;
        this.handle = handle;
        this.groupSize = groupSize;
        this.arguments = arguments;
        int buffers = (int) arguments.chars().filter(type -> type == 'b').count();
        this.current = new Object[arguments.length() + buffers];
    }

    String name() {
        return name;
    }

    OpenCLKernel aparapi() {
        return aparapi;
    }

    long handle() {
        return handle;
    }

    int groupSize() {
        return groupSize;
    }

    /** The arguments as last set: a driver keeps them from launch to launch, so only those that change are set again. */
    Object[] current() {
        return current;
    }

    /**
     * Spells operands out as the kernel's arguments: a tensor or buffer as its handle and offset.
     *
     * @throws IllegalArgumentException if they are not what the kernel takes
     */
    Object[] spell(Object... operands) {
        if (operands.length != arguments.length()) {
            throw new IllegalArgumentException(
                    "opencl: " + name + " takes " + arguments.length() + " operands, got " + operands.length);
        }
        Object[] spelled = new Object[current.length];
        int at = 0;
        for (int i = 0; i < operands.length; i++) {
            char type = arguments.charAt(i);
            switch (operands[i]) {
                case ClTensor tensor
                when type == 'b' -> {
                    spelled[at++] = tensor.buffer().handle();
                    spelled[at++] = tensor.offset();
                }
                case ClBuffer buffer
                when type == 'b' -> {
                    spelled[at++] = buffer.handle();
                    spelled[at++] = 0;
                }
                case Integer number when type == 'i' -> spelled[at++] = number;
                case Float number when type == 'f' -> spelled[at++] = number;
                default ->
                    throw new IllegalArgumentException("opencl: operand " + i + " of " + name + " must be of kind "
                            + type + ", got " + operands[i]);
            }
        }
        return spelled;
    }
}
