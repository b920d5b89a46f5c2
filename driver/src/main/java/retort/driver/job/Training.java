package retort.driver.job;

import java.util.Optional;
import retort.kernels.Backend;
import retort.nn.Architecture;
import retort.nn.Optimizer;

/**
 * How one model is trained.
 *
 * @param jitter pixels that an image is moved by at most, each way, anew in each epoch
 * @param distortion of images, likewise
 * @param consistent whether a teacher labels the moved images, each in the step that shows it; otherwise it has
 *     labelled them as they are, once; see {@link ViewTeacher}
 * @param maxNorm limit on the norm of the weights into each unit; infinite for none
 * @param weightAverage decay of the moving average of the weights that the model ends with; 0 for the last weights
 * @param clipNorm limit on the norm of a step's gradient, all parameters' together; infinite for none
 * @param stopping when it ends before its last epoch
 */
public record Training(
        Architecture architecture,
        int epochs,
        int batch,
        Descent descent,
        int jitter,
        Distortion distortion,
        boolean consistent,
        float maxNorm,
        float weightAverage,
        float clipNorm,
        EarlyStopping stopping) {

    /** Epoch after epoch of plain images and free weights. */
    public Training(Architecture architecture, int epochs, int batch, Descent descent) {
        this(
                architecture,
                epochs,
                batch,
                descent,
                0,
                Distortion.NONE,
                false,
                Float.POSITIVE_INFINITY,
                0,
                Float.POSITIVE_INFINITY,
                EarlyStopping.NONE);
    }

    public Training withArchitecture(Architecture other) {
        return with(other, epochs, batch, descent);
    }

    public Training withEpochs(int other) {
        return with(architecture, other, batch, descent);
    }

    public Training withBatch(int other) {
        return with(architecture, epochs, other, descent);
    }

    public Training withDescent(Descent other) {
        return with(architecture, epochs, batch, other);
    }

    private Training with(Architecture otherArchitecture, int otherEpochs, int otherBatch, Descent otherDescent) {
        return new Training(
                otherArchitecture,
                otherEpochs,
                otherBatch,
                otherDescent,
                jitter,
                distortion,
                consistent,
                maxNorm,
                weightAverage,
                clipNorm,
                stopping);
    }

    public Training withJitter(int other) {
        return with(other, consistent, weightAverage, clipNorm, stopping);
    }

    public Training withConsistent(boolean other) {
        return with(jitter, other, weightAverage, clipNorm, stopping);
    }

    public Training withWeightAverage(float other) {
        return with(jitter, consistent, other, clipNorm, stopping);
    }

    public Training withClipNorm(float other) {
        return with(jitter, consistent, weightAverage, other, stopping);
    }

    public Training withStopping(EarlyStopping other) {
        return with(jitter, consistent, weightAverage, clipNorm, other);
    }

    private Training with(
            int otherJitter,
            boolean otherConsistent,
            float otherWeightAverage,
            float otherClipNorm,
            EarlyStopping otherStopping) {
        return new Training(
                architecture,
                epochs,
                batch,
                descent,
                otherJitter,
                distortion,
                otherConsistent,
                maxNorm,
                otherWeightAverage,
                otherClipNorm,
                otherStopping);
    }

    /** Its optimiser for so many steps. */
    Optimizer optimizer(Backend backend, int steps) {
        Optimizer optimizer = descent.optimizer(backend, steps);
        if (weightAverage > 0) {
            optimizer.averageWeights(weightAverage);
        }
        if (isClipped()) {
            optimizer.clipGradients(clipNorm);
        }
        return optimizer;
    }

    /** Epochs that it goes on for unless it ends early; empty where it can't. */
    Optional<Integer> plannedEpochs() {
        return stopping.isOn() ? Optional.of(epochs) : Optional.empty();
    }

    /** How an epoch moves images, anew in each. */
    Jitter moves(long seed, int epoch) {
        return new Jitter(jitter, distortion, seed, epoch);
    }

    /** Whether images are moved or distorted. */
    public boolean isMoved() {
        return jitter > 0 || !distortion.isNone();
    }

    public boolean isClipped() {
        return Float.isFinite(clipNorm);
    }

    /** Why its settings don't go together, or null. */
    public String contradiction() {
        if (stopping.isOn() && weightAverage > 0) {
            return "early stopping ends with the best weights, a weight average with their average: only one can be";
        }
        return descent.contradiction();
    }

    /** Steps of all epochs over so many images; the last of an epoch may be short. */
    public int steps(int images) {
        long steps = (long) epochs * Math.ceilDiv(images, Math.min(batch, images));
        return (int) Math.min(steps, Integer.MAX_VALUE);
    }

    /** For people, and to tell two trainings apart; without the architecture. */
    public String text() {
        String text = epochs + (epochs == 1 ? " epoch" : " epochs") + " of batch " + batch + ", " + descent.text();
        if (jitter > 0) {
            text += ", jitter " + jitter;
        }
        if (distortion.affine() > 0) {
            text += ", affine " + distortion.affine();
        }
        if (distortion.elastic() > 0) {
            text += ", elastic " + distortion.elastic();
        }
        if (consistent) {
            text += ", each view labelled by the teacher";
        }
        if (Float.isFinite(maxNorm)) {
            text += ", max-norm " + maxNorm;
        }
        if (weightAverage > 0) {
            text += ", weights averaged with decay " + weightAverage;
        }
        if (isClipped()) {
            text += ", gradients clipped to norm " + clipNorm;
        }
        return stopping.isOn() ? text + ", stops after " + stopping.patience() + " that are no better" : text;
    }
}
