package retort.driver.job;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import retort.kernels.Backend;
import retort.nn.Initializer;
import retort.nn.Loss;
import retort.nn.Optimizer;
import retort.nn.Sequential;

/**
 * Trains one model on examples, epoch after epoch in a new random order.
 *
 * @param name of the model, for progress and messages
 * @param validation examples to evaluate after each epoch, or null
 * @param temperature T of softmax(logits / T) in that evaluation
 * @param teacher that labels what is shown; empty where the examples' own targets are learned
 */
public record Fit(
        String name,
        Examples examples,
        Examples validation,
        Training training,
        Loss loss,
        float temperature,
        long seed,
        Optional<ViewTeacher> teacher) {

    /** To learn the examples' own targets. */
    public Fit(
            String name,
            Examples examples,
            Examples validation,
            Training training,
            Loss loss,
            float temperature,
            long seed) {
        this(name, examples, validation, training, loss, temperature, seed, Optional.empty());
    }

    /** The same, taught by a teacher in each step. */
    Fit taughtBy(Optional<ViewTeacher> other) {
        return new Fit(name, examples, validation, training, loss, temperature, seed, other);
    }

    /** From here on float32 has no neighbours less than 1 apart. */
    private static final float LARGEST_LOGIT = 1 << 24;

    /** What happens along the way; each may end the training by throwing. */
    public interface Listener {
        /** A new epoch begins. */
        void epochStarts(Fit fit, int epoch);

        /** Examples done in this epoch so far, and their mean loss and accuracy. */
        void progress(int done, double loss, double accuracy);

        /** Between pieces of work that nothing else is told of. */
        default void check() {}

        /** An epoch is over; the model is as it left it, or as the best one did where the training ends with that. */
        void epochEnds(Sequential model, Epoch epoch);

        /** A training that may end early has done so, or gone on to its end; it has the weights of its best epoch. */
        default void stopped(Fit fit, int epoch, int best) {}
    }

    /**
     * Trains {@code model} in place, from the start, and keeps nothing on the way.
     *
     * @throws DivergedException as soon as a loss is seen that is not a finite number, or an epoch leaves such a weight
     */
    public List<Epoch> run(Sequential model, Listener listener) {
        return run(model, listener, Checkpoints.NONE, name);
    }

    /**
     * The same from where it was stopped, if it was.
     *
     * @param training its name among the checkpoints
     */
    List<Epoch> run(Sequential model, Listener listener, Checkpoints checkpoints, String training) {
        return new FitRun(this, model, listener, checkpoints, training).run();
    }

    /** The same, and what is found out about the model; a job that is stopped meanwhile goes on with it as trained. */
    <R> R run(
            Sequential model,
            Listener listener,
            Checkpoints checkpoints,
            String training,
            Function<List<Epoch>, R> findOut) {
        List<Epoch> epochs = run(model, listener, checkpoints, training);
        try {
            return findOut.apply(epochs);
        } catch (InterruptedJobException e) {
            keep(model, epochs, checkpoints, training);
            throw e;
        }
    }

    /** Keeps a training that is over. */
    private void keep(Sequential model, List<Epoch> results, Checkpoints checkpoints, String training) {
        try (Optimizer unused = this.training.descent().optimizer(model.backend(), steps())) {
            checkpoints.save(training, FitPosition.end(results), model, unused);
        }
    }

    /**
     * What the trained model says of examples.
     *
     * @throws DivergedException if a logit is no finite number, or so large that its neighbours among the float32 are
     *     further apart than {@code temperature}, so that its softmax is that of rounding errors
     */
    Logits logits(Sequential model, Examples of, IntConsumer progress) {
        Logits logits;
        try {
            logits = Inference.logits(model, of, progress);
        } catch (NotFiniteException e) {
            throw DivergedException.logits(name, e.getMessage(), rate());
        }
        float most = LARGEST_LOGIT * Math.max(1, temperature);
        for (float logit : logits.values()) {
            if (Math.abs(logit) > most) {
                throw DivergedException.logits(
                        name, "gives a logit of " + logit + ", expected none beyond " + most, rate());
            }
        }
        return logits;
    }

    float rate() {
        return training.descent().rate();
    }

    /** A model for it, with fresh weights. */
    Sequential create(Backend backend) {
        return Sequential.create(backend, training.architecture(), Initializer.GLOROT_UNIFORM, seed);
    }

    /** Images in one epoch. */
    public int images() {
        return examples.size();
    }

    int batch() {
        return Math.min(training.batch(), examples.size());
    }

    /** Of the whole training. */
    int steps() {
        return training.steps(examples.size());
    }
}
