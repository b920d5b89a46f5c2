package retort.driver.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import retort.nn.EpochLoop;
import retort.nn.Optimizer;
import retort.nn.ResidentInputs;
import retort.nn.Sequential;
import retort.nn.Trainer;

/** A {@link Fit} at work on a model. */
final class FitRun {
    private final Fit fit;
    private final Sequential model;
    private final Fit.Listener listener;
    private final Checkpoints checkpoints;
    private final String name;
    private final Optimizer optimizer;
    private final EarlyStopping stopping;
    private final Trainer trainer;
    private final Curve curve;
    private final List<Epoch> results;
    private int epoch;
    private int seen;
    private double lossSum;
    private double hits;
    private double secondsBefore;
    private double teaching;
    private long start;

    /** @param name of the training among the checkpoints */
    FitRun(Fit fit, Sequential model, Fit.Listener listener, Checkpoints checkpoints, String name) {
        this.fit = fit;
        this.model = model;
        this.listener = listener;
        this.checkpoints = checkpoints;
        this.name = name;
        this.optimizer = fit.training().optimizer(model.backend(), fit.steps());
        this.stopping = fit.training().stopping();
        this.trainer = new Trainer(model, optimizer, fit.loss(), fit.training().maxNorm(), fit.seed());
        FitPosition position = checkpoints.resume(name, model, optimizer).orElseGet(FitPosition::begin);
        this.curve = new Curve(fit.steps(), position.curve());
        this.results = new ArrayList<>(position.results());
        this.epoch = position.epoch();
        this.seen = position.seen();
        this.lossSum = position.loss();
        this.hits = position.hits();
        this.secondsBefore = position.seconds();
        this.teaching = position.teaching();
    }

    List<Epoch> run() {
        try {
            for (int epochs = fit.training().epochs(); epoch <= epochs && !stopping.isOver(results); epoch++) {
                start = System.nanoTime();
                listener.epochStarts(fit, epoch);
                train();
                double seconds = seconds();
                if (epoch == epochs && !stopping.isOn()) {
                    optimizer.putAverages(model);
                    // Adam's state is twice the model, and what follows needs room for activations and a copy of it.
                    optimizer.close();
                }
                // The last update of an epoch can ruin a model whose losses were all finite.
                Optional<String> ruined = FiniteWeights.missingIn(model);
                if (ruined.isPresent()) {
                    throw DivergedException.weights(fit.name(), ruined.get(), epoch, fit.rate());
                }
                Epoch done = new Epoch(epoch, score(), curve.points(), validation(), seconds, teaching);
                results.add(done);
                boolean ends = epoch == epochs || stopping.isOver(results);
                if (stopping.isOn()) {
                    keepBest(ends);
                }
                listener.epochEnds(model, done);
                if (stopping.isOn() && ends) {
                    listener.stopped(fit, epoch, EarlyStopping.best(results));
                }
                nextEpoch();
            }
            return results;
        } catch (InterruptedJobException e) {
            save();
            throw e;
        } finally {
            optimizer.close();
        }
    }

    /** The weights of the best epoch so far; at the end the model goes back to them. */
    private void keepBest(boolean ends) {
        if (EarlyStopping.best(results) == epoch) {
            optimizer.keepWeights(model);
        } else if (ends) {
            optimizer.putKeptWeights(model);
        }
    }

    private void nextEpoch() {
        curve.nextEpoch();
        seen = 0;
        lossSum = 0;
        hits = 0;
        secondsBefore = 0;
        teaching = 0;
    }

    private void save() {
        checkpoints.save(
                name,
                new FitPosition(epoch, seen, lossSum, hits, seconds(), teaching, curve.state(), List.copyOf(results)),
                model,
                optimizer);
    }

    /** Those of this epoch. */
    private double seconds() {
        return secondsBefore + (System.nanoTime() - start) / 1e9;
    }

    private Epoch.Score score() {
        return new Epoch.Score(lossSum / fit.images(), hits / fit.images());
    }

    /** The steps of an epoch that are not done yet. */
    private void train() {
        int[] order = fit.examples().order(fit.seed(), epoch);
        EpochLoop.run(trainer, new Shown(), order, seen, fit.batch(), new Looks());
    }

    /** The examples as this epoch shows them. */
    private final class Shown implements EpochLoop.Examples, EpochLoop.Resident {
        private final Jitter jitter = fit.teacher()
                .map(teacher -> teacher.moves(fit.training(), fit.seed(), epoch))
                .orElseGet(() -> fit.training().moves(fit.seed(), epoch));

        @Override
        public int targetSize() {
            return fit.examples().targetSize();
        }

        @Override
        public void copy(int[] order, int from, int count, float[] pixels, float[] targets) {
            fit.examples().copyBatch(order, from, count, jitter, pixels, targets);
            fit.teacher()
                    .ifPresent(teacher ->
                            label(teacher, fit.examples().images(order, from, count), jitter, pixels, targets));
        }

        /** Distorted images are made on the host, and so are those that a teacher labels in each step. */
        @Override
        public Optional<EpochLoop.Resident> resident() {
            boolean onHost =
                    fit.teacher().isPresent() || !fit.training().distortion().equals(Distortion.NONE);
            return onHost ? Optional.empty() : fit.examples().resident().map(inputs -> this);
        }

        @Override
        public ResidentInputs inputs() {
            return fit.examples().resident().orElseThrow();
        }

        @Override
        public void pick(int[] order, int from, int count, float[] numbers, float[] moves, float[] targets) {
            fit.examples().pickBatch(order, from, count, jitter, numbers, moves, targets);
        }
    }

    /** Each is told, and kept where a checkpoint is due. */
    private final class Looks implements EpochLoop.Watcher {
        @Override
        public boolean isDue() {
            return checkpoints.isDue(optimizer.step());
        }

        @Override
        public boolean look(float[] outcomes, int count, boolean due) {
            FitRun.this.look(outcomes, count, fit.batch());
            if (due) {
                save();
            }
            listener.progress(seen, lossSum / seen, hits / seen);
            return true;
        }
    }

    /** Its time is the teacher's alone on a CPU; on a device what it still had to do comes before it. */
    private void label(ViewTeacher teacher, int[] images, Jitter moves, float[] pixels, float[] targets) {
        long begun = System.nanoTime();
        teacher.label(images, moves, pixels, targets);
        teaching += (System.nanoTime() - begun) / 1e9;
    }

    /** Takes in what the steps since the last look had as outcomes. */
    private void look(float[] outcome, int pending, int batch) {
        for (int step = 0; step < pending; step += batch) {
            int end = Math.min(step + batch, pending);
            for (int i = step; i < end; i++) {
                lossSum += outcome[2 * i];
                hits += outcome[2 * i + 1];
            }
            if (!Double.isFinite(lossSum)) {
                throw DivergedException.loss(fit.name(), epoch, seen + end, fit.rate());
            }
            curve.step(outcome, step, end);
        }
        seen += pending;
    }

    /**
     * What the validation examples say of the model, if there are any; otherwise a batch of the others, so that no
     * epoch leaves a model that says nothing.
     */
    private Optional<Epoch.Score> validation() {
        Examples validation = fit.validation();
        if (validation == null) {
            fit.logits(model, fit.examples().range(0, fit.batch()), done -> listener.check());
            return Optional.empty();
        }
        Logits logits = fit.logits(model, validation, done -> listener.check());
        double loss = validation.areLabelled()
                ? logits.negativeLogLikelihood(validation, fit.temperature())
                : Inference.loss(model.backend(), fit.loss(), logits, validation);
        return Optional.of(new Epoch.Score(loss, logits.accuracy(validation)));
    }
}
