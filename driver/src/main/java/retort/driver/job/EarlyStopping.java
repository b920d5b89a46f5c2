package retort.driver.job;

import java.util.Comparator;
import java.util.List;
import retort.driver.data.Stretches;

/**
 * When a training ends before its last epoch: after so many in a row that leave no smaller loss than the best one on
 * examples that are held out. The model then has the weights of the best.
 *
 * @param heldOut share of the examples that is held out, where nothing else validates the model
 * @param patience epochs without a better one; 0 for a training that goes on to its end
 */
public record EarlyStopping(float heldOut, int patience) {
    public static final EarlyStopping NONE = new EarlyStopping(0, 0);

    /** What is held out where nobody says. */
    public static final float USUAL_SHARE = 0.1f;

    /** Holds a tenth out. */
    public static EarlyStopping after(int patience) {
        return new EarlyStopping(USUAL_SHARE, patience);
    }

    /** The same with another patience; what is held out is a tenth where nothing was. */
    public EarlyStopping withPatience(int other) {
        return isOn() ? new EarlyStopping(heldOut, other) : after(other);
    }

    public boolean isOn() {
        return patience > 0;
    }

    /** How many of some examples are trained on: all but what is held out, one at least of each. */
    public int trained(int examples) {
        return isOn()
                ? examples - Math.clamp((long) (examples * (double) heldOut), 1, Math.max(1, examples - 1))
                : examples;
    }

    /** Which of the examples are held out: one stretch. */
    Stretches heldOut(Examples all, long seed) {
        int[] bounds = {trained(all.size()), all.size()};
        return Stretches.of(all::label, all.size(), bounds, seed);
    }

    /** The number of the epoch with the smallest loss on what is held out, the first of equals. */
    public static int best(List<Epoch> epochs) {
        return epochs.stream()
                .min(Comparator.comparingDouble(
                        epoch -> epoch.validation().orElseThrow().loss()))
                .orElseThrow()
                .number();
    }

    /** Whether a training with these epochs is over. */
    boolean isOver(List<Epoch> epochs) {
        return isOn() && !epochs.isEmpty() && epochs.getLast().number() - best(epochs) >= patience;
    }
}
