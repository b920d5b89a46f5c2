package retort.bench.kernel;

import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.OpCase;
import retort.kernels.Scope;
import retort.kernels.Tensor;

/** One of our engines. */
final class RetortContender implements Contender {
    private final Backend backend;
    private final Scope scope;
    private final OpCase op;
    private final Tensor[] tensors;

    RetortContender(Engine engine, int threads, OpCase op, float[][] inputs) {
        this.op = op;
        backend = Backends.open(engine, Backends.Options.defaults().withThreads(threads));
        scope = backend.scope();
        tensors = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            tensors[i] = op.operands().get(i).tensor(scope, inputs[i]);
        }
    }

    @Override
    public void run() {
        op.call().run(backend, tensors);
    }

    @Override
    public void await() {
        backend.finish();
    }

    @Override
    public float[] elements(int operand) {
        return backend.download(tensors[operand]);
    }

    @Override
    public void close() {
        scope.close();
        backend.close();
    }
}
