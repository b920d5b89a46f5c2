package retort.kernels.engine;

import java.util.Arrays;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/** What the engines on the CPU share: tensors are Java arrays, and every call is done when it returns. */
public abstract class HostBackend extends CheckedBackend<HostTensor> {
    /** Of this backend and its siblings, so that all together keep no more than one would. */
    private final HostMemory memory;

    private final boolean isSibling;
    private final int panel;

    /**
     * @param panel columns of a panel of packed tensors, or {@link HostTensor#ROW_MAJOR}
     * @param origin the backend that this is a sibling of, or null
     */
    protected HostBackend(int panel, HostBackend origin) {
        super(HostTensor.class, origin);
        this.memory = origin == null ? new HostMemory() : origin.memory;
        this.isSibling = origin != null;
        this.panel = panel;
    }

    @Override
    public final Tensor allocate(Scope scope, Shape shape) {
        return allocate(scope, shape, false, ElementType.FLOAT32, HostTensor.ROW_MAJOR);
    }

    @Override
    public final Tensor allocatePacked(Scope scope, Shape shape, ElementType type) {
        HostTensor tensor = allocate(scope, shape, true, type, panel);
        if (type == ElementType.FLOAT32 && tensor.length() > tensor.size()) {
            Arrays.fill(tensor.array(), 0);
        }
        return tensor;
    }

    @Override
    public final int packedSize(Shape shape, ElementType type) {
        return HostTensor.length(shape, type, panel);
    }

    @Override
    public final Tensor packedView(Tensor raw, int offset, Shape shape, ElementType type) {
        HostTensor all = (HostTensor) raw;
        return new HostTensor(raw.scope(), shape, true, type, all.array(), all.offset() + offset, panel);
    }

    private HostTensor allocate(Scope scope, Shape shape, boolean packed, ElementType type, int columns) {
        checkThread();
        int length = HostTensor.length(shape, type, columns);
        try {
            return new HostTensor(scope, shape, packed, type, memory.take(length), 0, columns);
        } catch (OutOfMemoryError e) {
            throw noMemory("a tensor " + shape, e);
        }
    }

    /** An array for a kernel to keep, for which tensors that are kept for later make room; any thread may ask. */
    protected final float[] newArray(int length) {
        return memory.make(length);
    }

    @Override
    protected final void makeRoom() {
        memory.clear();
    }

    HostMemory memory() {
        return memory;
    }

    @Override
    public final void release(Tensor tensor) {
        memory.give(((HostTensor) tensor).array());
    }

    @Override
    protected final void doFinish() {}

    @Override
    protected final void doUpload(float[] source, int offset, HostTensor destination) {
        if (!destination.isPacked()) {
            System.arraycopy(source, offset, destination.array(), destination.offset(), destination.size());
            return;
        }
        if (destination.elementType() != ElementType.FLOAT32) {
            destination.weights().store(source, offset, destination.array(), destination.offset());
            return;
        }
        destination.runs((inOrder, stored, count) ->
                System.arraycopy(source, offset + inOrder, destination.array(), stored, count));
    }

    @Override
    protected final void doDownload(HostTensor source, float[] destination, int offset) {
        if (!source.isPacked()) {
            System.arraycopy(source.array(), source.offset(), destination, offset, source.size());
            return;
        }
        if (source.elementType() != ElementType.FLOAT32) {
            source.weights().load(source.array(), source.offset(), destination, offset);
            return;
        }
        source.runs((inOrder, stored, count) ->
                System.arraycopy(source.array(), stored, destination, offset + inOrder, count));
    }

    @Override
    protected final void doFill(HostTensor x, float value) {
        if (x.elementType() != ElementType.FLOAT32) {
            float[] elements = new float[x.size()];
            Arrays.fill(elements, value);
            doUpload(elements, 0, x);
            return;
        }
        x.runs((inOrder, stored, count) -> Arrays.fill(x.array(), stored, stored + count, value));
    }

    @Override
    protected final void doCopy(HostTensor x, HostTensor y) {
        if (x.isPacked() && y.isPacked()) {
            float[] elements = new float[x.size()];
            doDownload(x, elements, 0);
            doUpload(elements, 0, y);
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
    protected void doClose() {
        if (!isSibling) {
            memory.clear();
        }
    }
}
