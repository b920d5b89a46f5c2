package retort.driver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.ImageSet;

class BiasCorrectionTest {
    private static final int ROWS = 40;

    /** Logits are multiples of 1/8, so that sums are exact and many of them tie. */
    @ParameterizedTest
    @CsvSource({"1, 3", "2, 3", "3, 0", "4, 9", "5, 3 8", "6, 0 1 9", "7, 1 2 3 4 5 6 7 8 9", "8, 3", "9, 5 6"})
    void theOracleIsAsGoodAsAnyBias(long seed, String classes) {
        Set<Integer> omitted = new HashSet<>();
        Arrays.stream(classes.split(" ")).map(Integer::valueOf).forEach(omitted::add);
        for (int set = 0; set < 20; set++) {
            Random random = new Random(31 * seed + set);
            Logits logits = logits(random);
            Examples examples = examples(random);

            long ofOmitted = IntStream.range(0, ROWS)
                    .filter(i -> omitted.contains(examples.label(i)))
                    .count();
            if (ofOmitted == 0 || ofOmitted == ROWS) {
                assertEquals(Optional.empty(), BiasCorrection.oracle(logits, examples, omitted));
                continue;
            }
            double oracle = BiasCorrection.oracle(logits, examples, omitted).orElseThrow();

            // Predictions change at multiples of 1/8 within +-8: one bias between each pair of them sees all there is.
            int fewest = IntStream.rangeClosed(-9 * 8, 9 * 8)
                    .map(i -> errors(logits, examples, omitted, (2 * i + 1) / 16.0))
                    .min()
                    .orElseThrow();
            String which = "seed " + seed + ", set " + set + ", bias " + oracle;
            assertEquals(fewest, errors(logits, examples, omitted, oracle), which);
        }
    }

    @Test
    void ofEqualStretchesTheOracleTakesTheOneNearestToNoBias() {
        // Of class 0 two images need a bias below 2, of class 1 one needs one above -3: any between is as good.
        Logits logits = new Logits(new float[] {4, 2, 5, 1, 0, 3}, 2);
        Examples examples = Examples.labelled(new ImageSet(1, 1, new byte[3], new byte[] {0, 0, 1}));
        double bias = BiasCorrection.oracle(logits, examples, Set.of(1)).orElseThrow();
        assertEquals(0, errors(logits, examples, Set.of(1), bias));
        assertEquals(-0.5, bias);
    }

    /** Before the first change and behind the last nothing bounds a stretch but that. */
    @Test
    void ofAnOpenStretchTheOracleTakesNoBiasWhereThatIsInIt() {
        byte[] labels = {0, 1};
        for (float overtakes : new float[] {0.5f, 3, -0.5f, -3}) {
            // Any bias below (above) it names the image of class 0 right (wrong) and that of class 1 wrong (right).
            Logits logits = new Logits(new float[] {overtakes, 0, overtakes, 0}, 2);
            Examples examples = Examples.labelled(new ImageSet(1, 1, new byte[2], labels));
            assertEquals(Optional.of(0.0), BiasCorrection.oracle(logits, examples, Set.of(1)), "" + overtakes);
        }
    }

    /** Without an image of class 1 the smaller a bias the better, without one of another class the larger. */
    @Test
    void theOracleOfNoImageOrOfNothingElseIsUndefined() {
        Logits logits = new Logits(new float[] {4, 2, 5, 1}, 2);
        for (byte label : new byte[] {0, 1}) {
            Examples examples = Examples.labelled(new ImageSet(1, 1, new byte[2], new byte[] {label, label}));
            assertEquals(Optional.empty(), BiasCorrection.oracle(logits, examples, Set.of(1)));
        }
    }

    /** One error below -10 and between -6 and 9, two elsewhere. */
    @Test
    void aLaterStretchThatIsNearerTakesThePlaceOfAnEqualOne() {
        Logits logits = new Logits(new float[] {-10, 0, -6, 0, 9, 0}, 2);
        Examples examples = Examples.labelled(new ImageSet(1, 1, new byte[3], new byte[] {0, 1, 0}));
        assertEquals(Optional.of(1.5), BiasCorrection.oracle(logits, examples, Set.of(1)));
    }

