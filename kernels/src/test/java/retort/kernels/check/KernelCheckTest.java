package retort.kernels.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Call;
import retort.kernels.Engine;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.ElementType;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Spec;

/** The harness sees what it is there to see: kernels that are right but for one thing each. */
class KernelCheckTest {
    private static final GemmSpec PRODUCT = GemmSpec.nn(5, 7, 3);

    private final Backend right = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());

    @AfterEach
    void close() {
        right.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemm:m5n7k3:nn",
                "gemm:m5n7k3:nn:packed:int8",
                "gemm:m5n7k3:nn+bias+relu+dropout0.5",
                "adam:9",
                "batch-norm:5x3+relu",
                "batch-norm-inference:5x3",
                "batch-norm-dx:5x3+relu",
                "softmax:3x5:T2",
                "cross-entropy:3x5:T2:soft",
                "distillation:3x5:standardized:T2:hard0.5",
                "max-norm:5x3:limit1"
            })
    void theDefinitionPassesItsOwnChecks(String id) {
        Spec spec = Spec.parse(id);
        KernelCheck.whole(spec, 1).check("right", right);
        KernelCheck.random(spec, 2).check("right", right);
        if (KernelCheck.hasOpenLayout(spec)) {
            KernelCheck packed = KernelCheck.random(spec, 3).packed();
            assertTrue(packed.isPacked());
            packed.check("right", right);
        }
    }

    @Test
    void anElementThatIsOffByMoreThanItsBoundIsNamed() {
        KernelCheck check = KernelCheck.random(PRODUCT, 1);
        float[][] results = check.run(right);
        double bound = check.bounds()[2][33];
        float right = results[2][33];
        results[2][33] = (float) (right + 0.9 * bound);
        check.checkPart("engine", results);
        results[2][33] = (float) (right + 1.2 * bound);
        String message = assertThrows(CheckException.class, () -> check.checkPart("engine", results))
                .getMessage();
        assertTrue(
                message.startsWith("engine, gemm:m5n7k3:nn, fill RANDOM, seed 1: C[33] is " + results[2][33]), message);
        assertTrue(message.contains("expected " + right + "; error "), message);
        results[2][33] = Float.NaN;
        assertThrows(CheckException.class, () -> check.checkPart("engine", results));
    }

    @Test
    void onWholeNumbersTheLeastDifferenceIsWrong() {
        KernelCheck check = KernelCheck.whole(PRODUCT, 1);
        float[][] results = check.run(right);
        check.checkPart("engine", results);
        results[2][0] = Math.nextUp(results[2][0]);
        String message = assertThrows(CheckException.class, () -> check.checkPart("engine", results))
                .getMessage();
        assertTrue(message.startsWith("engine, gemm:m5n7k3:nn, fill WHOLE, seed 1: C[0] is "), message);
    }

    @Test
    void anOperandThatIsOnlyReadMustStayAsItIsToTheBit() {
        KernelCheck check = KernelCheck.random(PRODUCT, 1);
        float[][] results = check.run(right);
        results[1][4] = Math.nextUp(results[1][4]);
        assertTrue(assertThrows(CheckException.class, () -> check.checkPart("engine", results))
                .getMessage()
                .contains("B[4]"));
        results[1] = null;
        check.checkPart("engine", results);
    }

    /** That engine, but after each call something is done to one of its tensors. */
    private static Backend spoilt(Backend backend, int operand, Consumer<HostTensor> spoil) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(backend, arguments);
                    if (method.getName().equals("run")) {
                        spoil.accept((HostTensor) ((Call) arguments[0]).tensor(operand));
                    }
                    return result;
                });
    }

    /** Right next to it, and as far as the canaries go. */
    @Test
    void whatIsWrittenBesideATensorIsFound() {
        List<ToIntFunction<HostTensor>> places =
                List.of(t -> t.offset() - 1, HostTensor::end, t -> t.offset() - 37, t -> t.end() + 36);
        KernelCheck check = KernelCheck.random(PRODUCT, 1);
        for (ToIntFunction<HostTensor> place : places) {
            Backend wrong = spoilt(right, 2, c -> c.array()[place.applyAsInt(c)] = 0);
            assertEquals(
                    "cpu-scalar, gemm:m5n7k3:nn, fill RANDOM, seed 1: written outside C",
                    assertThrows(CheckException.class, () -> check.run(wrong)).getMessage());
        }
    }

    @Test
    void whatIsWrittenToTheColumnsThatFillUpAPanelIsFound() {
        KernelCheck check = KernelCheck.random(new MaxNormSpec(5, 3, 1), 1).packed();
        try (Backend simd = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults())) {
            check.check("right", simd);
            Backend wrong = spoilt(simd, 0, w -> w.array()[w.end() - 1] = 1);
            assertTrue(assertThrows(CheckException.class, () -> check.run(wrong))
                    .getMessage()
                    .endsWith("written to what fills up w"));
        }
    }

    @Test
    void aWrongKernelIsFound() {
        Backend wrong = spoilt(right, 2, c -> c.array()[c.end() - 1] += 0.5f);
        assertTrue(assertThrows(
                        CheckException.class,
                        () -> KernelCheck.random(PRODUCT, 1).check("wrong", wrong))
                .getMessage()
                .contains("C[34]"));
    }

    @Test
    void theLargestErrorIsAShareOfItsBound() {
        KernelCheck check = KernelCheck.random(PRODUCT, 1);
        assertEquals(0, check.check("right", right));
        double bound = check.bounds()[2][34];
        Backend off = spoilt(right, 2, c -> c.array()[c.end() - 1] += (float) (bound / 2));
        assertEquals(0.5, check.check("off", off), 0.2);
    }

    @Test
    void whereTheDefinitionGivesNanNoFiniteNumberIsRight() {
        KernelCheck check = KernelCheck.of(PRODUCT, Fill.NOT_FINITE, 1);
        float[][] results = check.run(right);
        check.checkPart("engine", results);
        int tried = 0;
        for (int e = 0; e < results[2].length; e++) {
            float expected = results[2][e];
            results[2][e] = Float.POSITIVE_INFINITY;
            if (!Float.isFinite(expected)) {
                check.checkPart("engine", results);
            }
            results[2][e] = 0;
            if (Float.isNaN(expected)) {
                assertThrows(CheckException.class, () -> check.checkPart("engine", results));
                tried++;
            }
            results[2][e] = expected;
        }
        assertTrue(tried > 0);
        assertTrue(Arrays.stream(check.inputs()).limit(2).anyMatch(each -> !all(each, Float::isFinite)));
        KernelCheck ordinary = KernelCheck.random(PRODUCT, 1);
        float[][] infinite = ordinary.run(right);
        infinite[2][0] = Float.POSITIVE_INFINITY;
        assertThrows(CheckException.class, () -> ordinary.checkPart("engine", infinite));
    }

    @Test
    void specialNumbersAreAmongTheOthersAndOfTheSignThatAnOperandHas() {
        AdamSpec adam = AdamSpec.withDefaults(500);
        float[][] large = KernelCheck.of(adam, Fill.LARGE, 1).inputs();
        assertTrue(!all(large[1], x -> x != -1e30f) && !all(large[1], x -> x != 1e30f));
        assertTrue(all(large[3], x -> x >= 0) && !all(large[3], x -> x != 1e30f));
        CrossEntropySpec soft = new CrossEntropySpec(50, 5, 1, Targets.SOFT);
        assertTrue(all(KernelCheck.of(soft, Fill.LARGE, 1).inputs()[1], x -> x <= 1));
        assertTrue(all(KernelCheck.of(soft, Fill.EXPONENTS, 1).inputs()[1], x -> x <= 1));
        assertFalse(all(KernelCheck.of(soft, Fill.NOT_FINITE, 1).inputs()[1], Float::isFinite));
        assertTrue(all(KernelCheck.of(soft, Fill.NOT_FINITE, 1).inputs()[1], x -> Float.isNaN(x) || x >= 0));
    }

    @Test
    void resultsOfTheSameBitsAreTheSameAndZerosOfTwoSignsAreNot() {
        KernelCheck check = KernelCheck.random(PRODUCT, 1);
        float[][] first = {{1, 0}, {Float.NaN}};
        check.checkSameBits("engine", first, new float[][] {{1, 0}, {Float.intBitsToFloat(0xFFC00000)}});
        String message = assertThrows(
                        CheckException.class, () -> check.checkSameBits("engine", first, new float[][] {{1, -0f}, {0}}))
                .getMessage();
        assertTrue(message.contains("A[1] is -0.0, expected 0.0"), message);
    }

    @Test
    void aSeedGivesTheSameNumbersAgainAndAnotherGivesOthers() {
        float[][] inputs = KernelCheck.random(PRODUCT, 1).inputs();
        assertArrayEquals(inputs, KernelCheck.random(PRODUCT, 1).inputs());
        assertFalse(Arrays.equals(inputs[0], KernelCheck.random(PRODUCT, 2).inputs()[0]));
        assertNotEquals(inputs[0][0], inputs[1][0]);
    }

    @Test
    void onlyMatricesOfOpenLayoutArePacked() {
        assertTrue(KernelCheck.hasOpenLayout(new MaxNormSpec(5, 3, 1)));
        assertFalse(KernelCheck.hasOpenLayout(AdamSpec.withDefaults(9)));
        assertFalse(KernelCheck.hasOpenLayout(PRODUCT));
        assertFalse(KernelCheck.random(PRODUCT, 1).isPacked());
        assertEquals(PRODUCT, KernelCheck.random(PRODUCT, 1).packed().spec());
        assertEquals(PRODUCT.operands(), KernelCheck.random(PRODUCT, 1).operands());
        CheckException wrong = assertThrows(
                CheckException.class,
                () -> KernelCheck.random(new MaxNormSpec(5, 3, 1), 1)
                        .packed()
                        .check("wrong", spoilt(right, 0, w -> w.array()[w.offset()] += 1)));
        assertTrue(wrong.getMessage()
                .startsWith("wrong, max-norm:5x3:limit1 on packed tensors, fill RANDOM, seed 1: w[0] is "));
    }

    @Test
    void resultsHoldNanBeforehandAndInputsNumbersOfEitherSign() {
        float[][] random = KernelCheck.random(PRODUCT, 1).inputs();
        assertTrue(all(random[2], Float::isNaN));
        assertTrue(all(random[0], x -> x > -1 && x < 1 && x != Math.rint(x)));
        assertTrue(!all(random[0], x -> x > 0) && !all(random[0], x -> x < 0));
        float[][] whole =
                KernelCheck.whole(GemmSpec.nn(20, 20, 20).scaled(1, 1), 1).inputs();
        for (float[] each : whole) {
            assertTrue(all(each, x -> x == Math.rint(x) && Math.abs(x) <= 4));
            assertEquals(9, distinct(each));
        }
    }

    @Test
    void inputsAreWhatTheirOperandsHold() {
        float[] v = KernelCheck.random(AdamSpec.withDefaults(500), 1).inputs()[3];
        assertTrue(all(v, x -> x >= 0.01f && x <= 1));

        float[][] hard = KernelCheck.random(new CrossEntropySpec(500, 5, 1, Targets.HARD), 1)
                .inputs();
        assertTrue(all(hard[0], x -> Math.abs(x) <= 8) && !all(hard[0], x -> Math.abs(x) <= 6));
        assertTrue(all(hard[1], x -> x >= -1 && x <= 4 && x == Math.rint(x)));
        assertEquals(6, distinct(hard[1]));

        float[] soft = KernelCheck.random(new CrossEntropySpec(50, 5, 1, Targets.SOFT), 1)
                .inputs()[1];
        for (int row = 0; row < 50; row++) {
            double sum = 0;
            for (int e = row * 5; e < row * 5 + 5; e++) {
                assertTrue(soft[e] >= 0);
                sum += soft[e];
            }
            assertEquals(1, sum, 1e-6);
        }

        float[] taught = KernelCheck.random(new DistillationSpec(500, 5, new Divergence.SoftTargets(), 1, 0), 1)
                .inputs()[1];
        boolean[] labels = new boolean[6];
        for (int e = 0; e < taught.length; e++) {
            boolean label = e % 6 == 5;
            assertEquals(label, taught[e] == Math.rint(taught[e]), "element " + e);
            if (label) {
                labels[(int) taught[e] + 1] = true;
            }
        }
        assertArrayEquals(new boolean[] {true, true, true, true, true, true}, labels);

        float[] int8 =
                KernelCheck.random(PRODUCT.withPackedB(ElementType.INT8), 1).inputs()[1];
        assertArrayEquals(ElementType.INT8.rounded(int8, 7), int8);
    }

    private interface Claim {
        boolean holds(float x);
    }

    private static boolean all(float[] elements, Claim claim) {
        for (float x : elements) {
            if (!claim.holds(x)) {
                return false;
            }
        }
        return true;
    }

    private static long distinct(float[] elements) {
        return Arrays.stream(box(elements)).distinct().count();
    }

    private static Float[] box(float[] elements) {
        Float[] boxed = new Float[elements.length];
        for (int e = 0; e < boxed.length; e++) {
            boxed[e] = elements[e];
        }
        return boxed;
    }
}
