package retort.kernels.simd;

import java.util.stream.Stream;
import retort.kernels.Engine;
import retort.kernels.engine.HostBackend;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;

/**
 * The engine on the JDK's Vector API. Results do not depend on the number of threads, bit for bit; they may differ in the
 * last bits between machines of different vector width.
 */
final class SimdBackend extends HostBackend {
    private final Workers workers;
    private final SimdGemm gemm;
    private final SimdConv2d conv2d;
    private final SimdSoftmax softmax;
    private final SimdDistillation distillation;
    private final SimdElementwise elementwise;
    private final SimdAdam adam;
    private final SimdSgd sgd;
    private final SimdMaxNorm maxNorm;

    /** @param threads that compute, at least 1 */
    SimdBackend(int threads) {
        super(SimdSpecies.PANEL);
        workers = new Workers(threads);
        Scratch[] scratch = Stream.generate(Scratch::new).limit(threads).toArray(Scratch[]::new);
        gemm = new SimdGemm(workers, scratch);
        conv2d = new SimdConv2d(workers, scratch);
        softmax = new SimdSoftmax(workers);
        distillation = new SimdDistillation(workers);
        elementwise = new SimdElementwise(workers);
        adam = new SimdAdam(workers);
        sgd = new SimdSgd(workers);
        maxNorm = new SimdMaxNorm(workers);
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
    protected void doGemm(GemmSpec spec, HostTensor a, HostTensor b, HostTensor c, Fused<HostTensor> fused) {
        gemm.run(spec, a, b, c, fused);
    }

    @Override
    protected void doGemmAdam(
            GemmAdamSpec spec, HostTensor a, HostTensor b, HostTensor w, HostTensor m, HostTensor v, float stepSize) {
        gemm.runAdam(spec, a, b, w, m, v, stepSize);
    }

    @Override
    protected void doConv2d(Conv2dSpec spec, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        conv2d.run(spec, x, filter, y, fused);
    }

    @Override
    protected void doSoftmax(SoftmaxSpec spec, HostTensor logits, HostTensor probabilities) {
        softmax.run(spec, logits, probabilities);
    }

    @Override
    protected void doCrossEntropy(
            CrossEntropySpec spec, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        softmax.run(spec, logits, targets, dLogits, outcome);
    }

    @Override
    protected void doDistillation(
            DistillationSpec spec, HostTensor logits, HostTensor targets, HostTensor dLogits, HostTensor outcome) {
        distillation.run(spec, logits, targets, dLogits, outcome);
    }

    @Override
    protected void doAddBias(BiasSpec spec, HostTensor x, HostTensor bias) {
        elementwise.addBias(spec, x, bias);
    }

    @Override
    protected void doColumnSums(ColumnSumSpec spec, HostTensor x, HostTensor sums) {
        elementwise.columnSums(spec, x, sums);
    }

    @Override
    protected void doRelu(ReluSpec spec, HostTensor x, HostTensor y) {
        elementwise.relu(spec, x, y);
    }

    @Override
    protected void doReluGradient(ReluSpec spec, HostTensor y, HostTensor dY, HostTensor dX) {
        elementwise.reluGradient(spec, y, dY, dX);
    }

    @Override
    protected void doDropout(DropoutSpec spec, DropoutKey key, HostTensor x, HostTensor y) {
        elementwise.dropout(spec, key, x, y);
    }

    @Override
    protected void doArgmax(ArgmaxSpec spec, HostTensor x, HostTensor indices) {
        elementwise.argmax(spec, x, indices);
    }

    @Override
    protected void doAdam(
            AdamSpec spec, HostTensor w, HostTensor gradient, HostTensor m, HostTensor v, float stepSize) {
        adam.run(spec, w, gradient, m, v, stepSize);
    }

    @Override
    protected void doSgd(SgdSpec spec, HostTensor w, HostTensor gradient, HostTensor velocity) {
        sgd.run(spec, w, gradient, velocity);
    }

    @Override
    protected void doMaxNorm(MaxNormSpec spec, HostTensor w) {
        maxNorm.run(spec, w);
    }

    @Override
    public void close() {
        workers.close();
        super.close();
    }
}
