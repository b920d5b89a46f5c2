package retort.kernels;

import java.util.Optional;

/** A backend that passes every call on to another, as a base of those that do something about some. */
abstract class ForwardingBackend implements Backend {
    private final Backend backend;

    ForwardingBackend(Backend backend) {
        this.backend = backend;
    }

    final Backend backend() {
        return backend;
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
    public long residentBytes() {
        return backend.residentBytes();
    }

    @Override
    public Tiling tiling() {
        return backend.tiling();
    }

    @Override
    public void checkThread() {
        backend.checkThread();
    }

    @Override
    public void handOver() {
        backend.handOver();
    }

    @Override
    public Scope scope() {
        return backend.scope();
    }

    @Override
    public void upload(float[] source, int offset, Tensor destination) {
        backend.upload(source, offset, destination);
    }

    @Override
    public void download(Tensor source, float[] destination, int offset) {
        backend.download(source, destination, offset);
    }

    @Override
    public void finish() {
        backend.finish();
    }

    @Override
    public void fill(Tensor x, float value) {
        backend.fill(x, value);
    }

    @Override
    public void copy(Tensor x, Tensor y) {
        backend.copy(x, y);
    }

    @Override
    public void run(Call call) {
        backend.run(call);
    }

    @Override
    public Backend sibling(int threads) {
        return backend.sibling(threads);
    }

    @Override
    public void close() {
        backend.close();
    }
}
