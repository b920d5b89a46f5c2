package retort.bench.kernel;

import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Call;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.check.KernelCheck;

/** One of our engines. */
final class RetortContender implements Contender {
    private final Backend backend;
    private final Scope scope;
    private final Call call;

    RetortContender(Engine engine, int threads, KernelCheck operands) {
        backend = Backends.open(engine, Backends.Options.defaults().withThreads(threads));
        scope = backend.scope();
        call = operands.call(operands.tensors(scope));
    }

    @Override
    public void run() {
        backend.run(call);
    }

    @Override
    public void await() {
        backend.finish();
    }

    @Override
    public float[] elements(int operand) {
        return backend.download(call.tensor(operand));
    }

    @Override
    public void close() {
        scope.close();
        backend.close();
    }
}
