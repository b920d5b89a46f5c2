package retort.driver.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.nn.Loss;
import retort.nn.Optimizer;
import retort.nn.Sequential;
import retort.nn.Shuffle;
import retort.nn.Trainer;

/**
 * Trains one model on examples, epoch after epoch in a new random order.
 *
 * @param name of the model, for progress and messages
 * @param validation labelled examples to evaluate after each epoch, or null
 * @param temperature T of softmax(logits / T) in that evaluation
 */
public record Fit(
        String name,
        Examples examples,
        Examples validation,
        Training training,
        Loss loss,
        float temperature,
        long seed) {

    /** Steps between looks at the losses, at most: until then a device need not be waited for. */
    private static final int STEPS_PER_LOOK = 50;

    /** A look that took longer is followed by one after fewer steps: who watches, or stops, does not wait. */
    private static final double SECONDS_PER_LOOK = 0.2;

    /** What happens along the way; each may end the training by throwing. */
    public interface Listener {
        /** A new epoch begins. */
        void epochStarts(Fit fit, int epoch);

        /** Examples done in this epoch so far, and their mean loss and accuracy. */
        void progress(int done, double loss, double accuracy);

        /** Between pieces of work that nothing else is told of. */
        default void check() {}

        /** An epoch is over; the model is as it was left. */
        void epochEnds(Sequential model, Epoch epoch);
    }

    /**
     * Trains {@code model} in place.
     *
     * @throws DivergedException as soon as a loss is seen that is not a finite number, or an epoch leaves such a weight
     */
    public List<Epoch> run(Sequential model, Listener listener) {
        List<Epoch> results = new ArrayList<>();
        int epochs = training.epochs();
        Optimizer optimizer = training.descent().optimizer(model.backend(), steps());
        try {
            Trainer trainer = new Trainer(model, optimizer, loss, training.maxNorm(), seed);
            Curve curve = new Curve(steps());
            for (int epoch = 1; epoch <= epochs; epoch++) {
                listener.epochStarts(this, epoch);
                Epoch trained = train(model, trainer, epoch, curve, listener);
                if (epoch == epochs) {
                    // Adam's state is twice the model, and what follows needs room for activations and a copy of it.
                    optimizer.close();
                }
                results.add(validated(model, trained, listener));
                // The last update of an epoch can ruin a model whose losses were all finite.
                if (!FiniteWeights.in(model)) {
                    throw DivergedException.weights(name, epoch, rate());
                }
                listener.epochEnds(model, results.getLast());
            }
        } finally {
            optimizer.close();
        }
        return results;
    }

    private Epoch train(Sequential model, Trainer trainer, int epoch, Curve curve, Listener listener) {
        long start = System.nanoTime();
        Backend backend = model.backend();
        int[] order = Shuffle.permutation(examples.size(), seed, epoch);
        Jitter jitter = new Jitter(training.jitter(), seed, epoch);
        int batch = batch();
        float[] pixels = new float[batch * examples.pixels()];
        float[] targets = new float[batch * examples.targetSize()];
        double lossSum = 0;
        double hits = 0;
        try (Scope scope = backend.scope()) {
            Tensor outcomes = scope.tensor(STEPS_PER_LOOK * batch, 2);
            int seen = 0;
            int pending = 0;
            int stepsPerLook = 1;
            long lastLook = System.nanoTime();
            for (int from = 0; from < order.length; from += batch) {
                int count = Math.min(batch, order.length - from);
                examples.copyBatch(order, from, count, jitter, pixels, targets);
                trainer.step(pixels, targets, count, outcomes.rows(pending, count));
                pending += count;
                if (pending >= stepsPerLook * batch || from + count == order.length) {
                    float[] outcome = backend.download(outcomes.rows(0, pending));
                    for (int step = 0; step < pending; step += batch) {
                        int end = Math.min(step + batch, pending);
                        for (int i = step; i < end; i++) {
                            lossSum += outcome[2 * i];
                            hits += outcome[2 * i + 1];
                        }
                        if (!Double.isFinite(lossSum)) {
                            throw DivergedException.loss(name, epoch, seen + end, rate());
                        }
                        curve.step(outcome, step, end);
                    }
                    seen += pending;
                    listener.progress(seen, lossSum / seen, hits / seen);
                    double took = (System.nanoTime() - lastLook) / 1e9;
                    stepsPerLook = stepsWithin(SECONDS_PER_LOOK, took / Math.ceilDiv(pending, batch));
                    pending = 0;
                    lastLook = System.nanoTime();
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Epoch.Score score = new Epoch.Score(lossSum / order.length, hits / order.length);
        return new Epoch(epoch, score, curve.taken(), Optional.empty(), seconds);
    }

    private static int stepsWithin(double seconds, double secondsPerStep) {
        return (int) Math.clamp(seconds / secondsPerStep, 1, STEPS_PER_LOOK);
    }

    /** With what the validation examples say of the model, if there are any. */
    private Epoch validated(Sequential model, Epoch trained, Listener listener) {
        if (validation == null) {
            return trained;
        }
        Logits logits = Inference.logits(model, validation, done -> listener.check());
        Epoch.Score score =
                new Epoch.Score(logits.negativeLogLikelihood(validation, temperature), logits.accuracy(validation));
        return new Epoch(trained.number(), trained.training(), trained.curve(), Optional.of(score), trained.seconds());
    }

    /** Images in one epoch. */
    public int images() {
        return examples.size();
    }

    private int batch() {
        return Math.min(training.batch(), examples.size());
    }

    private int steps() {
        long steps = (long) training.epochs() * Math.ceilDiv(examples.size(), batch());
        return (int) Math.min(steps, Integer.MAX_VALUE);
    }

    private float rate() {
        return training.descent().rate();
    }
}
