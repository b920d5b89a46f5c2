package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.data.ImageSet;

class LogitsTest {
    private final Logits logits = new Logits(new float[] {0, 2, 1, 5, 5, -1}, 3);
    private final Examples examples = Examples.labelled(new ImageSet(1, 1, new byte[2], new byte[] {2, 0}));

    @Test
    void ofEqualLogitsTheLowestClassIsPredicted() {
        assertEquals(2, logits.rows());
        assertEquals(1, logits.prediction(0));
        assertEquals(0, logits.prediction(1));
    }

    @Test
    void aBiasMovesOnlyItsClassesAndOnlyInTheCopy() {
        Logits biased = logits.biased(Bias.of(3, Set.of(0, 2), 1.5));
        assertArrayEquals(new float[] {1.5f, 2, 2.5f, 6.5f, 5, 0.5f}, biased.values());
        assertArrayEquals(new float[] {0, 2, 1, 5, 5, -1}, logits.values());
    }

    @Test
    void probabilitiesAreTheSoftmaxAtTheTemperature() {
        double sum = 1 + Math.exp(2 / 3.5) + Math.exp(1 / 3.5);
        double[] expected = {1 / sum, Math.exp(2 / 3.5) / sum, Math.exp(1 / 3.5) / sum};
        assertArrayEquals(expected, logits.probabilities(0, 3.5), 1e-15);
    }

    @Test
    void hugeLogitsHaveProbabilitiesAndALossToo() {
        Logits huge = new Logits(new float[] {3e38f, -3e38f}, 2);
        assertArrayEquals(new double[] {1, 0}, huge.probabilities(0, 1));
        Examples wrong = Examples.labelled(new ImageSet(1, 1, new byte[1], new byte[] {1}));
        assertTrue(Double.isFinite(huge.negativeLogLikelihood(wrong, 1)));
    }

    /** The softmax gives it 0: the logarithm of that would be cut or infinite. */
    @Test
    void theLossOfAnImpossibleLabelIsHowFarItsLogitIsBehind() {
        Logits sure = new Logits(new float[] {5000, 0, 4000}, 3);
        Examples second = Examples.labelled(new ImageSet(1, 1, new byte[1], new byte[] {1}));
        assertEquals(5000, sure.negativeLogLikelihood(second, 1));
        assertEquals(2500, sure.negativeLogLikelihood(second, 2));
    }

    @Test
    void theNegativeLogLikelihoodIsAMeanOverTrueLabels() {
        double first = -Math.log(logits.probabilities(0, 2)[2]);
        double second = -Math.log(logits.probabilities(1, 2)[0]);
        assertEquals((first + second) / 2, logits.negativeLogLikelihood(examples, 2), 1e-15);
    }

    @Test
    void accuracyIsTheShareOfTargetsMet() {
        assertEquals(0.5, logits.accuracy(examples));
    }

    @Test
    void sharesAreOfPredictions() {
        assertArrayEquals(new double[] {0.5, 0.5, 0}, logits.shares());
    }

    /** Two predictions sure of 0.75, one right; two sure of 0.9, both right: off by 0.25 and 0.1, in equal weight. */
    @Test
    void theCalibrationErrorIsHowFarConfidenceIsFromAccuracy() {
        float three = (float) Math.log(3);
        float nine = (float) Math.log(9);
        Logits sure = new Logits(new float[] {three, 0, three, 0, nine, 0, 0, nine}, 2);
        Examples truth = Examples.labelled(new ImageSet(1, 1, new byte[4], new byte[] {0, 1, 0, 1}));
        assertEquals((0.25 + 0.1) / 2, sure.calibrationError(truth, 1), 1e-7);
    }

    /** A confidence of 1 belongs to the last bin, and one just right costs nothing. */
    @Test
    void certaintyIsCalibratedWhereItIsRight() {
        Logits certain = new Logits(new float[] {1000, 0, 0, 1000}, 2);
        Examples truth = Examples.labelled(new ImageSet(1, 1, new byte[2], new byte[] {0, 1}));
        assertEquals(0, certain.calibrationError(truth, 1));
        Examples wrong = Examples.labelled(new ImageSet(1, 1, new byte[2], new byte[] {1, 0}));
        assertEquals(1, certain.calibrationError(wrong, 1));
    }

    @Test
    void accuracyIsOneWhereAllAreRightAndZeroWhereNoneIs() {
        Logits sure = new Logits(new float[] {2, 0, 0, 2, 3, 0}, 2);
        assertEquals(1, sure.accuracy(Examples.labelled(new ImageSet(1, 1, new byte[3], new byte[] {0, 1, 0}))));
        assertEquals(0, sure.accuracy(Examples.labelled(new ImageSet(1, 1, new byte[3], new byte[] {1, 0, 1}))));
    }

    @Test
    void hugeLogitsHaveProbabilitiesInEveryRow() {
        Logits huge = new Logits(new float[] {0, 0, -3e38f, 3e38f}, 2);
        assertArrayEquals(new double[] {0, 1}, huge.probabilities(1, 1));
    }

    @Test
    void meanProbabilitiesAreOfTheImagesOfEachClass() {
        ImageSet images = new ImageSet(1, 1, new byte[3], new byte[] {0, 2, 0});
        Logits three = new Logits(new float[] {0, 2, 1, 5, 5, -1, 1, 0, 0}, 3);
        double[][] mean = three.meanProbabilities(images, 2);
        double[] first = three.probabilities(0, 2);
        double[] last = three.probabilities(2, 2);
        for (int c = 0; c < 3; c++) {
            assertEquals((first[c] + last[c]) / 2, mean[0][c], 1e-15);
        }
        assertNull(mean[1]);
        assertArrayEquals(three.probabilities(1, 2), mean[2], 1e-15);
    }

    /** Two sure of 0.75, one right; two sure of 0.9, both right. */
    @Test
    void aBinHasTheMeanConfidenceOfItsPredictionsAndTheShareThatIsRight() {
        float three = (float) Math.log(3);
        float nine = (float) Math.log(9);
        Logits sure = new Logits(new float[] {three, 0, three, 0, nine, 0, 0, nine}, 2);
        Examples truth = Examples.labelled(new ImageSet(1, 1, new byte[4], new byte[] {0, 1, 0, 1}));
        List<Logits.Bin> bins = sure.calibration(truth, 1);
        assertEquals(2, bins.size());
        assertEquals(2, bins.getFirst().images());
        assertEquals(0.75, bins.getFirst().confidence(), 1e-7);
        assertEquals(0.5, bins.getFirst().accuracy());
        assertEquals(0.9, bins.getLast().confidence(), 1e-7);
        assertEquals(1, bins.getLast().accuracy());
    }
}
