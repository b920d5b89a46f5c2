package retort.kernels.simd;

import java.util.stream.Stream;
import retort.kernels.Backend;
import retort.kernels.Engine;
import retort.kernels.Tiling;
import retort.kernels.engine.HostBackend;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.AddSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.GatherSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.op.StridedCopySpec;

/**
 * The engine on the JDK's Vector API. Results do not depend on the number of threads, bit for bit; they may differ in
 * the last bits between machines of different vector width.
 */
final class SimdBackend extends HostBackend {
    private final SimdParameters parameters;
    private final Workers workers;
    private final SimdGemm gemm;
    private final SimdDenseBackward denseBackward;
    private final SimdConv2d conv2d;
    private final SimdArithmetic arithmetic;
    private final SimdBatchNorm batchNorm;
    private final SimdStridedCopy stridedCopy;
    private final SimdGather gather;
    private final SimdDepthwiseConv2d depthwiseConv2d;
    private final SimdSoftmax softmax;
    private final SimdDistillation distillation;
    private final SimdElementwise elementwise;
    private final SimdActivation activation;
    private final SimdAdam adam;
    private final SimdSgd sgd;
    private final SimdMaxNorm maxNorm;
    private final SimdPool2d pool2d;

    /** @param threads that compute, at least 1 */
    SimdBackend(int threads, SimdParameters parameters) {
        this(threads, parameters, null);
    }

    private SimdBackend(int threads, SimdParameters parameters, SimdBackend origin) {
        super(Blocking.NR, origin);
        this.parameters = parameters;
        workers = new Workers(threads);
        Scratch[] scratch = Stream.generate(() -> new Scratch(this::newArray))
                .limit(threads)
                .toArray(Scratch[]::new);
        gemm = new SimdGemm(workers, scratch, parameters);
        denseBackward = new SimdDenseBackward(workers, scratch, gemm, parameters);
        conv2d = new SimdConv2d(workers, scratch);
        arithmetic = new SimdArithmetic(workers);
        batchNorm = new SimdBatchNorm(workers);
        stridedCopy = new SimdStridedCopy(workers);
        gather = new SimdGather(workers);
        depthwiseConv2d = new SimdDepthwiseConv2d(workers, scratch);
        softmax = new SimdSoftmax(workers, scratch);
        distillation = new SimdDistillation(workers);
        elementwise = new SimdElementwise(workers);
        activation = new SimdActivation(workers);
        adam = new SimdAdam(workers);
        sgd = new SimdSgd(workers);
        maxNorm = new SimdMaxNorm(workers);
        pool2d = new SimdPool2d(workers, scratch);
    }

    @Override
    public Engine engine() {
        return Engine.CPU_SIMD;
    }

    @Override
    public String device() {
        return System.getProperty("os.arch") + " CPU, " + SimdSpecies.SPECIES.vectorBitSize() + "-bit vectors ("
                + SimdSpecies.LANES + " lanes)";
    }

    @Override
    public int threads() {
        return workers.count();
    }

    @Override
    public Tiling tiling() {
        int nc = Math.max(parameters.get(SimdParameter.NC), parameters.get(SimdParameter.SHARED_ROWS));
        return new Tiling(SimdSpecies.LANES, Blocking.MR, Blocking.NR, parameters.get(SimdParameter.KC), nc);
    }

    @Override
    protected Backend doSibling(int threads) {
        return new SimdBackend(threads, parameters, this);
    }

    @Override
    protected Runnable prepare(Spec spec, Operands<HostTensor> o) {
        return switch (spec) {
            case ActivationSpec s ->
                switch (s.pass()) {
                    case FORWARD -> activation.forward(s, o.get(0), o.get(1));
                    case GRADIENT -> activation.gradient(s, o.get(0), o.get(1), o.get(2));
                };
            case AdamSpec s -> adam.prepare(s, o.get(0), o.get(1), o.get(2), o.get(3), s.stepSize(o.step()));
            case AddSpec s -> elementwise.add(s, o.get(0), o.get(1), o.get(2));
            case ArgmaxSpec s -> elementwise.argmax(s, o.get(0), o.get(1));
            case BiasBackwardSpec s -> elementwise.biasBackward(s, o.get(0), SimdUpdate.of(s.update(), o, 1));
            case ArithmeticSpec s -> arithmetic.prepare(s, o.get(0), o.get(1), o.get(2));
            case BatchNormSpec s -> batchNorm.prepare(s, o);
            case BiasSpec s -> elementwise.addBias(s, o.get(0), o.get(1));
            case ColumnSumSpec s -> elementwise.columnSums(s, o.get(0), o.get(1));
            case Conv2dSpec s -> conv2d.prepare(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case CrossEntropySpec s -> softmax.prepare(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case DenseBackwardSpec s -> denseBackward.prepare(s, o);
            case DepthwiseConv2dSpec s ->
                depthwiseConv2d.prepare(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case DistillationSpec s -> distillation.prepare(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case DropoutSpec s -> elementwise.dropout(s, o.key(), o.get(0), o.get(1));
            case GatherSpec s -> gather.prepare(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case GemmSpec s -> gemm.prepare(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case MaxNormSpec s -> maxNorm.prepare(s, o.get(0));
            case Pool2dSpec s -> pool2d.prepare(s, o);
            case ReluSpec s ->
                switch (s.pass()) {
                    case FORWARD -> elementwise.relu(s, o.get(0), o.get(1));
                    case GRADIENT -> elementwise.reluGradient(s, o.get(0), o.get(1), o.get(2));
                };
            case SgdSpec s -> sgd.prepare(s, o.get(0), o.get(1), o.get(2));
            case SoftmaxSpec s -> softmax.prepare(s, o.get(0), o.get(1));
            case StridedCopySpec s -> stridedCopy.prepare(s, o.get(0), o.get(1));
        };
    }

    @Override
    protected void doClose() {
        workers.close();
        super.doClose();
    }
}
