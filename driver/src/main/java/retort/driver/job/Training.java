package retort.driver.job;

import retort.nn.Architecture;

/**
 * How one model is trained.
 *
 * @param jitter pixels that an image is moved by at most, each way, anew in each epoch
 * @param maxNorm limit on the norm of the weights into each unit; infinite for none
 */
public record Training(Architecture architecture, int epochs, int batch, Descent descent, int jitter, float maxNorm) {

    /** Epoch after epoch of plain images and free weights. */
    public Training(Architecture architecture, int epochs, int batch, Descent descent) {
        this(architecture, epochs, batch, descent, 0, Float.POSITIVE_INFINITY);
    }

    public Training withArchitecture(Architecture other) {
        return new Training(other, epochs, batch, descent, jitter, maxNorm);
    }

    public Training withEpochs(int other) {
        return new Training(architecture, other, batch, descent, jitter, maxNorm);
    }

    public Training withBatch(int other) {
        return new Training(architecture, epochs, other, descent, jitter, maxNorm);
    }

    public Training withDescent(Descent other) {
        return new Training(architecture, epochs, batch, other, jitter, maxNorm);
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
        return Float.isFinite(maxNorm) ? text + ", max-norm " + maxNorm : text;
    }
}
