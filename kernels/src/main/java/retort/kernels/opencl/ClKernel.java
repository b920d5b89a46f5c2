package retort.kernels.opencl;

import com.aparapi.internal.opencl.OpenCLKernel;

/** A kernel, what it takes, and its arguments as last set. */
final class ClKernel {
    private final ClSignature signature;
    private final OpenCLKernel aparapi;
    private final long handle;
    private final Object[] current;

    ClKernel(ClSignature signature, OpenCLKernel aparapi, long handle) {
        this.signature = signature;
        this.aparapi = aparapi;
        this.handle = handle;
        this.current = new Object[signature.arguments()];
    }

    String name() {
        return signature.kernel();
    }

    OpenCLKernel aparapi() {
        return aparapi;
    }

    long handle() {
        return handle;
    }

    int groupSize() {
        return signature.groupSize();
    }

    /** The arguments as last set: a driver keeps them, so only those that change are set again. */
    Object[] current() {
        return current;
    }

    /** See {@link ClSignature#spell}. */
    Object[] spell(Object... operands) {
        return signature.spell(operands);
    }
}
