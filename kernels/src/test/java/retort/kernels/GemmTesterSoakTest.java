package retort.kernels;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.CheckException;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.GemmSpec;

/**
 * The loop of the reference BLAS's tester of level 3 for sgemm, on every engine: every combination of sizes,
 * transposes, alpha and beta, judged by its measure. The residual of an element is |computed - expected| in units of
 * 2^-23 (|alpha| |op(A)| |op(B)| + |beta| |C|), its expected value in double, and must be less than 16.
 *
 * <p>Matrices here have no gaps between rows. So in place of leading dimensions each lies at an odd offset of a larger
 * tensor between canaries, and B is tried packed too; sizes of 0 are refused. What is only read must keep its bits, and
 * with a beta of 0 C holds NaN before.
 *
 * <p>Source: Dongarra, Du Croz, Duff and Hammarling 1990, "A set of level 3 basic linear algebra subprograms: model
 * implementation and test programs".
 */
class GemmTesterSoakTest {
    private static final int[] SIZES = {1, 2, 3, 5, 9, 35, 65};
    private static final float[] ALPHAS = {0, 1, 0.7f};
    private static final float[] BETAS = {0, 1, 1.3f};
    private static final double UNIT = 0x1p-23;
    private static final double MOST_UNITS = 16;

    @TestFactory
    Stream<DynamicTest> residualsAreLessThanSixteen() {
        List<GemmSpec> calls = calls();
        Collections.shuffle(calls, new Random(Soak.seed()));
        List<GemmSpec> tried = calls.subList(0, Soak.count(calls.size()));
        return EnginesUnderTest.all().stream()
                .map(subject -> dynamicTest(subject.name(), () -> {
                    double largest = 0;
                    for (GemmSpec spec : tried) {
                        largest = Math.max(largest, residual(subject, spec));
                    }
                    Soak.kept(
                            1,
                            "calls of the BLAS tester's sgemm loop, " + subject,
                            tried.size(),
                            String.format(Locale.ROOT, "residual at most %.2f of %.0f units", largest, MOST_UNITS));
                }));
    }

    private static List<GemmSpec> calls() {
        List<GemmSpec> calls = new ArrayList<>();
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    for (int transposes = 0; transposes < 4; transposes++) {
                        GemmSpec plain = GemmSpec.of(m, n, k, transposes % 2 == 1, transposes / 2 == 1);
                        for (float alpha : ALPHAS) {
                            for (float beta : BETAS) {
                                calls.add(plain.scaled(alpha, beta));
                                calls.add(plain.scaled(alpha, beta).withPackedB());
                            }
                        }
                    }
                }
            }
        }
        return calls;
    }

    /** The largest of a call. */
    private static double residual(Subject subject, GemmSpec spec) {
        String title = subject + ", " + spec.id() + ", -Dretort.seed=" + Soak.seed() + ": ";
        SplittableRandom random = new SplittableRandom(Soak.seed());
        float[][] before = {
            elements(spec.m() * spec.k(), random), elements(spec.k() * spec.n(), random), new float[spec.m() * spec.n()]
        };
        Arrays.fill(before[2], Float.NaN);
        if (spec.beta() != 0) {
            before[2] = elements(before[2].length, random);
        }
        float[][] after = KernelCheck.random(spec, Soak.seed()).run(subject.backend(), before);
        if (!Arrays.equals(before[0], after[0]) || !Arrays.equals(before[1], after[1])) {
            throw new CheckException(title + "A or B was written");
        }
        double largest = 0;
        for (int e = 0; e < after[2].length; e++) {
            double units = units(spec, before, e / spec.n(), e % spec.n(), after[2][e]);
            if (!(units < MOST_UNITS)) {
                throw new CheckException(title + "C[" + e + "] is off by " + units + " units, " + MOST_UNITS
                        + " are too many; it is " + after[2][e]);
            }
            largest = Math.max(largest, units);
        }
        return largest;
    }

    /** As the tester draws them: from -0.5 to 0.5. */
    private static float[] elements(int count, SplittableRandom random) {
        float[] elements = new float[count];
        for (int e = 0; e < count; e++) {
            elements[e] = (float) random.nextDouble(-0.5, 0.5);
        }
        return elements;
    }

    private static double units(GemmSpec spec, float[][] before, int i, int j, float actual) {
        double sum = 0;
        double magnitudes = 0;
        for (int p = 0; p < spec.k(); p++) {
            double a = before[0][spec.transA() ? p * spec.m() + i : i * spec.k() + p];
            double b = before[1][spec.transB() ? j * spec.k() + p : p * spec.n() + j];
            sum += a * b;
            magnitudes += Math.abs(a * b);
        }
        double expected = spec.alpha() * sum;
        double gauge = Math.abs(spec.alpha()) * magnitudes;
        if (spec.beta() != 0) {
            double c = before[2][i * spec.n() + j];
            expected += spec.beta() * c;
            gauge += Math.abs(spec.beta() * c);
        }
        double error = Math.abs(actual - expected) / UNIT;
        return gauge == 0 ? error : error / gauge;
    }
}
