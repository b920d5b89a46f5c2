package retort.kernels.engine;

import java.util.concurrent.atomic.AtomicInteger;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.Call;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Operand;
import retort.kernels.op.Spec;

/**
 * The part of a backend that is the same for all engines: it holds every call against its spec and every thread against
 * the one that it belongs to, and hands an engine operands of its own type that are known to fit.
 *
 * @param <T> the engine's tensor
 */
public abstract class CheckedBackend<T extends Tensor> implements Backend, Scope.Storage {
    private final Class<T> type;
    private final CheckedBackend<T> origin;

    /** Itself until it is closed, and its siblings: what they read is there until the last of them is closed. */
    private final AtomicInteger users = new AtomicInteger(1);

    private volatile Thread owner;
    private volatile boolean closed;

    /**
     * @param type the engine's tensor
     * @param origin the backend that this is a sibling of, whose tensors it may read, and those that it may read; null
     * for none
     */
    protected CheckedBackend(Class<T> type, CheckedBackend<T> origin) {
        this.type = type;
        this.origin = origin;
    }

    /** The tensors that an epilogue reads, checked; those that it does not ask for are not looked at. */
    public record Fused<T extends Tensor>(T bias, DropoutKey dropoutKey, T gate) {
        public static <T extends Tensor> Fused<T> gate(T gate) {
            return new Fused<>(null, null, gate);
        }
    }

    @Override
    public final Scope scope() {
        return new Scope(this, this);
    }

    @Override
    public final void upload(float[] source, int offset, Tensor destination) {
        checkThread();
        T to = own("upload", "destination", destination, false);
        range("upload", source, offset, to);
        doUpload(source, offset, to);
    }

    @Override
    public final void download(Tensor source, float[] destination, int offset) {
        checkThread();
        T from = own("download", "source", source, true);
        range("download", destination, offset, from);
        doDownload(from, destination, offset);
    }

    @Override
    public final void fill(Tensor x, float value) {
        checkThread();
        doFill(own("fill", "x", x, false), value);
    }

    @Override
    public final void copy(Tensor x, Tensor y) {
        checkThread();
        T from = own("copy", "x", x, true);
        T to = own("copy", "y", y, false);
        if (x.shape().size() != y.shape().size()) {
            throw new IllegalArgumentException("copy: x is " + x.shape() + ", y is " + y.shape());
        }
        apart("copy", to, from);
        doCopy(from, to);
    }

    @Override
    public final void finish() {
        checkThread();
        doFinish();
    }

    @Override
    public final void run(Call call) {
        checkThread();
        for (int i = 0; i < call.size(); i++) {
            check(call, i);
        }
        for (int i = 0; i < call.size(); i++) {
            if (call.operands().get(i).role().isResult()) {
                checkAlone(call, i);
            }
        }
        try {
            runWithRoom(call);
        } catch (OutOfMemoryError e) {
            throw noMemory(call.spec().id(), e);
        }
    }

    /** What only writes its results can be done again where the heap was full. */
    private void runWithRoom(Call call) {
        try {
            work(call).run();
        } catch (OutOfMemoryError e) {
            for (Operand operand : call.operands()) {
                if (operand.role() == Operand.Role.UPDATED) {
                    throw e;
                }
            }
            makeRoom();
            work(call).run();
        }
    }

    /** That the Java heap has not what is needed for something. */
    protected final BackendException noMemory(String something, OutOfMemoryError cause) {
        long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
        return new BackendException(
                engine() + ": no memory for " + something + " in a heap of " + mebibytes + " MiB (java -Xmx)", cause);
    }

    private Runnable work(Call call) {
        Runnable work = call.preparedBy(this);
        if (work == null) {
            work = prepare(call.spec(), new Operands<>(type, call));
            call.prepare(this, work);
        }
        return work;
    }

    @Override
    public final void close() {
        if (!closed) {
            checkThread();
            closed = true;
            leave();
        }
    }

    private void leave() {
        if (users.decrementAndGet() == 0) {
            doClose();
            if (origin != null) {
                origin.leave();
            }
        }
    }

