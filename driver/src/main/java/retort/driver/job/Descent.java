package retort.driver.job;

import java.util.Locale;
import retort.kernels.Backend;
import retort.kernels.op.WeightDecay;
import retort.nn.Optimizer;
import retort.nn.Schedule;

/** How a model descends: an optimiser, and what of it changes over the steps of a training. */
public sealed interface Descent {
    /** As config files and options have it. */
    String id();

    /** The learning rate at the first step. */
    float rate();

    /** The same with another rate at the first step. */
    Descent withRate(float other);

    /** How weights decay. */
    default WeightDecay decay() {
        return WeightDecay.NONE;
    }

    /** Whether {@link #withDecay} changes it. */
    default boolean canDecay() {
        return true;
    }

    /** The same with another rate of its decay. */
    Descent withDecay(float other);

    /** Why its numbers don't go together, or null. */
    default String contradiction() {
        return decay().kept(rate()) >= 0
                ? null
                : "a learning rate of " + rate() + " times a weight decay of " + decay().rate()
                        + " is more than 1, which would turn weights round";
    }

    /** The optimiser of a training of {@code steps} steps. */
    Optimizer optimizer(Backend backend, int steps);

    /** For people, and to tell two trainings apart. */
    String text();

    /** How a rate falls from its start to a share of it. */
    enum Fall {
        LINE,
        COSINE,
        /** By the same factor after a half and after three quarters of the steps, as in He, Zhang, Ren and Sun 2016. */
        STEPS;

        /** As config files have it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        private Schedule of(float start, float lastShare, int steps) {
            float end = start * lastShare;
            if (lastShare == 1) {
                return Schedule.constant(start);
            }
            return switch (this) {
                case LINE -> Schedule.linear(start, end, steps);
                case COSINE -> Schedule.cosine(start, end, steps);
                case STEPS -> {
                    float factor = (float) Math.sqrt((double) end / start);
                    yield Schedule.steps(start, factor, steps / 2, (int) (steps * 3L / 4));
                }
            };
        }

        private String text(float start, float lastShare) {
            String by = this == LINE ? "" : " by " + id();
            return lastShare == 1 ? " " + start : " " + start + " falling" + by + " to " + lastShare + " of it";
        }
    }

    private static String text(WeightDecay decay) {
        return decay.isNone() ? "" : ", weight decay " + decay.rate();
    }

    /**
     * Adam with a falling rate, and with decoupled decay AdamW.
     *
     * @param lastShare what is left of the rate at the last step; 1 for a constant rate
     * @param fall how it gets there
     */
    record Adam(float rate, float lastShare, Fall fall, WeightDecay decay) implements Descent {
        /** The decay that PyTorch's AdamW has where nobody says. */
        public static final float USUAL_DECAY = 0.01f;

        /** Without decay. */
        public Adam(float rate, float lastShare, Fall fall) {
            this(rate, lastShare, fall, WeightDecay.NONE);
        }

        /** A rate that falls in a straight line. */
        public Adam(float rate, float lastShare) {
            this(rate, lastShare, Fall.LINE);
        }

        /** At the rate of the paper that it comes from. */
        public static Adam standard() {
            return new Adam(1e-3f, 1);
        }

        /** AdamW at that rate. */
        public static Adam standardW() {
            return new Adam(1e-3f, 1, Fall.LINE, WeightDecay.decoupled(USUAL_DECAY));
        }

        @Override
        public String id() {
            return decay.decoupled() ? "adamw" : "adam";
        }

        @Override
        public Adam withRate(float other) {
            return new Adam(other, lastShare, fall, decay);
        }

        @Override
        public Adam withDecay(float other) {
            return new Adam(rate, lastShare, fall, new WeightDecay(other, decay.decoupled()));
        }

        @Override
        public Optimizer optimizer(Backend backend, int steps) {
            return new retort.nn.Adam(backend, fall.of(rate, lastShare, steps), decay);
        }

        @Override
        public String text() {
            return id() + fall.text(rate, lastShare) + Descent.text(decay);
        }
    }

    /**
     * Gradient descent with a constant momentum and a falling rate, as PyTorch's SGD.
     *
     * @param lastShare what is left of the rate at the last step; 1 for a constant rate
     * @param fall how it gets there
     * @param decay added to the gradient, or decoupled from it, which is SGDW
     */
    record Sgd(float rate, float momentum, boolean nesterov, float lastShare, Fall fall, WeightDecay decay)
            implements Descent {
        /** The momentum where nobody says. */
        public static final float USUAL_MOMENTUM = 0.9f;

        /** The decay of SGDW where nobody says. */
        public static final float USUAL_DECAY = 5e-4f;

        /** At a rate of 0.1 and with Nesterov's momentum: usual for networks of convolutions. */
        public static Sgd standard() {
            return new Sgd(0.1f, USUAL_MOMENTUM, true, 1, Fall.LINE, WeightDecay.NONE);
        }

        /** SGDW at that rate. */
        public static Sgd standardW() {
            return standard().with(WeightDecay.decoupled(USUAL_DECAY));
        }

        private Sgd with(WeightDecay other) {
            return new Sgd(rate, momentum, nesterov, lastShare, fall, other);
        }

        @Override
        public String id() {
            return decay.decoupled() ? "sgdw" : "sgd";
        }

        @Override
        public Sgd withRate(float other) {
            return new Sgd(other, momentum, nesterov, lastShare, fall, decay);
        }

        @Override
        public Sgd withDecay(float other) {
            return with(new WeightDecay(other, decay.decoupled()));
        }

        @Override
        public Optimizer optimizer(Backend backend, int steps) {
            Schedule constant = Schedule.constant(momentum);
            return new retort.nn.Sgd(backend, fall.of(rate, lastShare, steps), constant, nesterov, decay);
        }

        @Override
        public String text() {
            String moves = momentum == 0 ? "" : ", momentum " + momentum + (nesterov ? " by Nesterov" : "");
            return id() + fall.text(rate, lastShare) + moves + Descent.text(decay);
        }
    }

    /**
     * Gradient descent with momentum p rising from 0.5 to 0.99 and a step of (1 - p) rate, in the proportions of Hinton
     * et al. 2012, appendix A: there p rises over 500 of 3,000 epochs, and the rate falls by 0.998 in each.
     */
    record Momentum(float rate) implements Descent {
        private static final float FIRST_MOMENTUM = 0.5f;
        private static final float LAST_MOMENTUM = 0.99f;
        private static final int RISING_SHARE = 6;
        private static final float LAST_SHARE = 0.0025f;

        /** Of the paper's 10 this teacher, which starts from larger weights, learned nothing in a trial. */
        public static Momentum standard() {
            return new Momentum(1);
        }

        @Override
        public String id() {
            return "momentum";
        }

        @Override
        public Momentum withRate(float other) {
            return new Momentum(other);
        }

        @Override
        public boolean canDecay() {
            return false;
        }

        @Override
        public Momentum withDecay(float other) {
            return this;
        }

        @Override
        public Optimizer optimizer(Backend backend, int steps) {
            Schedule momentum = Schedule.linear(FIRST_MOMENTUM, LAST_MOMENTUM, Math.max(1, steps / RISING_SHARE));
            Schedule falling = Schedule.exponential(rate, rate * LAST_SHARE, steps);
            return new retort.nn.Sgd(backend, step -> (1 - momentum.at(step)) * falling.at(step), momentum);
        }

        @Override
        public String text() {
            return "momentum " + rate;
        }
    }
}
