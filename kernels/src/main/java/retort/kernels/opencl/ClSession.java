package retort.kernels.opencl;

import java.util.function.Supplier;

/**
 * One backend's hold on a device.
 *
 * @param parameters what its programs are built with
 */
record ClSession(ClContext context, ClParameters parameters, ClQueue queue, ClMemory memory) {
    /** A kernel of a .cl file; see {@link ClProgram#kernel}. */
    ClKernel kernel(String file, String name, int groupSize, String arguments) {
        return context.program(file, parameters).kernel(name, groupSize, arguments);
    }

    int parameter(ClParameter parameter) {
        return parameters.get(parameter);
    }

    /** Work memory for the launches of one op, given back to the pool when they are queued. */
    ClBuffer workspace(Supplier<String> op, int elements) {
        return memory.take(op.get(), elements);
    }

    static int ceilDivide(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
