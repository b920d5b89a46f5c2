package retort.nn;

import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;

/**
 * Shows a trainer every example once, batch after batch. What came of the steps is looked at from time to time: until
 * then a device need not be waited for.
 */
public final class EpochLoop {
    /** Steps between looks, at most. */
    private static final int STEPS_PER_LOOK = 50;

    /** A look that took longer is followed by one after fewer steps: who watches, or stops, does not wait. */
    private static final double SECONDS_PER_LOOK = 0.2;

    private EpochLoop() {}

    /** Examples with what a model is to say of them. */
    public interface Examples {
        /** Numbers of an example's target, see {@link Loss#targetSize}. */
        int targetSize();

        /** Writes inputs and targets of the examples {@code order[from .. from + count)}, one after the other. */
        void copy(int[] order, int from, int count, float[] inputs, float[] targets);

        /** The same where their inputs are on the trainer's backend; empty where each step is given copies. */
        default Optional<Resident> resident() {
            return Optional.empty();
        }
    }

    /** Examples whose inputs stay on the trainer's backend. */
    public interface Resident {
        ResidentInputs inputs();

        /**
         * Writes of the examples {@code order[from .. from + count)}, one after the other, which of the inputs is each,
         * how it is moved, and its target.
         *
         * @param moves two for each: down and to the right
         */
        void pick(int[] order, int from, int count, float[] numbers, float[] moves, float[] targets);
    }

    /** Who is told. */
    public interface Watcher {
        /** Whether the step that was just done is to be looked at, whenever the last look was. */
        default boolean isDue() {
            return false;
        }

        /**
         * What came of the examples since the last look.
         *
         * @param outcomes two numbers each: its loss, and 1 if its class was met
         * @param count of the examples
         * @param due whether that is because of {@link #isDue}
         * @return whether to go on
         */
        boolean look(float[] outcomes, int count, boolean due);
    }

    /**
     * Trains with the examples {@code order[from ..]}.
     *
     * @param batch examples in a step; the last may have fewer
     * @return whether all of them were shown
     */
    public static boolean run(Trainer trainer, Examples examples, int[] order, int from, int batch, Watcher watcher) {
        Backend backend = trainer.model().backend();
        try (Scope scope = backend.scope()) {
            Feed feed = examples.resident()
                    .<Feed>map(resident -> new Feed.Gathered(
                            trainer, resident, order, scope, STEPS_PER_LOOK, batch, examples.targetSize()))
                    .orElseGet(() -> new Feed.Copied(trainer, examples, order, batch));
            Tensor outcomes = scope.tensor(STEPS_PER_LOOK * batch, 2);
            int pending = 0;
            int stepsPerLook = 1;
            long lastLook = System.nanoTime();
            for (int first = from; first < order.length; first += batch) {
                int count = Math.min(batch, order.length - first);
                feed.step(first, count, outcomes.rows(pending, count));
                pending += count;
                boolean due = watcher.isDue();
                if (due || pending >= stepsPerLook * batch || first + count == order.length) {
                    if (!watcher.look(backend.download(outcomes.rows(0, pending)), pending, due)) {
                        return false;
                    }
                    double took = (System.nanoTime() - lastLook) / 1e9;
                    stepsPerLook = stepsWithin(SECONDS_PER_LOOK, took / Math.ceilDiv(pending, batch));
                    pending = 0;
                    lastLook = System.nanoTime();
                }
            }
            return true;
        }
    }

    private static int stepsWithin(double seconds, double secondsPerStep) {
        return (int) Math.clamp(seconds / secondsPerStep, 1, STEPS_PER_LOOK);
    }
}
