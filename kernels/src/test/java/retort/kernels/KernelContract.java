package retort.kernels;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Operand.Role;
import retort.kernels.op.Spec;
import retort.kernels.scalar.ScalarBackend;

/** What every kernel must pass on every engine. A test class of an operation gives the specs. */
abstract class KernelContract {
    private static final long SEED = 20261123;

    /** The specs to try: sizes around lanes and tiles, a prime, a tall and a wide one. */
    abstract Stream<? extends Spec> specs();

    /** Whether results on small whole numbers are exact, so that they must be equal to the reference's. */
    boolean isExactOnIntegers() {
        return true;
    }

    @TestFactory
    Stream<DynamicNode> equalsTheReferenceOnSmallIntegers() {
        return isExactOnIntegers() ? onEveryEngine((subject, op) -> compare(subject, op, true)) : Stream.empty();
    }

    @TestFactory
    Stream<DynamicNode> staysWithinItsBoundOfTheReference() {
        return onEveryEngine((subject, op) -> compare(subject, op, false));
    }

    @TestFactory
    Stream<DynamicNode> givesTheSameBitsTwiceAndOnAnyNumberOfThreads() {
        return onEveryEngine((subject, op) -> {
            float[][] inputs = op.inputs(SEED + 1, false);
            float[][] first = op.run(subject.backend(), inputs);
            for (Subject other : EnginesUnderTest.all()) {
                if (other.backend().engine() == subject.backend().engine()) {
                    float[][] second = op.run(other.backend(), inputs);
                    for (int i = 0; i < first.length; i++) {
                        if (!sameBits(first[i], second[i])) {
                            throw failure(other, op, i, Arrays.mismatch(first[i], second[i]), first[i], second[i], 0);
                        }
                    }
                }
            }
        });
    }

    private interface Check {
        void run(Subject subject, OpCase op);
    }

    private Stream<DynamicNode> onEveryEngine(Check check) {
        return EnginesUnderTest.all().stream()
                .map(subject -> dynamicContainer(subject.name(), specs().flatMap(spec -> tests(subject, spec, check))));
    }

    private static Stream<DynamicNode> tests(Subject subject, Spec spec, Check check) {
        List<OpCase> cases = OpCase.of(spec);
        return cases.stream().map(op -> dynamicTest(spec.id(), () -> check.run(subject, op)));
    }

    private static void compare(Subject subject, OpCase op, boolean whole) {
        float[][] inputs = op.inputs(SEED, whole);
        float[][] expected = op.run(new ScalarBackend(), inputs);
        double[][] bounds = whole ? null : Bounds.of(op, inputs);
        float[][] actual = op.run(subject.backend(), inputs);
        for (int i = 0; i < inputs.length; i++) {
            boolean isResult = op.operands().get(i).role() != Role.IN;
            for (int e = 0; e < inputs[i].length; e++) {
                float wanted = isResult ? expected[i][e] : inputs[i][e];
                double bound = whole || !isResult ? 0 : bounds[i][e];
                if (!(Math.abs((double) actual[i][e] - wanted) <= bound)) {
                    throw failure(subject, op, i, e, expected[i], actual[i], bound);
                }
            }
        }
    }

    private static boolean sameBits(float[] first, float[] second) {
        for (int e = 0; e < first.length; e++) {
            if (Float.floatToRawIntBits(first[e]) != Float.floatToRawIntBits(second[e])) {
                return false;
            }
        }
        return true;
    }

    private static AssertionError failure(
            Subject subject, OpCase op, int operand, int element, float[] expected, float[] actual, double bound) {
        return new AssertionError(String.format(
                "%s, %s, seed %d: %s[%d] is %s, expected %s; error %.3g, bound %.3g",
                subject.name(),
                op.spec().id(),
                SEED,
                op.operands().get(operand).name(),
                element,
                actual[element],
                expected[element],
                Math.abs((double) actual[element] - expected[element]),
                bound));
    }
}
