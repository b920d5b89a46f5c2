package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;

class MaxNormTest {
    private static final long SEED = 20261124;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    /** Of columns of numbers from -1 to 1, whose squares are 1/3 on average: half of the columns are over it. */
    private static float typicalNorm(int inputs) {
        return (float) Math.sqrt(inputs / 3.0);
    }

    /** The matrix after the call, in both orders of elements, which must not differ by a bit. */
    private static float[] run(Subject subject, MaxNormSpec spec, float... w) {
        KernelCheck check = KernelCheck.random(spec, SEED);
        float[] rowMajor = check.run(subject.backend(), new float[][] {w})[0];
        float[] packed = check.packed().run(subject.backend(), new float[][] {w})[0];
        assertArrayEquals(bits(packed), bits(rowMajor), subject + ", " + spec.id() + ": packed, row-major");
        return packed;
    }

    private static int[] bits(float[] x) {
        return IntStream.range(0, x.length)
                .map(e -> Float.floatToRawIntBits(x[e]))
                .toArray();
    }

    private static float[] random(MaxNormSpec spec) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] w = new float[spec.shape().size()];
        for (int e = 0; e < w.length; e++) {
            w[e] = (float) random.nextDouble(-1, 1);
        }
        return w;
    }

    /** Norms 5, 2.5, 0 and 10 with a limit of 2.5: halved, left, left, a quarter. */
    @ParameterizedTest
    @MethodSource("engines")
    void columnsByHand(Subject subject) {
        float[] w = {3, 1.5f, 0, -6, -4, 2, -0f, 8};
        float[] expected = {1.5f, 1.5f, 0, -1.5f, -2, 2, -0f, 2};
        assertArrayEquals(expected, run(subject, new MaxNormSpec(2, 4, 2.5f), w));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void columnsWithinTheLimitKeepTheirBits(Subject subject) {
        for (int units : new int[] {1, 17, 33, 70}) {
            MaxNormSpec spec = new MaxNormSpec(97, units, 2 * typicalNorm(97));
            float[] w = random(spec);
            assertArrayEquals(bits(w), bits(run(subject, spec, w)));
        }
    }

    /** The others' bits are kept wherever the one that is too long stands among them. */
    @ParameterizedTest
    @MethodSource("engines")
    void aColumnOverTheLimitIsScaledToItAloneWhereverItStands(Subject subject) {
        MaxNormSpec spec = new MaxNormSpec(67, 70, 2 * typicalNorm(67));
        for (int over = 0; over < spec.units(); over++) {
            float[] w = random(spec);
            for (int e = over; e < w.length; e += spec.units()) {
                w[e] *= 5;
            }
            float[] result = run(subject, spec, w);
            double squares = 0;
            for (int e = 0; e < w.length; e++) {
                if (e % spec.units() == over) {
                    squares += (double) result[e] * result[e];
                } else {
                    assertEquals(w[e], result[e]);
                }
            }
            // Each element is off by the same share of itself at most, and so is the norm.
            double bound =
                    KernelCheck.random(spec, SEED).bounds(new float[][] {result})[0][over] / Math.abs(result[over]);
            assertEquals(spec.limit(), Math.sqrt(squares), bound * spec.limit(), subject + ", column " + over);
        }
    }

    /** NaN, infinity, and a sum of squares beyond float32, between columns that are cut. */
    @ParameterizedTest
    @MethodSource("engines")
    void columnsThatHaveDivergedAreLeftForOthersToSee(Subject subject) {
        float[] w = {3, Float.NaN, 3, Float.POSITIVE_INFINITY, 3, 3e30f, 3, 4, 4, 4, 4, 4, 4, 4};
        float[] result = run(subject, new MaxNormSpec(2, 7, 2.5f), w);
        for (int j = 0; j < 7; j++) {
            boolean cut = j % 2 == 0;
            assertEquals(cut ? 1.5f : w[j], result[j]);
            assertEquals(cut ? 2 : 4, result[7 + j]);
        }
    }

    /** The columns of zeros that fill up the last panel have no norm to divide by, and stay 0. */
    @ParameterizedTest
    @MethodSource("engines")
    void aProductWithAPackedMatrixIsRightAfterwards(Subject subject) {
        GemmSpec product = GemmSpec.nt(3, 37, 19).withPackedB();
        MaxNormSpec spec = new MaxNormSpec(37, 19, typicalNorm(37) / 2);
        Backend backend = subject.backend();
        try (Scope scope = backend.scope()) {
            Tensor w = scope.packedOf(spec.shape(), random(spec));
            backend.maxNorm(spec, w);
            Tensor ones = scope.filled(product.aShape(), 1);
            Tensor sums = scope.tensor(product.cShape());
            backend.gemm(product, ones, w, sums);
            float[] elements = backend.download(w);
            float[] actual = backend.download(sums);
            float[][] inputs = {backend.download(ones), elements, new float[actual.length]};
            double[] bounds = KernelCheck.random(product, SEED).bounds(inputs)[2];
            for (int i = 0; i < 37; i++) {
                double expected = 0;
                for (int j = 0; j < 19; j++) {
                    expected += elements[i * 19 + j];
                }
                assertEquals(expected, actual[i], bounds[i], subject + ", row " + i);
            }
        }
    }
}
