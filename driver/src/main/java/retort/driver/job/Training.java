package retort.driver.job;

import retort.nn.Architecture;

/**
 * How one model is trained.
 *
 * @param jitter pixels that an image is moved by at most, each way, anew in each epoch
 * @param distortion of images, likewise
 * @param consistent whether a teacher labels the moved images, each in the step that shows it; otherwise it has
 *     labelled them as they are, once; see {@link ViewTeacher}
 * @param maxNorm limit on the norm of the weights into each unit; infinite for none
 * @param weightAverage decay of the moving average of the weights that the model ends with; 0 for the last weights
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
        float weightAverage) {

    /** Epoch after epoch of plain images and free weights. */
    public Training(Architecture architecture, int epochs, int batch, Descent descent) {
        this(architecture, epochs, batch, descent, 0, Distortion.NONE, false, Float.POSITIVE_INFINITY, 0);
    }

    public Training withArchitecture(Architecture other) {
        return new Training(other, epochs, batch, descent, jitter, distortion, consistent, maxNorm, weightAverage);
    }

    public Training withEpochs(int other) {
        return new Training(
                architecture, other, batch, descent, jitter, distortion, consistent, maxNorm, weightAverage);
    }

    public Training withBatch(int other) {
        return new Training(
                architecture, epochs, other, descent, jitter, distortion, consistent, maxNorm, weightAverage);
    }

    public Training withDescent(Descent other) {
        return new Training(architecture, epochs, batch, other, jitter, distortion, consistent, maxNorm, weightAverage);
    }

    public Training withJitter(int other) {
        return new Training(
                architecture, epochs, batch, descent, other, distortion, consistent, maxNorm, weightAverage);
    }

    public Training withConsistent(boolean other) {
        return new Training(architecture, epochs, batch, descent, jitter, distortion, other, maxNorm, weightAverage);
    }

    public Training withWeightAverage(float other) {
        return new Training(architecture, epochs, batch, descent, jitter, distortion, consistent, maxNorm, other);
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
        return weightAverage > 0 ? text + ", weights averaged with decay " + weightAverage : text;
    }
}
