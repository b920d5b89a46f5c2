package retort.nn;

import java.util.ArrayList;
import java.util.List;
import retort.kernels.Backend;
import retort.kernels.Call;
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
    private final Sequential network;
    private final Backend backend;
    private final List<Plan> plans = new ArrayList<>();
    private boolean closed;

    Predictor(Model model, Sequential network, Backend backend) {
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

        Plan(Sequential network, Backend backend, int batch) {
            this.batch = batch;
            scope = backend.scope();
            x = scope.tensor(network.batchShape(batch));
            RecordingBackend recorder = new RecordingBackend(backend);
            logits = network.infer(recorder, scope, x);
            calls = recorder.calls().toArray(Call[]::new);
        }

        void run(Backend backend, float[] inputs) {
            backend.upload(inputs, 0, x);
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
        Plan plan = plan(inputs, batch, logits);
        plan.run(backend, inputs);
        backend.download(plan.logits, logits, 0);
    }

    /**
     * softmax(logits / T).
     *
     * @param temperature T, positive
     * @param probabilities receives batch x {@link Model#outputSize} elements
     */
    public void probabilities(float[] inputs, int batch, float temperature, float[] probabilities) {
        Plan plan = plan(inputs, batch, probabilities);
        Call softmax = plan.softmax(temperature);
        plan.run(backend, inputs);
        backend.run(softmax);
        backend.download(softmax.tensor(1), probabilities, 0);
    }

    private Plan plan(float[] inputs, int batch, float[] outputs) {
        if (closed) {
            throw new IllegalStateException("predictor: this one is closed");
        }
        if (batch < 1) {
            throw new IllegalArgumentException("predictor: batch must be positive, got " + batch);
        }
        checkLength("inputs", inputs, batch, network.architecture().input().size());
        checkLength("outputs", outputs, batch, model.outputSize());
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

    private static void checkLength(String name, float[] array, int batch, int size) {
        if (array.length < (long) batch * size) {
            throw new IllegalArgumentException("predictor: " + name + " has " + array.length + " elements, a batch of "
                    + batch + " needs " + batch + " x " + size);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            backend.close();
            model.release();
        }
    }
}