    @Test
    void isNamedAsOptionsAndReportsHaveIt() {
        assertEquals("oracle", BiasCorrection.Kind.ORACLE.id());
        assertEquals("prior-match", BiasCorrection.Kind.PRIOR_MATCH.id());
        assertEquals(
                "prior-match, em, em-temperature, bbse, vector", String.join(", ", BiasCorrection.Kind.labelFreeIds()));
        for (BiasCorrection.Kind kind : BiasCorrection.Kind.values()) {
            assertEquals(Optional.of(kind), BiasCorrection.Kind.byId(kind.id()));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 0.01, 0.1, 0.5, 0.9, 0.999})
    void priorMatchReachesTheShare(double share) {
        for (Set<Integer> omitted : List.of(Set.of(3), Set.of(0, 9), Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9))) {
            for (double temperature : new double[] {1, 3.5, 20}) {
                Logits logits = logits(new Random(3));

                double bias = BiasCorrection.priorMatch(logits, omitted, temperature, share)
                        .orElseThrow();

                String which = omitted + " at T = " + temperature;
                // The biased logits are floats again, so their probabilities are good to about 1e-6.
                assertEquals(
                        share,
                        meanProbability(logits.biased(Bias.of(logits.classes(), omitted, bias)), omitted, temperature),
                        1e-6,
                        which);
            }
        }
    }

    /** It is given no labels at all, so the only way to read any would be through the logits. */
    @Test
    void priorMatchGrowsWithTheShare() {
        Logits logits = logits(new Random(4));
        double few = BiasCorrection.priorMatch(logits, Set.of(3), 3.5, 0.05).orElseThrow();
        double many = BiasCorrection.priorMatch(logits, Set.of(3), 3.5, 0.2).orElseThrow();
        assertTrue(few < many, few + " < " + many);
    }

    @Test
    void priorMatchOfNoneOrOfAllIsUndefined() {
        Logits logits = logits(new Random(5));
        for (double temperature : new double[] {0.1, 1, 1000}) {
            assertEquals(Optional.empty(), BiasCorrection.priorMatch(logits, Set.of(3), temperature, 0));
            assertEquals(Optional.empty(), BiasCorrection.priorMatch(logits, Set.of(3), temperature, 1));
        }
    }

    /** The softmax gives class 1 exactly 0 or exactly 1: as numbers, no shift would move these probabilities. */
    @Test
    void priorMatchFindsTheBiasOfASureStudentToo() {
        Logits never = new Logits(new float[] {5000, 0, 5000, 0}, 2);
        assertEquals(5000, BiasCorrection.priorMatch(never, Set.of(1), 1, 0.5).orElseThrow(), 1e-9);
        Logits always = new Logits(new float[] {0, 5000, 0, 5000}, 2);
        assertEquals(-5000, BiasCorrection.priorMatch(always, Set.of(1), 1, 0.5).orElseThrow(), 1e-9);
    }

    private static Logits logits(Random random) {
        float[] values = new float[ROWS * ImageSet.CLASSES];
        for (int e = 0; e < values.length; e++) {
            values[e] = random.nextInt(-32, 33) / 8f;
        }
        return new Logits(values, ImageSet.CLASSES);
    }

    private static Examples examples(Random random) {
        byte[] labels = new byte[ROWS];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = (byte) random.nextInt(ImageSet.CLASSES);
        }
        return Examples.labelled(new ImageSet(1, 1, new byte[ROWS], labels));
    }

    private static int errors(Logits logits, Examples examples, Set<Integer> omitted, double bias) {
        return Evaluation.of(logits.biased(Bias.of(logits.classes(), omitted, bias)), examples, 1)
                .errors();
    }

    private static double meanProbability(Logits logits, Set<Integer> omitted, double temperature) {
        double sum = 0;
        for (int i = 0; i < logits.rows(); i++) {
            double[] p = logits.probabilities(i, temperature);
            sum += omitted.stream().mapToDouble(c -> p[c]).sum();
        }
        return sum / logits.rows();
    }
}
