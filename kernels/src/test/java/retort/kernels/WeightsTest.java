package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.op.Bfloat16;
import retort.kernels.op.ElementType;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Int8;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.Scalars;
import retort.kernels.op.Shape;

/** Weights of fewer bits: what they are rounded to, and that a product by them is one by what they were rounded to. */
class WeightsTest {
    private static final List<ElementType> TYPES = List.of(ElementType.BFLOAT16, ElementType.INT8);
    private static final int[][] SIZES = {{1, 1}, {2, 3}, {3, 15}, {2, 16}, {5, 17}, {37, 33}, {7, 70}, {64, 129}};

    static Stream<Arguments> enginesAndTypes() {
        return EnginesUnderTest.all().stream()
                .flatMap(subject -> TYPES.stream().map(type -> Arguments.of(subject, type)));
    }

    private static float[] random(Shape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] elements = new float[shape.size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = (float) random.nextDouble(-1, 1);
        }
        return elements;
    }

    private static float bf16(float value) {
        return Bfloat16.widened(Bfloat16.of(value));
    }

    @Test
    void bf16IsTheNearestAndOfTwoTheEven() {
        assertEquals(1f, bf16(1f));
        assertEquals(1f, bf16(1f + 0x1p-8f));
        assertEquals(1f + 0x1p-7f, bf16(0x1.01002p0f));
        assertEquals(1f + 0x1p-6f, bf16(1f + 0x1.8p-7f));
        assertEquals(-1f, bf16(-1f - 0x1p-8f));
        assertEquals(0, Float.floatToRawIntBits(bf16(0f)));
        assertEquals(Float.floatToRawIntBits(-0f), Float.floatToRawIntBits(bf16(-0f)));
        assertEquals(0x1p-133f, bf16(0x1p-133f));
        assertEquals(0f, bf16(0x1p-134f));
        assertEquals(0x1.FEp127f, bf16(0x1.FEp127f));
        assertEquals(Float.POSITIVE_INFINITY, bf16(Float.MAX_VALUE));
        assertEquals(Float.NEGATIVE_INFINITY, bf16(Float.NEGATIVE_INFINITY));
        // The payload of the first is in the lower half alone, that of the second carries into the sign if it is added
        // to.
        assertTrue(Float.isNaN(bf16(Float.intBitsToFloat(0x7F800001))));
        assertTrue(Float.isNaN(bf16(Float.intBitsToFloat(0x7FFFFFFF))));
    }

    @Test
    void int8KeepsEachColumnToHalfAStepOfItsLargest() {
        Shape shape = Shape.of(50, 3);
        float[] weights = random(shape, 1);
        for (int e = 0; e < weights.length; e++) {
            weights[e] *= (float) Math.pow(1000, e % 3 - 1);
        }
        float[] rounded = ElementType.INT8.rounded(weights, 3);
        for (int e = 0; e < weights.length; e++) {
            double largest = 0;
            for (int i = e % 3; i < weights.length; i += 3) {
                largest = Math.max(largest, Math.abs(weights[i]));
            }
            // The scale is rounded up by a relative 2^-16 at most.
            assertEquals(weights[e], rounded[e], largest / Int8.LARGEST / 2 * (1 + 0x1p-15));
        }
    }

    @Test
    void int8ScalesOfZerosAreZeroAndOfNoFiniteNumbersNaN() {
        float[] matrix = {0, 1, 1, -0f, Float.POSITIVE_INFINITY, 2, 0, 3, Float.NaN};
        float[] rounded = ElementType.INT8.rounded(matrix, 3);
        for (int row = 0; row < 3; row++) {
            assertEquals(0f, rounded[row * 3]);
            assertTrue(Float.isNaN(rounded[row * 3 + 1]));
            assertTrue(Float.isNaN(rounded[row * 3 + 2]));
        }
    }

    @Test
    void roundingWhatIsRoundedChangesNoBit() {
        SplittableRandom random = new SplittableRandom(2);
        for (ElementType type : TYPES) {
            for (int trial = 0; trial < 2000; trial++) {
                float[] column = new float[5];
                double size = Math.pow(2, random.nextInt(-140, 126));
                for (int e = 0; e < column.length; e++) {
                    column[e] = (float) (random.nextDouble(-1, 1) * size);
                }
                float[] rounded = type.rounded(column, 1);
                assertArrayEquals(rounded, type.rounded(rounded, 1), () -> type + " of " + Arrays.toString(column));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndTypes")
    void downloadGivesWhatTheTypeHolds(Subject subject, ElementType type) {
        Backend backend = subject.backend();
        try (Scope scope = backend.scope()) {
            for (int[] size : SIZES) {
                Shape shape = Shape.of(size);
                float[] elements = random(shape, 3);
                float[] rounded = type.rounded(elements, size[1]);
                Tensor weights = scope.packedOf(shape, type, elements);
                assertEquals(type, weights.elementType());
                assertArrayEquals(rounded, backend.download(weights));
                Tensor rowMajor = scope.tensor(shape);
                backend.copy(weights, rowMajor);
                assertArrayEquals(rounded, backend.download(rowMajor));
                Tensor again = scope.like(weights);
                backend.copy(rowMajor, again);
                assertArrayEquals(rounded, backend.download(again));
                backend.fill(again, 0.5f);
                for (float element : backend.download(again)) {
                    assertEquals(0.5f, element, 0x1p-17f);
                }
            }
        }
    }

    /** The bound of a product holds for the rounded weights, on sizes that take each way through an engine. */
    @ParameterizedTest
    @MethodSource("enginesAndTypes")
    void aProductIsThatOfTheRoundedWeights(Subject subject, ElementType type) {
        Backend backend = subject.backend();
        int[][] sizes = {{1, 10, 33}, {1, 300, 1001}, {7, 10, 300}, {32, 129, 301}, {150, 70, 40}};
        for (int[] size : sizes) {
            GemmSpec spec = GemmSpec.nn(size[0], size[1], size[2]);
            float[] a = random(spec.aShape(), 4);
            float[] b = random(spec.bShape(), 5);
            float[] rounded = type.rounded(b, spec.n());
            float[] expected = doubleProduct(spec, a, rounded);
            try (Scope scope = backend.scope()) {
                Tensor c = scope.tensor(spec.cShape());
                Tensor weights = scope.packedOf(spec.bShape(), type, b);
                backend.gemm(spec.withPackedB(type), scope.tensorOf(spec.aShape(), a), weights, c);
                double[] bound = bound(spec, a, rounded);
                float[] actual = backend.download(c);
                for (int e = 0; e < actual.length; e++) {
                    assertEquals(expected[e], actual[e], bound[e], spec.id() + " of " + type + ", element " + e);
                }
            }
        }
    }

    private static float[] doubleProduct(GemmSpec spec, float[] a, float[] b) {
        float[] c = new float[spec.cShape().size()];
        for (int i = 0; i < spec.m(); i++) {
            for (int j = 0; j < spec.n(); j++) {
                double sum = 0;
                for (int p = 0; p < spec.k(); p++) {
                    sum += (double) a[i * spec.k() + p] * b[p * spec.n() + j];
                }
                c[i * spec.n() + j] = (float) sum;
            }
        }
        return c;
    }

    private static double[] bound(GemmSpec spec, float[] a, float[] b) {
        float[][] inputs = {a, b, new float[spec.cShape().size()]};
        return spec.bounds(inputs, Scalars.NONE, (plain, operands) ->
                new float[][] {operands[0], operands[1], doubleProduct((GemmSpec) plain, operands[0], operands[1])})[2];
    }

    @ParameterizedTest
    @MethodSource("enginesAndTypes")
    void isRefusedWhereItDoesNotBelong(Subject subject, ElementType type) {
        Backend backend = subject.backend();
        try (Scope scope = backend.scope()) {
            Shape shape = Shape.of(8, 8);
            Tensor weights = scope.packed(shape, type);
            Tensor packed = scope.packed(shape);
            Tensor x = scope.tensor(shape);
            Tensor c = scope.tensor(shape);
            GemmSpec spec = GemmSpec.nn(8, 8, 8);
            refused(
                    "must be packed and not transposed",
                    () -> GemmSpec.nt(8, 8, 8).withPackedB(type));
            refused("B is a packed " + type + " tensor 8 x 8", () -> backend.gemm(spec.withPackedB(), x, weights, c));
            refused("expected a packed one of " + type, () -> backend.gemm(spec.withPackedB(type), x, packed, c));
            refused("A is a packed " + type, () -> backend.gemm(spec.withPackedB(type), weights, weights, c));
            refused("x is a packed " + type, () -> backend.relu(ReluSpec.forward(64), weights, c));
            refused("only a matrix", () -> scope.packed(Shape.of(2, 2, 2), type));
            refused("has no views", () -> weights.rows(0, 1));
        }
    }

    private static void refused(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}
