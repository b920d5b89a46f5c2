package retort.driver.job;

import java.util.ArrayList;
import java.util.List;

/** Loss and accuracy over the steps of a training: so many points that its course can be seen, however long it is. */
final class Curve {
    /** At most. */
    private static final int POINTS = 200;

    private final int stepsPerPoint;
    private final List<Epoch.Point> points = new ArrayList<>();
    private int step;
    private int examples;
    private double loss;
    private double hits;

    /**
     * Where a curve is.
     *
     * @param step the last one that it took in
     * @param examples since the last point, as are sums of loss and hits
     * @param points of the epoch so far
     */
    record State(int step, int examples, double loss, double hits, List<Epoch.Point> points) {
        static State begin() {
            return new State(0, 0, 0, 0, List.of());
        }
    }

    /** @param steps of the whole training */
    Curve(int steps, State state) {
        stepsPerPoint = Math.ceilDiv(steps, POINTS);
        points.addAll(state.points());
        step = state.step();
        examples = state.examples();
        loss = state.loss();
        hits = state.hits();
    }

    /** Takes in a step whose examples {@code from .. to} had these outcomes: a loss, and 1 where the class was met. */
    void step(float[] outcomes, int from, int to) {
        for (int i = from; i < to; i++) {
            loss += outcomes[2 * i];
            hits += outcomes[2 * i + 1];
        }
        examples += to - from;
        step++;
        if (step % stepsPerPoint == 0) {
            points.add(new Epoch.Point(step, loss / examples, hits / examples));
            examples = 0;
            loss = 0;
            hits = 0;
        }
    }

    /** Those of this epoch. */
    List<Epoch.Point> points() {
        return List.copyOf(points);
    }

    void nextEpoch() {
        points.clear();
    }

    State state() {
        return new State(step, examples, loss, hits, points());
    }
}
