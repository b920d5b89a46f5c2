package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;
import retort.kernels.op.WeightDecay;
import retort.nn.Optimizer;
import retort.nn.Parameter;

class DescentTest {
    private static final int STEPS = 60;

    private final Backend backend = Backends.open(Engine.CPU_SCALAR, new Backends.Options(1, null));

    @AfterEach
    void close() {
        backend.close();
    }

    /** With a gradient of 1 in every step Adam moves by its rate. */
    @Test
    void adamsRateFallsToItsLastShare() {
        float[] moves = moves(new Descent.Adam(0.1f, 0.01f));
        assertEquals(0.1, moves[0], 1e-6);
        assertEquals(0.1 - 0.099 * (STEPS - 1) / STEPS, moves[STEPS - 1], 1e-6);
        assertEquals(0.1 - 0.099 / 2, moves[STEPS / 2], 1e-6);
        float[] constant = moves(new Descent.Adam(0.1f, 1));
        assertEquals(0.1, constant[STEPS - 1], 1e-6);
    }

    @Test
    void adamsRateFallsByCosineOrSteps() {
        float[] cosine = moves(new Descent.Adam(0.1f, 0.01f, Descent.Fall.COSINE));
        assertEquals(0.1, cosine[0], 1e-6);
        assertEquals((0.1 + 0.001) / 2, cosine[STEPS / 2], 1e-6);
        float[] steps = moves(new Descent.Adam(0.1f, 0.01f, Descent.Fall.STEPS));
        assertEquals(0.1, steps[STEPS / 2 - 1], 1e-6);
        assertEquals(0.01, steps[STEPS / 2], 1e-6);
        assertEquals(0.001, steps[STEPS - 1], 1e-6);
        assertEquals(
                "adam 0.1 falling by cosine to 0.01 of it", new Descent.Adam(0.1f, 0.01f, Descent.Fall.COSINE).text());
    }

    /** Momentum p and an impulse of (1 - p) rate: the move is p times the one before it, and the impulse. */
    @Test
    void momentumRisesAndItsImpulsesFallAsInThePaper() {
        float[] moves = moves(new Descent.Momentum(2));
        assertEquals(0.5 * 2, moves[0], 1e-5);
        double risen = moves[STEPS / 6 + 1] - 0.99 * moves[STEPS / 6];
        assertEquals(0.01 * 2 * Math.pow(0.0025, (STEPS / 6 + 1.0) / STEPS), risen, 1e-5);
        double last = moves[STEPS - 1] - 0.99 * moves[STEPS - 2];
        assertEquals(0.01 * 2 * Math.pow(0.0025, 1 - 1.0 / STEPS), last, 1e-5);
    }

    /** With a gradient of 1 the velocity is r (1 + p + p^2 ...), and Nesterov's move p times that and r. */
    @Test
    void momentumIsConstantAndMayLookAhead() {
        float[] plain = moves(sgd(false));
        assertEquals(0.1, plain[0], 1e-6);
        assertEquals(0.1 * 1.75, plain[2], 1e-6);
        float[] ahead = moves(sgd(true));
        assertEquals(0.1 * 1.5, ahead[0], 1e-6);
        assertEquals(plain[3], ahead[2], 1e-6);
    }

    private static Descent sgd(boolean nesterov) {
        return new Descent.Sgd(0.1f, 0.5f, nesterov, 1, Descent.Fall.LINE, WeightDecay.NONE);
    }

    /** Of a bias nothing decays. */
    @Test
    void biasesDoNotDecay() {
        assertArrayEquals(
                moves(Descent.Adam.standard()), moves(Descent.Adam.standardW().withDecay(0.5f)));
        assertArrayEquals(moves(Descent.Sgd.standard()), moves(Descent.Sgd.standardW()));
        assertEquals("adamw 0.001, weight decay 0.01", Descent.Adam.standardW().text());
        assertEquals("sgd 0.1, momentum 0.5", sgd(false).text());
        assertEquals(
                "sgdw 0.1, momentum 0.9 by Nesterov, weight decay 5.0E-4",
                Descent.Sgd.standardW().text());
        assertEquals(null, Descent.Adam.standardW().contradiction());
    }

    @Test
    void anotherRateKeepsTheRest() {
        assertEquals(new Descent.Adam(0.2f, 0.01f), new Descent.Adam(0.1f, 0.01f).withRate(0.2f));
        assertEquals(new Descent.Momentum(3), Descent.Momentum.standard().withRate(3));
        assertEquals("adam 0.1", new Descent.Adam(0.1f, 1).text());
        assertEquals("adam 0.1 falling to 0.01 of it", new Descent.Adam(0.1f, 0.01f).text());
        assertEquals("momentum 1.0", Descent.Momentum.standard().text());
    }

    /** How far each step moves a weight down a slope of 1. */
    private float[] moves(Descent descent) {
        float[] moves = new float[STEPS];
        try (Optimizer optimizer = descent.optimizer(backend, STEPS);
                Scope scope = backend.scope()) {
            Parameter weight = new Parameter("0.dense.bias", scope.filled(Shape.of(1), 0));
            float before = 0;
            for (int step = 0; step < STEPS; step++) {
                optimizer.beginStep(scope);
                Tensor gradient = optimizer.destination(weight);
                backend.fill(gradient, 1);
                optimizer.written(weight, gradient);
                float now = backend.download(weight.value())[0];
                moves[step] = before - now;
                before = now;
            }
        }
        return moves;
    }
}
