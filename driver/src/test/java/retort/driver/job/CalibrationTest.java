package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final int ROWS = 300;
    private static final int CLASSES = 4;

    @Test
    void findsTheFactorAndBiasesThatAStudentIsOffBy() {
        Logits teacher = logits(1);
        float[] off = new float[ROWS * CLASSES];
        double[] biases = {0, 1, -2, 0.5};
        for (int e = 0; e < off.length; e++) {
            // Inverse of 0.25 z + b.
            off[e] = (float) (4 * (teacher.values()[e] / 2 - biases[e % CLASSES]));
        }
        Calibration found = Calibration.of(new Logits(off, CLASSES), teacher, 2, true, done -> {})
                .orElseThrow();
        assertEquals(0.25, found.beta(), 1e-6);
        assertArrayEquals(biases, found.biases(), 1e-5);
        assertArrayEquals(teacher.probabilities(7, 2), found.probabilities(new Logits(off, CLASSES), 7), 1e-6);
    }

    @Test
    void temperatureAloneHasNoBiases() {
        Logits teacher = logits(2);
        float[] off = teacher.values().clone();
        for (int e = 0; e < off.length; e++) {
            off[e] *= 5;
        }
        Calibration found = Calibration.of(new Logits(off, CLASSES), teacher, 1, false, done -> {})
                .orElseThrow();
        assertEquals(0.2, found.beta(), 1e-6);
        assertArrayEquals(new double[CLASSES], found.biases());
    }

    /** Stationary in each bias: the means agree, that of a class that is next to nothing too. */
    @Test
    void withABiasForEachClassTheMeansAreTheTeachers() {
        Logits student = logits(3);
        Logits teacher = logits(4).biased(new Bias(List.of(0.0, 0.0, 0.0, -15.0)));
        Calibration found =
                Calibration.of(student, teacher, 1, true, done -> {}).orElseThrow();
        double[] mean = new double[CLASSES];
        double[] wanted = new double[CLASSES];
        for (int i = 0; i < ROWS; i++) {
            double[] p = found.probabilities(student, i);
            double[] t = teacher.probabilities(i, 1);
            for (int c = 0; c < CLASSES; c++) {
                mean[c] += p[c] / ROWS;
                wanted[c] += t[c] / ROWS;
            }
        }
        for (int c = 0; c < CLASSES; c++) {
            assertEquals(1, mean[c] / wanted[c], 1e-5, "class " + c);
        }
        assertTrue(wanted[3] < 1e-4, "next to nothing: " + wanted[3]);
    }

    /** What a student says is the opposite of what is right: no factor above 0 makes it less wrong. */
    @Test
    void aStudentThatIsAlwaysWrongIsNotCalibrated() {
        Logits teacher = logits(5);
        float[] opposite = teacher.values().clone();
        for (int e = 0; e < opposite.length; e++) {
            opposite[e] = -opposite[e];
        }
        assertEquals(Optional.empty(), Calibration.of(new Logits(opposite, CLASSES), teacher, 1, false, done -> {}));
    }

    @Test
    void eachStepTellsHowFarItIsAndMayBeStopped() {
        List<Integer> told = new ArrayList<>();
        Calibration.of(logits(6), logits(7), 1, true, told::add);
        assertEquals(0, told.getFirst());
        assertEquals(ROWS, told.getLast());
        long passes = told.stream().filter(done -> done == 0).count();
        assertEquals(passes, told.stream().filter(done -> done == ROWS).count());
        assertTrue(passes > 1, told.toString());
        assertThrows(
                InterruptedJobException.class,
                () -> Calibration.of(logits(6), logits(7), 1, true, done -> {
                    throw new InterruptedJobException();
                }));
    }

    private static Logits logits(long seed) {
        Random random = new Random(seed);
        float[] values = new float[ROWS * CLASSES];
        for (int e = 0; e < values.length; e++) {
            values[e] = (float) (3 * random.nextGaussian());
        }
        return new Logits(values, CLASSES);
    }
}
