package retort.kernels.opencl;

import java.util.Arrays;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Device;
import retort.kernels.DeviceCounters;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.Tiling;
import retort.kernels.engine.CheckedBackend;
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
import retort.kernels.op.ElementType;
import retort.kernels.op.GatherSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.Shape;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.op.StridedCopySpec;

/**
 * The engine on an OpenCL device. Aparapi finds the device and makes its context, queue, programs and kernels; tensors
 * stay on the device from upload to download, and a call returns when its work is queued.
 *
 * <p>The same call on the same device gives the same bits: no kernel adds up in an order that depends on timing.
 */
final class OpenClBackend extends CheckedBackend<ClTensor> {
    /** Of the device's memory one part in so many: what drivers allow for a buffer in any case. */
    private static final int SHARE_FOR_RESIDENTS = 4;

    private final ClContext context;
    private final ClParameters parameters;
    private final ClSession session;
    private final ClQueue queue;
    private final ClMemory memory;
    private final ClElementwise elementwise;
    private final ClColumnSums columnSums;
    private final ClActivation activation;
    private final ClRows rows;
    private final ClProducts products;
    private final ClWeights weights;
    private final ClConv2d conv2d;
    private final ClArithmetic arithmetic;
    private final ClBatchNorm batchNorm;
    private final ClStridedCopy stridedCopy;
    private final ClGather gather;
    private final ClDepthwiseConv2d depthwiseConv2d;
    private final ClPool2d pool2d;

    private OpenClBackend(OpenClBackend origin, ClContext context, ClParameters parameters, boolean profile) {
        super(ClTensor.class, origin);
        this.context = context;
        this.parameters = parameters;
        memory = new ClMemory(context.device(), context.handle());
        queue = new ClQueue(context, profile, memory);
        session = new ClSession(context, parameters, queue, memory);
        elementwise = new ClElementwise(session);
        columnSums = new ClColumnSums(session);
        activation = new ClActivation(session);
        rows = new ClRows(session);
        products = ClProducts.of(parameters.family(), session, elementwise, columnSums);
        weights = new ClWeights(session, columnSums, products);
        conv2d = new ClConv2d(session, products);
        arithmetic = new ClArithmetic(session);
        batchNorm = new ClBatchNorm(session, columnSums);
        stridedCopy = new ClStridedCopy(session);
        gather = new ClGather(session);
        depthwiseConv2d = new ClDepthwiseConv2d(session, columnSums);
        pool2d = new ClPool2d(session);
    }

    /**
     * Opens a device.
     *
     * @param device an index or a part of a name as {@link OpenClDevices#select} takes it, or null
     * @param profile whether to record the device time of every op, at some cost to each
     * @throws BackendUnavailableException if there is no such device
     */
    public static OpenClBackend open(String device, boolean profile) {
        OpenClDevices.Found found = OpenClDevices.find(device);
        return open(found, ClParameters.of(found.device()), profile);
    }

    /** Opens a device with parameters that are not its file's. */
    static OpenClBackend open(OpenClDevices.Found found, ClParameters parameters) {
        return open(found, parameters, false);
    }

    private static OpenClBackend open(OpenClDevices.Found found, ClParameters parameters, boolean profile) {
        try {
            return open(null, ClContext.take(found), parameters, profile);
        } catch (OpenClException e) {
            throw e.on(found.device());
        }
    }

    /** A context that can't be worked with is not kept. */
    private static OpenClBackend open(
            OpenClBackend origin, ClContext context, ClParameters parameters, boolean profile) {
        try {
            return new OpenClBackend(origin, context, parameters, profile);
        } catch (RuntimeException e) {
            OpenClLibrary.after(e, context::discard);
            throw e;
        }
    }

    @Override
    public Engine engine() {
        return Engine.OPENCL;
    }

