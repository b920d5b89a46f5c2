package retort.kernels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;

/**
 * A backend that passes every call on to another and keeps the time. Each operation is waited for, so an engine with a
 * queue runs slower than it would unobserved; the shares of the time still say where it goes.
 */
public final class ProfiledBackend implements Backend {
    /**
     * What one operation cost, all its calls together.
     *
     * @param operation a spec's id, or the name of an operation without one
     * @param flops of all calls, 0 where there is nothing to count
     * @param bytes of all calls that must cross the memory bus
     */
    public record Cost(String operation, int calls, long nanos, long flops, long bytes) {
        private Cost plus(long moreNanos, long moreFlops, long moreBytes) {
            return new Cost(operation, calls + 1, nanos + moreNanos, flops + moreFlops, bytes + moreBytes);
        }
    }

    private final Backend backend;
    private final Map<String, Cost> costs = new LinkedHashMap<>();

    public ProfiledBackend(Backend backend) {
        this.backend = backend;
    }

    /** What was done so far, the most expensive first. */
    public List<Cost> costs() {
        List<Cost> sorted = new ArrayList<>(costs.values());
        sorted.sort(Comparator.comparingLong(Cost::nanos).reversed());
        return sorted;
    }

    private void time(Spec spec, Runnable call) {
        time(spec.id(), spec.flops(), spec.bytes(), call);
    }

    private void time(String operation, long flops, long bytes, Runnable call) {
        long start = System.nanoTime();
        call.run();
        backend.finish();
        long nanos = System.nanoTime() - start;
        costs.merge(
                operation, new Cost(operation, 1, nanos, flops, bytes), (sum, one) -> sum.plus(nanos, flops, bytes));
    }

    private static long bytes(Tensor tensor) {
        return (long) tensor.shape().size() * Spec.ELEMENT_BYTES;
    }

    @Override
    public Engine engine() {
        return backend.engine();
    }

    @Override
    public String device() {
        return backend.device();
    }

    @Override
    public int threads() {
        return backend.threads();
    }

    @Override
    public Optional<DeviceCounters> deviceCounters() {
        return backend.deviceCounters();
    }

    @Override
    public Scope scope() {
        return backend.scope();
    }

    @Override
    public void upload(float[] source, int offset, Tensor destination) {
        time("upload", 0, bytes(destination), () -> backend.upload(source, offset, destination));
    }

    @Override
    public void download(Tensor source, float[] destination, int offset) {
        time("download", 0, bytes(source), () -> backend.download(source, destination, offset));
    }

    @Override
    public void finish() {
        backend.finish();
    }

    @Override
    public void fill(Tensor x, float value) {
        time("fill", 0, bytes(x), () -> backend.fill(x, value));
    }

    @Override
    public void copy(Tensor x, Tensor y) {
        time("copy", 0, 2 * bytes(x), () -> backend.copy(x, y));
    }

    @Override
    public void gemm(GemmSpec spec, Tensor a, Tensor b, Tensor c, Epilogue.Operands operands) {
        time(spec, () -> backend.gemm(spec, a, b, c, operands));
    }

    @Override
    public void gemmAdam(GemmAdamSpec spec, Tensor a, Tensor b, Tensor w, Tensor m, Tensor v, int step) {
        time(spec, () -> backend.gemmAdam(spec, a, b, w, m, v, step));
    }

    @Override
    public void conv2d(Conv2dSpec spec, Tensor x, Tensor filter, Tensor y, Epilogue.Operands operands) {
        time(spec, () -> backend.conv2d(spec, x, filter, y, operands));
    }

    @Override
    public void softmax(SoftmaxSpec spec, Tensor logits, Tensor probabilities) {
        time(spec, () -> backend.softmax(spec, logits, probabilities));
    }

    @Override
    public void crossEntropy(CrossEntropySpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome) {
        time(spec, () -> backend.crossEntropy(spec, logits, targets, dLogits, outcome));
    }

    @Override
    public void distillation(DistillationSpec spec, Tensor logits, Tensor targets, Tensor dLogits, Tensor outcome) {
        time(spec, () -> backend.distillation(spec, logits, targets, dLogits, outcome));
    }

    @Override
    public void addBias(BiasSpec spec, Tensor x, Tensor bias) {
        time(spec, () -> backend.addBias(spec, x, bias));
    }

    @Override
    public void columnSums(ColumnSumSpec spec, Tensor x, Tensor sums) {
        time(spec, () -> backend.columnSums(spec, x, sums));
    }

    @Override
    public void relu(ReluSpec spec, Tensor x, Tensor y) {
        time(spec, () -> backend.relu(spec, x, y));
    }

    @Override
    public void reluGradient(ReluSpec spec, Tensor y, Tensor dY, Tensor dX) {
        time(spec, () -> backend.reluGradient(spec, y, dY, dX));
    }

    @Override
    public void dropout(DropoutSpec spec, DropoutKey key, Tensor x, Tensor y) {
        time(spec, () -> backend.dropout(spec, key, x, y));
    }

    @Override
    public void argmax(ArgmaxSpec spec, Tensor x, Tensor indices) {
        time(spec, () -> backend.argmax(spec, x, indices));
    }

    @Override
    public void adam(AdamSpec spec, Tensor w, Tensor gradient, Tensor m, Tensor v, int step) {
        time(spec, () -> backend.adam(spec, w, gradient, m, v, step));
    }

    @Override
    public void sgd(SgdSpec spec, Tensor w, Tensor gradient, Tensor velocity) {
        time(spec, () -> backend.sgd(spec, w, gradient, velocity));
    }

    @Override
    public void maxNorm(MaxNormSpec spec, Tensor w) {
        time(spec, () -> backend.maxNorm(spec, w));
    }

    @Override
    public void close() {
        backend.close();
    }
}
