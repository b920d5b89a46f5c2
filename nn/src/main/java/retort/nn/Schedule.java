package retort.nn;

/** A number that may change from training step to training step, such as a learning rate or a momentum. */
@FunctionalInterface
public interface Schedule {
    /** @param step counted from 1 */
    float at(int step);

    /** The same at every step. */
    static Schedule constant(float value) {
        return step -> value;
    }

    /**
     * start (end / start)^((step - 1) / steps): start at step 1, multiplied by the same factor at each step, end from
     * step {@code steps + 1} on.
     *
     * @throws IllegalArgumentException if one of the three is not positive
     */
    static Schedule exponential(float start, float end, int steps) {
        Require.positive("schedule", "start", start);
        Require.positive("schedule", "end", end);
        Require.positive("schedule", "steps", steps);
        return step -> step > steps ? end : (float) (start * Math.pow((double) end / start, (step - 1.0) / steps));
    }

    /**
     * end + (start - end) (1 + cos(pi (step - 1) / steps)) / 2: start at step 1, end from step {@code steps + 1} on.
     * Source: Loshchilov and Hutter 2017, without restarts.
     *
     * @throws IllegalArgumentException if start or end is not finite, or steps not positive
     */
    static Schedule cosine(float start, float end, int steps) {
        Schedule share = linear(0, 1, steps);
        requireFinite(start, end);
        return step -> (float) (end + ((double) start - end) * (1 + Math.cos(Math.PI * share.at(step))) / 2);
    }

    /**
     * start, multiplied by factor once for each of {@code after} that a step is beyond: a rate that is cut by steps.
     *
     * @throws IllegalArgumentException if start or factor is not positive
     */
    static Schedule steps(float start, float factor, int... after) {
        Require.positive("schedule", "start", start);
        Require.positive("schedule", "factor", factor);
        int[] ends = after.clone();
        return step -> {
            double value = start;
            for (int end : ends) {
                value *= step > end ? factor : 1;
            }
            return (float) value;
        };
    }

    /**
     * start + (end - start) (step - 1) / steps: start at step 1, moved by the same amount at each step, end from step
     * {@code steps + 1} on.
     *
     * @throws IllegalArgumentException if start or end is not finite, or steps not positive
     */
    static Schedule linear(float start, float end, int steps) {
        requireFinite(start, end);
        Require.positive("schedule", "steps", steps);
        return step -> step > steps ? end : (float) (start + ((double) end - start) * (step - 1.0) / steps);
    }

    private static void requireFinite(float start, float end) {
        if (!Float.isFinite(start) || !Float.isFinite(end)) {
            throw new IllegalArgumentException("schedule: start and end must be finite, got " + start + " and " + end);
        }
    }
}
