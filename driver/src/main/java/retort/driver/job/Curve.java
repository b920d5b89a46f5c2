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

    /** @param steps of the whole training */
    Curve(int steps) {
        stepsPerPoint = Math.ceilDiv(steps, POINTS);
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

    /** The points since this was last asked for. */
    List<Epoch.Point> taken() {
        List<Epoch.Point> taken = List.copyOf(points);
        points.clear();
        return taken;
    }
}