    @Override
    public String device() {
        return context.device().name();
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public long residentBytes() {
        Device device = context.device();
        return Math.min(device.globalMemoryBytes() / SHARE_FOR_RESIDENTS, device.largestAllocationBytes());
    }

    @Override
    public Tiling tiling() {
        return products.tiling();
    }

    @Override
    protected Backend doSibling(int threads) {
        return open(this, context.sibling(), parameters, false);
    }

    /** What this backend has asked of its device so far; waits for everything queued. */
    public DeviceCounters counters() {
        checkThread();
        return queue.counters();
    }

    @Override
    public Optional<DeviceCounters> deviceCounters() {
        return Optional.of(counters());
    }

    /** Bytes of device memory that this backend holds, in use or kept for later scopes. */
    public long memoryBytes() {
        return memory.heldBytes();
    }

    @Override
    public Tensor allocate(Scope scope, Shape shape) {
        return allocate(scope, shape, false, ElementType.FLOAT32);
    }

    /** In row-major order like any other tensor: this engine has no order of its own. */
    @Override
    public Tensor allocatePacked(Scope scope, Shape shape, ElementType type) {
        return allocate(scope, shape, true, type);
    }

    @Override
    public int packedSize(Shape shape, ElementType type) {
        return ClTensor.size(shape, type);
    }

    @Override
    public Tensor packedView(Tensor raw, int offset, Shape shape, ElementType type) {
        ClTensor all = (ClTensor) raw;
        return new ClTensor(raw.scope(), shape, true, type, all.buffer(), all.offset() + offset);
    }

    private Tensor allocate(Scope scope, Shape shape, boolean packed, ElementType type) {
        checkThread();
        ClBuffer[] buffer = new ClBuffer[1];
        queue.alone(() -> buffer[0] = memory.take("tensor " + shape, ClTensor.size(shape, type)));
        return new ClTensor(scope, shape, packed, type, buffer[0], 0);
    }

    @Override
    public void release(Tensor tensor) {
        memory.give(((ClTensor) tensor).buffer());
    }

    @Override
    protected void doFinish() {
        queue.finish();
    }

    @Override
    protected void doClose() {
        try {
            OpenClLibrary.all(queue::close, memory::close);
        } catch (OpenClException e) {
            OpenClLibrary.after(e, context::discard);
            throw e.on(context.device());
        }
        ClContext.give(context);
    }

    @Override
    protected void doUpload(float[] source, int offset, ClTensor destination) {
        if (destination.elementType() == ElementType.FLOAT32) {
            queue.upload(source, offset, destination);
            return;
        }
        float[] words = new float[destination.size()];
        destination.weights().store(source, offset, words, 0);
        queue.upload(words, 0, destination.words());
    }

    @Override
    protected void doDownload(ClTensor source, float[] destination, int offset) {
        if (source.elementType() == ElementType.FLOAT32) {
            queue.download(source, destination, offset);
            return;
        }
        float[] words = new float[source.size()];
        queue.download(source.words(), words, 0);
        source.weights().load(words, 0, destination, offset);
    }

    @Override
    protected void doFill(ClTensor x, float value) {
        if (x.elementType() == ElementType.FLOAT32) {
            elementwise.fill(x, value);
            return;
        }
        float[] elements = new float[x.shape().size()];
        Arrays.fill(elements, value);
        doUpload(elements, 0, x);
    }

    @Override
    protected void doCopy(ClTensor x, ClTensor y) {
        if (x.elementType() == ElementType.FLOAT32 && y.elementType() == ElementType.FLOAT32) {
            queue.copy(x, y);
            return;
        }
        float[] elements = new float[x.shape().size()];
        doDownload(x, elements, 0);
        doUpload(elements, 0, y);
    }

    @Override
    protected Runnable prepare(Spec spec, Operands<ClTensor> operands) {
        Runnable launches = launches(spec, operands);
        return () -> session.whole(launches);
    }

    private Runnable launches(Spec spec, Operands<ClTensor> o) {
        return switch (spec) {
            case ActivationSpec s ->
                switch (s.pass()) {
                    case FORWARD -> () -> activation.forward(s, o.get(0), o.get(1));
                    case GRADIENT -> () -> activation.gradient(s, o.get(0), o.get(1), o.get(2));
                };
            case AdamSpec s -> () -> elementwise.adam(s, o.get(0), o.get(1), o.get(2), o.get(3), s.stepSize(o.step()));
            case AddSpec s -> () -> elementwise.add(s, o.get(0), o.get(1), o.get(2));
            case ArgmaxSpec s -> () -> rows.argmax(s, o.get(0), o.get(1));
            case BiasBackwardSpec s -> () -> biasBackward(s, o);
            case ArithmeticSpec s -> () -> arithmetic.arithmetic(s, o.get(0), o.get(1), o.get(2));
            case BatchNormSpec s -> () -> batchNorm.batchNorm(s, o);
            case BiasSpec s -> () -> elementwise.addBias(s, o.get(0), o.get(1));
            case ColumnSumSpec s -> () -> columnSums.run(s, o.get(0), o.get(1));
            case Conv2dSpec s -> () -> conv2d.conv2d(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case CrossEntropySpec s -> () -> rows.crossEntropy(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case DenseBackwardSpec s -> () -> denseBackward(s, o);
            case DepthwiseConv2dSpec s ->
                () -> depthwiseConv2d.depthwiseConv2d(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case DistillationSpec s -> () -> rows.distillation(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case DropoutSpec s -> () -> elementwise.dropout(s, o.key(), o.get(0), o.get(1));
            case GatherSpec s -> () -> gather.gather(s, o.get(0), o.get(1), o.get(2), o.get(3));
            case GemmSpec s
            when s.typeB() != ElementType.FLOAT32 ->
                () -> weights.gemm(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case GemmSpec s -> () -> products.gemm(s, o.get(0), o.get(1), o.get(2), o.fused(s.epilogue()));
            case MaxNormSpec s -> () -> elementwise.maxNorm(s, o.get(0));
            case Pool2dSpec s -> () -> pool2d.pool2d(s, o);
            case ReluSpec s ->
                switch (s.pass()) {
                    case FORWARD -> () -> elementwise.relu(s, o.get(0), o.get(1));
                    case GRADIENT -> () -> elementwise.reluGradient(s, o.get(0), o.get(1), o.get(2));
                };
            case SgdSpec s -> () -> elementwise.sgd(s, o.get(0), o.get(1), o.get(2));
            case SoftmaxSpec s -> () -> rows.softmax(s, o.get(0), o.get(1));
            case StridedCopySpec s -> () -> stridedCopy.stridedCopy(s, o.get(0), o.get(1));
        };
    }

    private void denseBackward(DenseBackwardSpec spec, Operands<ClTensor> o) {
        ClTensor x = o.get(0);
        ClTensor dY = o.get(1);
        ClTensor w = o.get(2);
        if (spec.inputGradient()) {
            ClTensor dX = o.get(3 + spec.update().stateTensors());
            products.gemm(spec.inputProduct(), dY, w, dX, Fused.gate(x));
        }
        switch (spec.update()) {
            case AdamSpec s -> products.weightAdam(spec, s, x, dY, w, o.get(3), o.get(4), s.stepSize(o.step()));
            case SgdSpec s -> {
                ClBuffer gradient = session.workspace(spec::id, s.count());
                products.gemm(spec.weightProduct(), x, dY, gradient, ClArguments.NOTHING);
                elementwise.sgd(s, w, gradient, o.get(3));
                session.give(gradient);
            }
        }
    }

    private void biasBackward(BiasBackwardSpec spec, Operands<ClTensor> o) {
        ClTensor dY = o.get(0);
        ClTensor b = o.get(1);
        switch (spec.update()) {
            case AdamSpec s -> columnSums.biasAdam(spec, s, dY, b, o.get(2), o.get(3), s.stepSize(o.step()));
            case SgdSpec s -> {
                ClBuffer gradient = session.workspace(spec::id, spec.columns());
                columnSums.run(spec.sums(), dY, gradient);
                elementwise.sgd(s, b, gradient, o.get(2));
                session.give(gradient);
            }
        }
    }

    @Override
    protected boolean overlap(ClTensor first, ClTensor second) {
        return first.overlaps(second);
    }
}
