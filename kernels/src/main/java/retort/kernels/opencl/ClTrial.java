package retort.kernels.opencl;

import java.util.List;
import java.util.SplittableRandom;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;
import retort.kernels.op.Spec;
import retort.kernels.scalar.ScalarBackend;

/**
 * An op that the tuner times, and a small one of its kind, on extents that no tile divides, that it checks first. Operands are
 * whole numbers, so that products are exact.
 */
record ClTrial(Spec spec) {
    private static final int REPEATS = 5;
    private static final double REPEAT_NANOS = 30e6;

    /** Of the largest element, for Adam, which rounds. */
    private static final double ROUNDING = 1e-6;

    /** GFLOP/s of the fastest repeat: other work on the machine only ever slows one down. */
    double gigaflops(Backend backend) {
        try (Scope scope = backend.scope()) {
            Tensor[] operands = operands(scope, spec);
            run(backend, spec, operands);
            backend.finish();
            long start = System.nanoTime();
            run(backend, spec, operands);
            backend.finish();
            int count = (int) Math.clamp(REPEAT_NANOS / (System.nanoTime() - start), 1, 1000);
            double nanos = Double.POSITIVE_INFINITY;
            for (int i = 0; i < REPEATS; i++) {
                start = System.nanoTime();
                for (int n = 0; n < count; n++) {
                    run(backend, spec, operands);
                }
                backend.finish();
                nanos = Math.min(nanos, (System.nanoTime() - start) / (double) count);
            }
            return spec.flops() / nanos;
        }
    }

    /**
     * Compares the small op with the reference.
     *
     * @throws BackendException that names the first element that differs
     */
    void check(Backend backend) {
        Spec edges = edges();
        float[] expected = result(new ScalarBackend(), edges);
        float[] actual = result(backend, edges);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        double bound = edges instanceof GemmAdamSpec ? ROUNDING * largest : 0;
        for (int e = 0; e < expected.length; e++) {
            if (!(Math.abs(expected[e] - actual[e]) <= bound)) {
                throw new BackendException(
                        "opencl: " + edges.id() + ": element " + e + " is " + actual[e] + ", expected " + expected[e]);
            }
        }
    }

    private Spec edges() {
        return switch (spec) {
            case GemmSpec gemm -> edges(gemm);
            case GemmAdamSpec adam -> withAdam(edges(adam.gemm()));
            case Conv2dSpec conv ->
                Conv2dSpec.forward(2, 11, 15, conv.channels())
                        .filters(3, 3, conv.filters() + 1)
                        .as(conv.pass());
            default -> throw unknown(spec);
        };
    }

    private static GemmSpec edges(GemmSpec gemm) {
        return gemm.sized(Math.min(gemm.m(), 131), 137, Math.min(gemm.k(), 517));
    }

    /** A weight gradient and Adam with Keras's rates. */
    static GemmAdamSpec withAdam(GemmSpec gemm) {
        return new GemmAdamSpec(gemm, new AdamSpec(gemm.cShape().size(), 1e-3f, 0.9f, 0.999f, 1e-7f), false);
    }

    private static float[] result(Backend backend, Spec spec) {
        try (Scope scope = backend.scope()) {
            Tensor[] operands = operands(scope, spec);
            run(backend, spec, operands);
            boolean isFilter = spec instanceof Conv2dSpec conv && conv.pass() == Conv2dSpec.Pass.FILTER_GRADIENT;
            return backend.download(operands[isFilter ? 1 : 2]);
        }
    }

    /** Adam's moments begin with 0. */
    private static Tensor[] operands(Scope scope, Spec spec) {
        List<Shape> shapes = shapes(spec);
        SplittableRandom random = new SplittableRandom(1);
        Tensor[] operands = new Tensor[shapes.size()];
        for (int i = 0; i < operands.length; i++) {
            float[] elements = new float[shapes.get(i).size()];
            for (int e = 0; e < elements.length && i < 3; e++) {
                elements[e] = random.nextInt(-3, 4);
            }
            operands[i] = scope.tensorOf(shapes.get(i), elements);
        }
        return operands;
    }

    private static List<Shape> shapes(Spec spec) {
        return switch (spec) {
            case GemmSpec gemm -> List.of(gemm.aShape(), gemm.bShape(), gemm.cShape());
            case GemmAdamSpec adam -> {
                Shape w = adam.gemm().cShape();
                yield List.of(adam.gemm().aShape(), adam.gemm().bShape(), w, w, w);
            }
            case Conv2dSpec conv -> List.of(conv.xShape(), conv.filterShape(), conv.yShape());
            default -> throw unknown(spec);
        };
    }

    private static void run(Backend backend, Spec spec, Tensor[] operands) {
        switch (spec) {
            case GemmSpec gemm -> backend.gemm(gemm, operands[0], operands[1], operands[2]);
            case GemmAdamSpec adam ->
                backend.gemmAdam(adam, operands[0], operands[1], operands[2], operands[3], operands[4], 1);
            case Conv2dSpec conv -> backend.conv2d(conv, operands[0], operands[1], operands[2]);
            default -> throw unknown(spec);
        }
    }

    private static IllegalArgumentException unknown(Spec spec) {
        return new IllegalArgumentException("opencl: nothing tunes " + spec.id());
    }
}
