/**
 * Hand-tuned neural-network kernels on several engines behind one {@link retort.kernels.Backend}. Each op is described
 * by a spec record of {@link retort.kernels.op}; {@link retort.kernels.check} holds any engine against their
 * definition.
 *
 * <p>The engine on OpenCL needs Aparapi, which is left to those who want it.
 */
@SuppressWarnings({"requires-automatic", "module"})
module retort.kernels {
    requires java.logging;
    requires jdk.incubator.vector;
    requires jdk.management;
    requires static aparapi;

    exports retort.kernels;
    exports retort.kernels.check;
    exports retort.kernels.op;
    exports retort.kernels.file to
            retort.nn;

    uses retort.kernels.EngineProvider;

    provides retort.kernels.EngineProvider with
            retort.kernels.opencl.OpenClEngine,
            retort.kernels.scalar.ScalarEngine,
            retort.kernels.simd.SimdEngine;
}
