package retort.kernels.host;

import java.util.Arrays;
import retort.kernels.BackendException;
import retort.kernels.CheckedBackend;
import retort.kernels.Scope;
import retort.kernels.Shape;
import retort.kernels.Tensor;

/** What the engines on the CPU share: tensors are Java arrays, and every call is done when it returns. */
public abstract class HostBackend extends CheckedBackend<HostTensor> {
    private final HostMemory memory = new HostMemory();

    protected HostBackend() {
        super(HostTensor.class);
    }

    @Override
    public final Tensor allocate(Scope scope, Shape shape) {
        try {
            return new HostTensor(scope, shape, memory.take(shape.size()), 0);
        } catch (OutOfMemoryError e) {
            throw new BackendException(
                    engine() + ": no memory for a tensor " + shape + " in a heap of "
                            + (Runtime.getRuntime().maxMemory() >> 20) + " MiB (java -Xmx)",
                    e);
        }
    }

    @Override
    public final void release(Tensor tensor) {
        memory.give(((HostTensor) tensor).array());
    }

    @Override
    public final void finish() {}

    @Override
    protected final void doUpload(float[] source, int offset, HostTensor destination) {
        System.arraycopy(source, offset, destination.array(), destination.offset(), destination.size());
    }

    @Override
    protected final void doDownload(HostTensor source, float[] destination, int offset) {
        System.arraycopy(source.array(), source.offset(), destination, offset, source.size());
    }

    @Override
    protected final void doFill(HostTensor x, float value) {
        Arrays.fill(x.array(), x.offset(), x.end(), value);
    }

    @Override
    protected final void doCopy(HostTensor x, HostTensor y) {
        System.arraycopy(x.array(), x.offset(), y.array(), y.offset(), x.size());
    }

    @Override
    protected final boolean overlap(HostTensor first, HostTensor second) {
        return first.array() == second.array() && first.offset() < second.end() && second.offset() < first.end();
    }

    @Override
    public void close() {
        memory.clear();
    }
}
