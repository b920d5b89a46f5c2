package retort.kernels.engine;

import java.util.Arrays;
import retort.kernels.BackendException;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;

/** What the engines on the CPU share: tensors are Java arrays, and every call is done when it returns. */
public abstract class HostBackend extends CheckedBackend<HostTensor> {
    private final HostMemory memory = new HostMemory();
    private final int panel;

    /** @param panel columns of a panel of packed tensors, or {@link HostTensor#ROW_MAJOR} */
    protected HostBackend(int panel) {
        super(HostTensor.class);
        this.panel = panel;
    }

    @Override
    public final Tensor allocate(Scope scope, Shape shape) {
        return allocate(scope, shape, false, HostTensor.ROW_MAJOR);
    }

    @Override
    public final Tensor allocatePacked(Scope scope, Shape shape) {
        HostTensor tensor = allocate(scope, shape, true, panel);
        if (tensor.length() > tensor.size()) {
            Arrays.fill(tensor.array(), 0);
        }
        return tensor;
    }

    private HostTensor allocate(Scope scope, Shape shape, boolean packed, int columns) {
        try {
            float[] array = memory.take(HostTensor.length(shape, columns));
            return new HostTensor(scope, shape, packed, array, 0, columns);
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
        destination.runs((inOrder, stored, count) ->
                System.arraycopy(source, offset + inOrder, destination.array(), stored, count));
    }

    @Override
    protected final void doDownload(HostTensor source, float[] destination, int offset) {
        source.runs((inOrder, stored, count) ->
                System.arraycopy(source.array(), stored, destination, offset + inOrder, count));
    }

    @Override
    protected final void doFill(HostTensor x, float value) {
        x.runs((inOrder, stored, count) -> Arrays.fill(x.array(), stored, stored + count, value));
    }

    @Override
    protected final void doCopy(HostTensor x, HostTensor y) {
        if (x.isPacked() && y.isPacked()) {
            doUpload(download(x), 0, y);
        } else if (x.isPacked()) {
            doDownload(x, y.array(), y.offset());
        } else {
            doUpload(x.array(), x.offset(), y);
        }
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
