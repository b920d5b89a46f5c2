package retort.kernels.simd;

import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DepthwiseConv2dSpec;

/**
 * Depthwise convolution: {@link DepthwiseCorrelation} forward and for the input gradient,
 * {@link DepthwiseFilterGradient} for the filter's. It does so little with what it reads that memory sets its speed.
 */
final class SimdDepthwiseConv2d {
    private final Workers workers;
    private final Scratch[] scratch;
    private final Scratch shared;

    /** @param scratch one for each worker */
    SimdDepthwiseConv2d(Workers workers, Scratch[] scratch) {
        this.workers = workers;
        this.scratch = scratch;
        this.shared = scratch[0].another();
    }

    Runnable prepare(DepthwiseConv2dSpec spec, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        if (spec.pass() == Conv2dSpec.Pass.FILTER_GRADIENT) {
            return new DepthwiseFilterGradient(spec, x, filter, y).prepare(workers, shared, scratch);
        }
        boolean forward = spec.pass() == Conv2dSpec.Pass.FORWARD;
        HostTensor image = forward ? x : y;
        HostTensor result = forward ? y : x;
        SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, result, spec.channels());
        Correlation sweeps = new DepthwiseCorrelation(spec.dense(), image, result, epilogue, workers.count());
        return sweeps.prepare(filter, workers, shared, scratch, Math.max(spec.flops(), spec.bytes()));
    }
}
