package retort.kernels.opencl;

import java.util.Optional;
import retort.kernels.BackendUnavailableException;
import retort.kernels.DeviceCounters;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.engine.CheckedBackend;
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
import retort.kernels.op.Shape;
import retort.kernels.op.SoftmaxSpec;

/**
 * The engine on an OpenCL device. Aparapi finds the device and makes its context, queue, programs and kernels; tensors stay
 * on the device from upload to download, and a call returns when its work is queued.
 *
 * <p>The same call on the same device gives the same bits: no kernel adds up in an order that depends on timing.
 */
final class OpenClBackend extends CheckedBackend<ClTensor> {
    private final ClContext context;
    private final ClSession session;
    private final ClQueue queue;
    private final ClMemory memory;
    private final ClElementwise elementwise;
    private final ClRows rows;
    private final ClProducts products;
    private final ClConv2d conv2d;
    private boolean closed;

    private OpenClBackend(OpenClDevices.Found found, ClParameters parameters, boolean profile) {
        super(ClTensor.class);
        context = ClContext.take(found);
        queue = new ClQueue(context, profile);
        memory = new ClMemory(found.device(), context.handle());
        session = new ClSession(context, parameters, queue, memory);
        elementwise = new ClElementwise(session);
        rows = new ClRows(session);
        products = ClProducts.of(parameters.family(), session, elementwise);
        conv2d = new ClConv2d(session, products);
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
        return new OpenClBackend(found, ClParameters.of(found.device()), profile);
    }

    /** Opens a device with parameters that are not its file's. */
    static OpenClBackend open(OpenClDevices.Found found, ClParameters parameters) {
        return new OpenClBackend(found, parameters, false);
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

    /** What this backend has asked of its device so far; waits for everything queued. */
    public DeviceCounters counters() {
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
        return allocate(scope, shape, false);
    }

    /** In row-major order like any other tensor: this engine has no order of its own. */
    @Override
    public Tensor allocatePacked(Scope scope, Shape shape) {
        return allocate(scope, shape, true);
    }

    private Tensor allocate(Scope scope, Shape shape, boolean packed) {
        ClBuffer[] buffer = new ClBuffer[1];
        queue.alone(() -> buffer[0] = memory.take("tensor " + shape, shape.size()));
        return new ClTensor(scope, shape, packed, buffer[0], 0);
    }

    @Override
    public void release(Tensor tensor) {
        memory.give(((ClTensor) tensor).buffer());
    }

    @Override
    public void finish() {
        queue.finish();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            queue.close();
            memory.close();
            ClContext.give(context);
        }
    }

    @Override
    protected void doUpload(float[] source, int offset, ClTensor destination) {
        queue.upload(source, offset, destination);
    }

    @Override
    protected void doDownload(ClTensor source, float[] destination, int offset) {
        queue.download(source, destination, offset);
    }

    @Override
    protected void doFill(ClTensor x, float value) {
        elementwise.fill(x, value);
    }

    @Override
    protected void doCopy(ClTensor x, ClTensor y) {
        queue.copy(x, y);
    }

    @Override
    protected void doGemm(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        products.gemm(spec, a, b, c, fused);
    }

    @Override
    protected void doGemmAdam(
            GemmAdamSpec spec, ClTensor a, ClTensor b, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        products.gemmAdam(spec, a, b, w, m, v, stepSize);
    }

    @Override
    protected void doConv2d(Conv2dSpec spec, ClTensor x, ClTensor filter, ClTensor y, Fused<ClTensor> fused) {
        conv2d.conv2d(spec, x, filter, y, fused);
    }

    @Override
    protected void doSoftmax(SoftmaxSpec spec, ClTensor logits, ClTensor probabilities) {
        rows.softmax(spec, logits, probabilities);
    }

    @Override
    protected void doCrossEntropy(
            CrossEntropySpec spec, ClTensor logits, ClTensor targets, ClTensor dLogits, ClTensor outcome) {
        rows.crossEntropy(spec, logits, targets, dLogits, outcome);
    }

    @Override
    protected void doDistillation(
            DistillationSpec spec, ClTensor logits, ClTensor targets, ClTensor dLogits, ClTensor outcome) {
        rows.distillation(spec, logits, targets, dLogits, outcome);
    }

    @Override
    protected void doAddBias(BiasSpec spec, ClTensor x, ClTensor bias) {
        elementwise.addBias(spec, x, bias);
    }

    @Override
    protected void doColumnSums(ColumnSumSpec spec, ClTensor x, ClTensor sums) {
        elementwise.columnSums(spec, x, sums);
    }

    @Override
    protected void doRelu(ReluSpec spec, ClTensor x, ClTensor y) {
        elementwise.relu(spec, x, y);
    }

    @Override
    protected void doReluGradient(ReluSpec spec, ClTensor y, ClTensor dY, ClTensor dX) {
        elementwise.reluGradient(spec, y, dY, dX);
    }

    @Override
    protected void doDropout(DropoutSpec spec, DropoutKey key, ClTensor x, ClTensor y) {
        elementwise.dropout(spec, key, x, y);
    }

    @Override
    protected void doArgmax(ArgmaxSpec spec, ClTensor x, ClTensor indices) {
        rows.argmax(spec, x, indices);
    }

    @Override
    protected void doAdam(AdamSpec spec, ClTensor w, ClTensor gradient, ClTensor m, ClTensor v, float stepSize) {
        elementwise.adam(spec, w, gradient, m, v, stepSize);
    }

    @Override
    protected void doSgd(SgdSpec spec, ClTensor w, ClTensor gradient, ClTensor velocity) {
        elementwise.sgd(spec, w, gradient, velocity);
    }

    @Override
    protected void doMaxNorm(MaxNormSpec spec, ClTensor w) {
        elementwise.maxNorm(spec, w);
    }

    @Override
    protected boolean overlap(ClTensor first, ClTensor second) {
        return first.overlaps(second);
    }
}
