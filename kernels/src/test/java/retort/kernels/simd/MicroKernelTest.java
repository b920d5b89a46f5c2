package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static retort.kernels.simd.Blocking.NR;
import static retort.kernels.simd.SimdSpecies.LANES;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every tile against plain loops, with small integers, so that sums are exact in any order. */
class MicroKernelTest {
    private static final int LDC = 3 * NR;
    private static final int LDB = 2 * NR;
    private static final int B_RUN = 40 * NR;
    private static final int C_AT = 5;
    private static final float CANARY = 12345;

    /**
     * One call: {@code tiles} tiles, sums of {@code runs} runs of {@code k} products (pairs, for PAIRS), {@code width}
     * columns stored.
     */
    private record Call(Tile tile, int tiles, int runs, int k, boolean add, int width) {
        TileKind kind() {
            return tile.kind();
        }

        int rows() {
            return tiles * tile.rows();
        }

        /** Products in a run. */
        int products() {
            return switch (kind()) {
                case PIXELS -> 3;
                case NARROW -> TileEmitterTest.RUN;
                case PAIRS -> 2 * k;
                default -> k;
            };
        }

        int lda() {
            return switch (kind()) {
                case PIXELS, NARROW -> 1;
                case COLUMNS, PAIRS, SINGLES -> 29;
                case PACKED, ROWS, STRIDED, EDGE, SKINNY -> TileEmitterTest.STRIDE;
            };
        }

        int ldb() {
            return kind() == TileKind.PAIRS || kind() == TileKind.SINGLES ? LDB : NR;
        }

        /** Index of A's element for row i, product p of run r. */
        int a(int i, int r, int p) {
            return 7
                    + r * 500
                    + switch (kind()) {
                        case PACKED -> i + p * tile.rows();
                        case COLUMNS, PAIRS, SINGLES -> i + p * lda();
                        case ROWS, STRIDED, EDGE, SKINNY, PIXELS, NARROW -> i * lda() + p;
                    };
        }

        /** Index of B's element for product p of run r, column j. */
        int b(int r, int p, int j) {
            boolean strided = ldb() == LDB;
            return 3 + (strided ? r * B_RUN + p * LDB : (r * products() + p) * kind().panel()) + j;
        }
    }

    static Stream<Call> calls() {
        return TileEmitterTest.tiles().flatMap(tile -> {
            TileKind kind = tile.kind();
            int tiles = kind.loopsTiles() ? 3 : 1;
            int runs = kind.loopsRuns() ? 2 : 1;
            int width = kind.masked() ? Math.max(1, LANES - 1) : tile.vectors() * LANES;
            return Stream.of(
                    new Call(tile, 1, 1, 1, false, width),
                    new Call(tile, tiles, runs, 11, false, width),
                    new Call(tile, tiles, runs, 11, !kind.overwrites(), kind.masked() ? 1 : width));
        });
    }

    @ParameterizedTest
    @MethodSource("calls")
    void theTileIsTheProductAndNothingElseIsWritten(Call call) {
        Random random = new Random(1);
        float[] a = integers(random, 7 + 2 * 500 + 40 * 41);
        float[] b = integers(random, 3 + 2 * B_RUN + 40 * LDB);
        float[] c = new float[C_AT + (call.rows() + 1) * LDC];
        Arrays.fill(c, CANARY);
        float[] expected = expected(call, a, b, c);
        MicroKernel.Operands operands = new MicroKernel.Operands()
                .set(a, b, c, LDC)
                .runs(call.runs(), 500, call.ldb(), B_RUN)
                .adding(call.add())
                .width(call.width());
        MicroKernel kernel = call.kind().kernel(call.tile().rows(), call.tile().known());
        kernel.run(call.k(), 7, call.lda(), 3, call.tiles(), operands, C_AT);
        for (int e = 0; e < c.length; e++) {
            assertEquals(expected[e], c[e], call + ", element " + e);
        }
    }

    @Test
    void aTileOfStreamsTakesRowsThatLieApart() {
        int rows = 2 * Blocking.MR_SKINNY + 3;
        Call call = new Call(new Tile(TileKind.SKINNY, rows, 1, 0), 1, 1, 11, true, Math.max(1, LANES - 1));
        Random random = new Random(2);
        float[] a = integers(random, 7 + rows * call.lda());
        float[] b = integers(random, 3 + 12 * LANES);
        float[] c = integers(random, C_AT + (rows + 1) * LDC);
        float[] expected = expected(call, a, b, c);
        MicroKernel.Operands operands =
                new MicroKernel.Operands().set(a, b, c, LDC).adding(true).width(call.width());
        TileKind.SKINNY.runAsStreams(11, rows, 7, call.lda(), 3, operands, C_AT);
        assertArrayEquals(expected, c);
    }

    private static float[] expected(Call call, float[] a, float[] b, float[] c) {
        float[] expected = c.clone();
        for (int i = 0; i < call.rows(); i++) {
            for (int j = 0; j < call.width(); j++) {
                float sum = call.add() ? c[C_AT + i * LDC + j] : 0;
                for (int r = 0; r < call.runs(); r++) {
                    for (int p = 0; p < call.products(); p++) {
                        sum += a[call.a(i, r, p)] * b[call.b(r, p, j)];
                    }
                }
                expected[C_AT + i * LDC + j] = sum;
            }
        }
        return expected;
    }

    private static float[] integers(Random random, int length) {
        float[] integers = new float[length];
        for (int e = 0; e < length; e++) {
            integers[e] = random.nextInt(-8, 9);
        }
        return integers;
    }
}
