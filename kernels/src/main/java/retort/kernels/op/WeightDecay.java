package retort.kernels.op;

/**
 * What a step of an optimiser takes off the parameters w beside what their gradient g asks for:
 *
 * <pre>
 * penalty    g = g + rate w, in place of the gradient: that of rate / 2 |w|^2 is added to it
 * decoupled  w = (1 - learning rate * rate) w, before the step
 * </pre>
 *
 * <p>Source: Krogh and Hertz 1991 (penalty); Loshchilov and Hutter 2019 (decoupled). PyTorch's {@code weight_decay} is
 * the first in SGD and Adam, the second in AdamW.
 *
 * @param rate 0 for none
 * @param decoupled whether the second is meant
 */
public record WeightDecay(float rate, boolean decoupled) {
    public static final WeightDecay NONE = new WeightDecay(0, false);

    public WeightDecay {
        if (!(rate >= 0) || Float.isInfinite(rate)) {
            throw new IllegalArgumentException("weight decay must be 0 or more and finite, got " + rate);
        }
        decoupled = decoupled && rate > 0;
    }

    public static WeightDecay penalty(float rate) {
        return new WeightDecay(rate, false);
    }

    public static WeightDecay decoupled(float rate) {
        return new WeightDecay(rate, true);
    }

    public boolean isNone() {
        return rate == 0;
    }

    /** What is added to the gradient for each unit of w. */
    public float penalty() {
        return decoupled ? 0 : rate;
    }

    /** What is left of w before a step at this learning rate. */
    public float kept(float learningRate) {
        return decoupled ? (float) (1 - (double) learningRate * rate) : 1;
    }

    /** Refuses a learning rate with which w would change its sign before the step. */
    void check(String op, float learningRate) {
        if (kept(learningRate) < 0) {
            throw new IllegalArgumentException(op + ": learning rate " + learningRate + " times weight decay " + rate
                    + " is more than 1, which would turn weights round");
        }
    }
}
