package retort.nn;

import java.util.ArrayList;
import java.util.List;
import retort.kernels.Backend;
import retort.kernels.Call;
import retort.kernels.Engine;
import retort.kernels.RecordingBackend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.SoftmaxSpec;

/**
 * Runs a {@link Model} for one thread: the one that calls it first. A batch of a size that was met before allocates
 * nothing.
 */
public final class Predictor implements AutoCloseable {
    /** Sizes of batches that are kept ready; beyond that all begin anew. */
    private static final int MOST_PLANS = 8;

    private final Model model;
    private final Network network;
    private final Backend backend;
    private final List<Plan> plans = new ArrayList<>();
    private boolean closed;

    Predictor(Model model, Network network, Backend backend) {
        this.model = model;
        this.network = network;
        this.backend = backend;
    }

    /** The calls for a batch of one size, with their tensors. */
    private static final class Plan {
        private final int batch;
        private final Scope scope;
        private final Tensor x;
        private final Call[] calls;
        private final Tensor logits;
        private float temperature;
        private Call softmax;

        Plan(Network network, Backend backend, int batch) {
            this.batch = batch;
            scope = backend.scope();
            try {
                x = scope.tensor(network.batchShape(batch));
                RecordingBackend recorder = new RecordingBackend(backend);
                logits = network.infer(recorder, scope, x);
                calls = recorder.calls().toArray(Call[]::new);
            } catch (RuntimeException | Error e) {
                scope.close();
                throw e;
            }
        }

        void run(Backend backend, float[] inputs, int from) {
            backend.upload(inputs, from, x);
            for (Call call : calls) {
                backend.run(call);
            }
        }

        /** The call that turns logits into probabilities. */
        Call softmax(float newTemperature) {
            if (softmax == null || temperature != newTemperature) {
                Tensor probabilities = softmax == null ? scope.tensor(logits.shape()) : softmax.tensor(1);
                SoftmaxSpec spec = new SoftmaxSpec(batch, logits.shape().rowSize(), newTemperature);
                softmax = Call.of(spec, logits, probabilities);
                temperature = newTemperature;
            }
            return softmax;
        }
    }

    public Model model() {
        return model;
    }

    public Engine engine() {
        return backend.engine();
    }

    /** Threads that compute. */
    public int threads() {
        return backend.threads();
    }

    /**
     * What the last layer gives.
     *
     * @param inputs batch after batch of the model's input, row-major; not changed
     * @param batch number of inputs
     * @param logits receives batch x {@link Model#outputSize} elements
     * @throws IllegalArgumentException if an array is too short for the batch
     * @throws IllegalStateException if this predictor is closed, or belongs to another thread
     */
    public void logits(float[] inputs, int batch, float[] logits) {
        logits(inputs, 0, batch, logits, 0);
    }

    /** The same of {@code inputs[from..]} to {@code logits[to..]}. */
    public void logits(float[] inputs, int from, int batch, float[] logits, int to) {
        Plan plan = plan(inputs, from, batch, logits, to);
        plan.run(backend, inputs, from);
        backend.download(plan.logits, logits, to);
    }

    /**
     * softmax(logits / T).
     *
     * @param temperature T, {@link retort.kernels.op.Temperature}
     * @param probabilities receives batch x {@link Model#outputSize} elements
     */
    public void probabilities(float[] inputs, int batch, float temperature, float[] probabilities) {
        probabilities(inputs, 0, batch, temperature, probabilities, 0);
    }

    /** The same of {@code inputs[from..]} to {@code probabilities[to..]}. */
    public void probabilities(float[] inputs, int from, int batch, float temperature, float[] probabilities, int to) {
        Plan plan = plan(inputs, from, batch, probabilities, to);
        Call softmax = plan.softmax(temperature);
        plan.run(backend, inputs, from);
        backend.run(softmax);
        backend.download(softmax.tensor(1), probabilities, to);
    }

    private Plan plan(float[] inputs, int from, int batch, float[] outputs, int to) {
        if (closed) {
            throw new IllegalStateException("predictor: this one is closed");
        }
        backend.checkThread();
        if (batch < 1) {
            throw new IllegalArgumentException("predictor: batch must be positive, got " + batch);
        }
        checkRange("inputs", inputs, from, batch, network.input().size());
        checkRange("outputs", outputs, to, batch, model.outputSize());
        for (int i = 0; i < plans.size(); i++) {
            if (plans.get(i).batch == batch) {
                return plans.get(i);
            }
        }
        return newPlan(batch);
    }

    private Plan newPlan(int batch) {
        if (plans.size() == MOST_PLANS) {
            plans.forEach(plan -> plan.scope.close());
            plans.clear();
        }
        Plan plan = new Plan(network, backend, batch);
        plans.add(plan);
        return plan;
    }

    /**
     * The class with the largest of some logits, or probabilities: the lowest among equals.
     *
     * @param from where those of class 0 are
     */
    public static int argmax(float[] values, int from, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (values[from + c] > values[from + best]) {
                best = c;
            }
        }
        return best;
    }

    private static void checkRange(String name, float[] array, int from, int batch, int size) {
        if (from < 0 || array.length - from < (long) batch * size) {
            throw new IllegalArgumentException("predictor: " + name + " has " + array.length + " elements, a batch of "
                    + batch + " needs " + batch + " x " + size + " from " + from + " on");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            backend.close();
            closed = true;
            model.release();
        }
    }
}