    @Override
    public final Backend sibling(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(engine() + ": expected 1 thread or more, got " + threads);
        }
        if (closed || users.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new IllegalStateException(engine() + ": a sibling was asked of a closed backend");
        }
        try {
            return doSibling(threads);
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    @Override
    public final boolean isClosed() {
        return closed;
    }

    @Override
    public final synchronized void handOver() {
        checkThread();
        owner = null;
    }

    /**
     * What does an op whose operands fit, each time that it is run: one exhaustive switch over the specs. A call is
     * prepared once and run as often as its caller likes, so what can be made ready here is.
     */
    protected abstract Runnable prepare(Spec spec, Operands<T> operands);

    protected abstract void doUpload(float[] source, int offset, T destination);

    protected abstract void doDownload(T source, float[] destination, int offset);

    protected abstract void doFill(T x, float value);

    protected abstract void doCopy(T x, T y);

    protected abstract void doFinish();

    /** Called once, by the thread that closes the last of this backend and its siblings. */
    protected abstract void doClose();

    /** Leaves the Java heap what was kept for later tensors. */
    protected void makeRoom() {}

    /** Another backend whose origin this one is; may be called by any thread. */
    protected abstract Backend doSibling(int threads);

    /** Whether the two share an element. */
    protected abstract boolean overlap(T first, T second);

    @Override
    public final void checkThread() {
        Thread current = Thread.currentThread();
        if (current != owner) {
            claim(current);
        }
        if (closed) {
            throw new IllegalStateException(engine() + ": this backend is closed");
        }
    }

    private synchronized void claim(Thread current) {
        if (owner == null) {
            owner = current;
        } else if (owner != current) {
            throw new IllegalStateException(engine() + ": this backend belongs to thread '" + name(owner)
                    + "' and was used by thread '" + name(current) + "'; open another one, or take a sibling");
        }
    }

    private static String name(Thread thread) {
        return thread.getName().isEmpty() ? "#" + thread.threadId() : thread.getName();
    }

    private T own(String op, String name, Tensor tensor, boolean read) {
        CheckedBackend<T> holder = this;
        while (holder != null && tensor.scope().backend() != holder) {
            holder = read ? holder.origin : null;
        }
        if (holder == null) {
            throw new IllegalArgumentException(
                    op + ": " + name + " is a " + tensor + " of another backend, this is " + engine());
        }
        if (tensor.scope().isClosed() || holder.closed) {
            throw new IllegalStateException(op + ": " + name + " is a " + tensor + " whose scope is closed");
        }
        return type.cast(tensor);
    }

    private void check(Call call, int index) {
        String op = call.spec().op().stem();
        Operand operand = call.operands().get(index);
        Tensor tensor = call.tensor(index);
        boolean packed = isPacked(call, operand);
        if (tensor.isPacked() != packed || tensor.elementType() != operand.type()) {
            throw new IllegalArgumentException(op + ": " + operand.name() + " is a " + tensor + ", expected a "
                    + (packed ? "packed" : "row-major") + " one"
                    + (tensor.elementType() == operand.type() ? "" : " of " + operand.type()));
        }
        own(op, operand.name(), tensor, operand.role() == Operand.Role.READ);
        if (operand.anyShape() && tensor.shape().size() != operand.shape().size()) {
            throw new IllegalArgumentException(op + ": " + operand.name() + " is " + tensor.shape() + " with "
                    + tensor.shape().size() + " elements, expected "
                    + operand.shape().size());
        }
        if (!operand.anyShape() && !tensor.shape().equals(operand.shape())) {
            mismatch(op, operand.name(), tensor, operand.shape());
        }
        if (operand.anyShape()
                && packed
                && !tensor.shape().equals(call.tensor(0).shape())) {
            mismatch(op, operand.name(), tensor, call.tensor(0).shape());
        }
    }

    private static void mismatch(String op, String name, Tensor tensor, Object expected) {
        throw new IllegalArgumentException(op + ": " + name + " is " + tensor.shape() + ", expected " + expected);
    }

    /** Whether an operand must be packed: where the spec leaves it open, the first one of the call decides. */
    private static boolean isPacked(Call call, Operand operand) {
        return switch (operand.layout()) {
            case ROW_MAJOR -> false;
            case PACKED -> true;
            case EITHER -> call.tensor(0).isPacked();
        };
    }

    /** A result must not share an element with any other operand. */
    private void checkAlone(Call call, int result) {
        for (int i = 0; i < call.size(); i++) {
            if (i != result) {
                apart(call.spec().op().stem(), type.cast(call.tensor(result)), type.cast(call.tensor(i)));
            }
        }
    }

    private void apart(String op, T result, T input) {
        if (overlap(result, input)) {
            throw new IllegalArgumentException(
                    op + ": a result of " + result.shape() + " shares elements with an operand of " + input.shape());
        }
    }

    private static void range(String op, float[] array, int offset, Tensor tensor) {
        int size = tensor.shape().size();
        if (offset < 0 || offset > array.length - size) {
            throw new IllegalArgumentException(op + ": " + tensor.shape() + " needs " + size + " elements from "
                    + offset + " of an array of " + array.length);
        }
    }
}
