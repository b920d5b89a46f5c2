package retort.driver.job;

import java.util.Locale;
import retort.kernels.Backend;
import retort.nn.Optimizer;
import retort.nn.Schedule;

/** How a model descends: an optimiser, and what of it changes over the steps of a training. */
public sealed interface Descent {
    /** The learning rate at the first step. */
    float rate();

    /** The same with another rate at the first step. */
    Descent withRate(float other);

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

        Schedule of(float start, float end, int steps) {
            return switch (this) {
                case LINE -> Schedule.linear(start, end, steps);
                case COSINE -> Schedule.cosine(start, end, steps);
                case STEPS -> {
                    float factor = (float) Math.sqrt((double) end / start);
                    yield Schedule.steps(start, factor, steps / 2, (int) (steps * 3L / 4));
                }
            };
        }
    }

    /**
     * Adam with a falling rate.
     *
     * @param lastShare what is left of the rate at the last step; 1 for a constant rate
     * @param fall how it gets there
     */
    record Adam(float rate, float lastShare, Fall fall) implements Descent {
        /** A rate that falls in a straight line. */
        public Adam(float rate, float lastShare) {
            this(rate, lastShare, Fall.LINE);
        }

        /** At the rate of the paper that it comes from. */
        public static Adam standard() {
            return new Adam(1e-3f, 1);
        }

        @Override
        public Adam withRate(float other) {
            return new Adam(other, lastShare, fall);
        }

        @Override
        public Optimizer optimizer(Backend backend, int steps) {
            Schedule schedule = lastShare == 1 ? Schedule.constant(rate) : fall.of(rate, rate * lastShare, steps);
            return new retort.nn.Adam(backend, schedule);
        }

        @Override
        public String text() {
            String by = fall == Fall.LINE ? "" : " by " + fall.id();
            return lastShare == 1 ? "adam " + rate : "adam " + rate + " falling" + by + " to " + lastShare + " of it";
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
        public Momentum withRate(float other) {
            return new Momentum(other);
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
