package retort.kernels;

import java.util.ArrayList;
import java.util.List;

/**
 * A backend that keeps the calls it is given instead of doing them: what is run on it once, with tensors of the backend
 * behind it, can be run there again and again without being put together anew.
 */
public final class RecordingBackend extends ForwardingBackend {
    private final List<Call> calls = new ArrayList<>();

    public RecordingBackend(Backend backend) {
        super(backend);
    }

    /** What was recorded so far, in order. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    @Override
    public void run(Call call) {
        calls.add(call);
    }

    /**
     * @throws UnsupportedOperationException always: it is no call of an op, and would be missing from what is recorded
     */
    @Override
    public void upload(float[] source, int offset, Tensor destination) {
        throw notRecorded("upload");
    }

    /** @throws UnsupportedOperationException always */
    @Override
    public void download(Tensor source, float[] destination, int offset) {
        throw notRecorded("download");
    }

    /** @throws UnsupportedOperationException always */
    @Override
    public void fill(Tensor x, float value) {
        throw notRecorded("fill");
    }

    /** @throws UnsupportedOperationException always */
    @Override
    public void copy(Tensor x, Tensor y) {
        throw notRecorded("copy");
    }

    private UnsupportedOperationException notRecorded(String operation) {
        return new UnsupportedOperationException(engine() + ": " + operation + " can't be recorded");
    }
}
