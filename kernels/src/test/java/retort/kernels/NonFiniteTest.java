package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.EdgeCases;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.Operand;
import retort.kernels.op.Spec;

/** Where one element of an operand is NaN or infinite, sums are what the definition makes of it, on every engine. */
class NonFiniteTest {
    private static final long SEED = 20261127;
    private static final float[] VALUES = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anyNumberIsLargerThanNotANumber(Subject subject) {
        float nan = Float.NaN;
        float low = Float.NEGATIVE_INFINITY;
        assertEquals(1, argmax(subject, nan, low));
        assertEquals(2, argmax(subject, nan, nan, low, nan, low));
        assertEquals(0, argmax(subject, low, nan));
        assertEquals(0, argmax(subject, nan, nan, nan));
        assertEquals(3, argmax(subject, nan, -3, nan, -2, -2));
        float[] wide = new float[70];
        Arrays.fill(wide, nan);
        assertEquals(0, argmax(subject, wide));
        wide[66] = low;
        assertEquals(66, argmax(subject, wide));
    }

    private static float argmax(Subject subject, float... row) {
        KernelCheck check = KernelCheck.random(new ArgmaxSpec(1, row.length), SEED);
        return check.run(subject.backend(), new float[][] {row, {Float.NaN}})[1][0];
    }

    @TestFactory
    Stream<DynamicNode> reachesTheSumsThatItIsAFactorOf() {
        return KernelTest.onEveryEngine(
                NonFiniteTest::sums,
                (subjects, spec) ->
                        KernelTest.inEachOrder(KernelCheck.whole(spec, SEED), check -> poisoned(subjects, check)));
    }

    private static Stream<? extends Spec> sums(Tiling tiling) {
        return Stream.of(
                        Spec.Op.GEMM,
                        Spec.Op.CONV2D,
                        Spec.Op.CONV2D_DX,
                        Spec.Op.CONV2D_DF,
                        Spec.Op.DEPTHWISE_CONV2D,
                        Spec.Op.DEPTHWISE_CONV2D_DX,
                        Spec.Op.DEPTHWISE_CONV2D_DF)
                .flatMap(op -> EdgeCases.of(op, tiling))
                .filter(Spec::isExactOnIntegers)
                .filter(spec -> spec.operands().size() == 3 && !spec.drawsRandomNumbers())
                .filter(spec -> spec.flops() < 1_000_000);
    }

    private static void poisoned(List<Subject> subjects, KernelCheck check) {
        SplittableRandom random = new SplittableRandom(SEED);
        boolean[] open = openElements(check.spec());
        for (int operand = 0; operand < 3; operand++) {
            if (check.operands().get(operand).role() == Operand.Role.WRITTEN) {
                continue;
            }
            float[][] inputs = check.inputs().clone();
            inputs[operand] = inputs[operand].clone();
            inputs[operand][random.nextInt(inputs[operand].length)] = VALUES[random.nextInt(VALUES.length)];
            float[][] expected = check.run(EnginesUnderTest.reference(), inputs);
            String not =
                    check.spec().id() + ", " + check.operands().get(operand).name() + " not finite";
            for (Subject subject : subjects) {
                float[][] actual = check.run(subject.backend(), inputs);
                for (int i = 0; i < 3; i++) {
                    boolean isResult = check.operands().get(i).role().isResult();
                    for (int e = 0; e < actual[i].length; e++) {
                        boolean same = actual[i][e] == expected[i][e] || isNaN(actual[i][e]) && isNaN(expected[i][e]);
                        boolean free = isResult && open[e] && isNaN(actual[i][e]);
                        if (!same && !free) {
                            fail(subject + ", " + not + ": element " + e + " of operand " + i + " is " + actual[i][e]
                                    + ", expected " + expected[i][e]);
                        }
                    }
                }
            }
        }
    }

    private static boolean isNaN(float x) {
        return Float.isNaN(x);
    }

    /** The elements with a 0 from outside the image among their products: those of ones have a smaller sum. */
    private static boolean[] openElements(Spec spec) {
        Spec plain = switch (spec) {
            case Conv2dSpec s -> s.with(Epilogue.NONE);
            case DepthwiseConv2dSpec s -> s.with(Epilogue.NONE);
            default -> null;
        };
        List<Operand> operands = spec.operands();
        int result = IntStream.range(0, 3)
                .filter(i -> operands.get(i).role().isResult())
                .findFirst()
                .orElseThrow();
        boolean[] open = new boolean[operands.get(result).shape().size()];
        if (plain == null) {
            return open;
        }
        int terms = plain instanceof Conv2dSpec conv ? conv.terms() : ((DepthwiseConv2dSpec) plain).terms();
        float[][] ones = operands.stream()
                .map(operand -> new float[operand.shape().size()])
                .toArray(float[][]::new);
        Arrays.stream(ones).forEach(operand -> Arrays.fill(operand, 1));
        float[] counts = KernelCheck.whole(plain, SEED).run(EnginesUnderTest.reference(), ones)[result];
        for (int e = 0; e < open.length; e++) {
            open[e] = counts[e] < terms;
        }
        return open;
    }
}
