package retort.driver.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 1000})
    void anErrorSetHoldsEachImage(int images) {
        ErrorSet set = ErrorSet.of(images, i -> i % 3 == 1);
        BitSet expected = new BitSet();
        IntStream.range(0, images).filter(i -> i % 3 == 1).forEach(expected::set);
        assertEquals(expected, set.wrong());
        assertEquals(expected.cardinality(), set.errors());
        assertEquals(set, new ErrorSet(images, set.bits()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gA==", "//8=", "?", "a"})
    void errorsOfImagesThatThereAreNotAreRefused(String bits) {
        assertThrows(IllegalArgumentException.class, () -> new ErrorSet(7, bits));
    }

    /** Against sums of binomial coefficients without rounding. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "0, 5", "3, 8", "10, 10", "10, 11", "0, 1200", "40, 90", "900, 1400", "5000, 5001"})
    void mcNemarIsTheExactBinomialTest(int onlyFirst, int onlySecond) {
        int n = onlyFirst + onlySecond;
        BigInteger sum = BigInteger.ZERO;
        BigInteger coefficient = BigInteger.ONE;
        for (int k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
            sum = sum.add(coefficient);
            coefficient = coefficient.multiply(BigInteger.valueOf(n - k)).divide(BigInteger.valueOf(k + 1));
        }
        BigDecimal p = new BigDecimal(sum.shiftLeft(1))
                .divide(new BigDecimal(BigInteger.ONE.shiftLeft(n)), MathContext.DECIMAL64);
        double expected = Math.min(1, p.doubleValue());
        double found = McNemar.of(onlyFirst, onlySecond).p();
        assertEquals(expected, found, 1e-9 * expected);
    }

    @Test
    void mcNemarCountsWhatOneAloneNamesWrong() {
        ErrorSet first = ErrorSet.of(10, i -> i < 4);
        ErrorSet second = ErrorSet.of(10, i -> i >= 3 && i < 9);
        McNemar test = McNemar.of(first, second);
        assertEquals(3, test.onlyFirst());
        assertEquals(5, test.onlySecond());
        assertThrows(IllegalArgumentException.class, () -> McNemar.of(first, ErrorSet.of(9, i -> true)));
    }

    /** By hand: 3 x 0.01, 2 x 0.02, then no less; at most 1. */
    @Test
    void holmRaisesEachByHowManyAreLeft() {
        assertEquals(List.of(0.04, 0.03, 0.04), Holm.adjusted(List.of(0.02, 0.01, 0.03)));
        assertEquals(List.of(1.0, 1.0), Holm.adjusted(List.of(0.9, 0.6)));
        assertEquals(List.of(), Holm.adjusted(List.of()));
    }

    /** Models that differ by a coin on 400 images: an interval of 95 % misses the truth, 0, about once in twenty. */
    @Test
    void theIntervalHoldsTheTruthAsOftenAsItSays() {
        int missed = 0;
        int shown = 0;
        for (int trial = 0; trial < 200; trial++) {
            Random random = new Random(trial);
            boolean[] firstWrong = new boolean[400];
            boolean[] secondWrong = new boolean[400];
            for (int i = 0; i < 400; i++) {
                boolean hard = random.nextInt(4) == 0;
                firstWrong[i] = hard && random.nextBoolean();
                secondWrong[i] = hard && random.nextBoolean();
            }
            ErrorSet first = ErrorSet.of(400, i -> firstWrong[i]);
            ErrorSet second = ErrorSet.of(400, i -> secondWrong[i]);
            PairedBootstrap test = PairedBootstrap.of(List.of(first), List.of(second), trial);
            missed += test.low() > 0 || test.high() < 0 ? 1 : 0;
            shown += McNemar.of(first, second).p() < Holm.LEVEL ? 1 : 0;
        }
        // Five standard deviations of 200 throws of 1 in 20 are 15.
        assertTrue(missed <= 25, "missed " + missed + " of 200");
        assertTrue(shown <= 25, "shown " + shown + " of 200");
    }

    @Test
    void theBootstrapIsOfTheDifferenceInErrorsAndSeesALargeOne() {
        List<ErrorSet> many = IntStream.range(0, 3)
                .mapToObj(s -> ErrorSet.of(1000, i -> i % 10 == s))
                .toList();
        List<ErrorSet> few = IntStream.range(0, 3)
                .mapToObj(s -> ErrorSet.of(1000, i -> i % 20 == s))
                .toList();
        PairedBootstrap test = PairedBootstrap.of(many, few, 1);
        assertEquals(50, test.difference());
        assertTrue(test.low() > 20 && test.low() < 50 && test.high() > 50 && test.high() < 80, test.toString());
        assertTrue(test.p() < 0.002, test.toString());
        assertEquals(test, PairedBootstrap.of(many, few, 1));
        PairedBootstrap other = PairedBootstrap.of(few, many, 1);
        assertEquals(-50, other.difference());
        assertThrows(IllegalArgumentException.class, () -> PairedBootstrap.of(many, few.subList(0, 2), 1));
    }

    /** A file may say any number of them. */
    @Test
    void imagesThatNoneNamesWrongCostNothing() {
        ErrorSet few = ErrorSet.of(100, i -> i % 10 == 0);
        ErrorSet none = ErrorSet.of(100, i -> false);
        PairedBootstrap expected = PairedBootstrap.of(List.of(few), List.of(none), 1);
        ErrorSet fewOfMany = new ErrorSet(Integer.MAX_VALUE, few.bits());
        ErrorSet noneOfMany = new ErrorSet(Integer.MAX_VALUE, none.bits());
        assertEquals(expected, PairedBootstrap.of(List.of(fewOfMany), List.of(noneOfMany), 1));
    }

    /** Two seeds that disagree on which is better show nothing, however sure each seems by itself. */
    @Test
    void seedsThatDisagreeShowNothing() {
        ErrorSet many = ErrorSet.of(1000, i -> i % 10 == 0);
        ErrorSet few = ErrorSet.of(1000, i -> i % 50 == 0);
        Contest contest = new Contest("a", "b", List.of(many, few), List.of(few, many));
        Contest.Verdict verdict = Contest.judged(List.of(contest)).getFirst();
        assertEquals(0, verdict.test().difference());
        assertEquals("not shown to differ", verdict.text());
    }

    @Test
    void betterIsSaidOnlyWhereItHoldsAmongAll() {
        ErrorSet none = ErrorSet.of(100, i -> false);
        ErrorSet six = ErrorSet.of(100, i -> i < 6);
        // p = 2 / 64 by itself.
        Contest one = new Contest("none", "six", List.of(none), List.of(six));
        assertEquals("better", Contest.judged(List.of(one)).getFirst().text());
        Contest other = new Contest("six", "none", List.of(six), List.of(none));
        assertEquals("worse", Contest.judged(List.of(other)).getFirst().text());
        for (Contest.Verdict verdict : Contest.judged(List.of(one, other))) {
            assertEquals(0.0625, verdict.adjusted(), 1e-12);
            assertEquals("not shown to differ", verdict.text());
        }
    }
}
