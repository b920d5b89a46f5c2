package retort.kernels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retort.kernels.op.Spec;

/**
 * A backend that passes every call on to another and keeps the time. Each operation is waited for, so an engine with a
 * queue runs slower than it would unobserved; the shares of the time still say where it goes.
 */
public final class ProfiledBackend extends ForwardingBackend {
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

    private final Map<String, Cost> costs = new LinkedHashMap<>();

    public ProfiledBackend(Backend backend) {
        super(backend);
    }

    /** What was done so far, the most expensive first. */
    public List<Cost> costs() {
        List<Cost> sorted = new ArrayList<>(costs.values());
        sorted.sort(Comparator.comparingLong(Cost::nanos).reversed());
        return sorted;
    }

    /** Forgets what was done so far. */
    public void clear() {
        costs.clear();
    }

    private void time(String operation, long flops, long bytes, Runnable call) {
        long start = System.nanoTime();
        call.run();
        finish();
        long nanos = System.nanoTime() - start;
        costs.merge(
                operation, new Cost(operation, 1, nanos, flops, bytes), (sum, one) -> sum.plus(nanos, flops, bytes));
    }

    private static long bytes(Tensor tensor) {
        return (long) tensor.shape().size() * Spec.ELEMENT_BYTES;
    }

    @Override
    public void upload(float[] source, int offset, Tensor destination) {
        time("upload", 0, bytes(destination), () -> backend().upload(source, offset, destination));
    }

    @Override
    public void download(Tensor source, float[] destination, int offset) {
        time("download", 0, bytes(source), () -> backend().download(source, destination, offset));
    }

    @Override
    public void fill(Tensor x, float value) {
        time("fill", 0, bytes(x), () -> backend().fill(x, value));
    }

    @Override
    public void copy(Tensor x, Tensor y) {
        time("copy", 0, 2 * bytes(x), () -> backend().copy(x, y));
    }

    @Override
    public void run(Call call) {
        Spec spec = call.spec();
        time(spec.id(), spec.flops(), spec.bytes(), () -> backend().run(call));
    }
}
