package retort.kernels.opencl;

import retort.kernels.op.ArithmeticSpec;

/** Sums, products and the like of two tensors: {@code arithmetic.cl}. */
final class ClArithmetic {
    private static final String FILE = "arithmetic.cl";

    private final ClSession session;

    ClArithmetic(ClSession session) {
        this.session = session;
    }

    void arithmetic(ArithmeticSpec spec, ClTensor a, ClTensor b, ClTensor y) {
        String kernel = "arithmetic_" + spec.operator().id();
        session.launchItems(spec::id, FILE, kernel, spec.count(), a, b, y, spec.count(), spec.period());
    }
}
