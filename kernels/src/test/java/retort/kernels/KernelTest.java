package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.check.EdgeCases;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Spec;

/** What every kernel must pass on every engine, at the edges of that engine's tiles. */
class KernelTest {
    private static final long SEED = 20261123;

    @TestFactory
    Stream<DynamicNode> equalsTheDefinitionOnWholeNumbers() {
        return onEveryEngine(
                subject -> edges(subject).filter(Spec::isExactOnIntegers),
                (subject, check) -> check.check(subject.name(), subject.backend()));
    }

    @TestFactory
    Stream<DynamicNode> staysWithinItsBoundOfTheDefinition() {
        return onEveryEngine(
                KernelTest::edges, (subject, check) -> random(check).check(subject.name(), subject.backend()));
    }

    @TestFactory
    Stream<DynamicNode> givesTheSameBitsTwiceAndOnAnyNumberOfThreads() {
        return onEveryEngine(KernelTest::edges, (subject, check) -> {
            KernelCheck again = random(check);
            float[][] first = again.run(subject.backend());
            for (Subject other : EnginesUnderTest.all()) {
                if (other.backend().engine() == subject.backend().engine()) {
                    again.checkSameBits(other.name(), first, again.run(other.backend()));
                }
            }
        });
    }

    private static KernelCheck random(KernelCheck check) {
        KernelCheck random = KernelCheck.random(check.spec(), SEED + 1);
        return check.isPacked() ? random.packed() : random;
    }

    private static Stream<? extends Spec> edges(Subject subject) {
        Tiling tiling = subject.backend().tiling();
        return Arrays.stream(Spec.Op.values()).flatMap(op -> EdgeCases.of(op, tiling));
    }

    /** A test for each engine and spec, and where the order of elements is open for each order. */
    static Stream<DynamicNode> onEveryEngine(
            Function<Subject, Stream<? extends Spec>> specs, BiConsumer<Subject, KernelCheck> test) {
        return EnginesUnderTest.all().stream()
                .map(subject -> dynamicContainer(
                        subject.name(), specs.apply(subject).flatMap(spec -> tests(subject, spec, test))));
    }

    private static Stream<DynamicNode> tests(Subject subject, Spec spec, BiConsumer<Subject, KernelCheck> test) {
        DynamicNode plain = dynamicTest(spec.id(), () -> test.accept(subject, KernelCheck.whole(spec, SEED)));
        boolean open = KernelCheck.hasOpenLayout(spec);
        return open
                ? Stream.of(
                        plain,
                        dynamicTest(
                                spec.id() + " packed",
                                () -> test.accept(
                                        subject, KernelCheck.whole(spec, SEED).packed())))
                : Stream.of(plain);
    }

    @Test
    void everyOpHasEdgesOfItsOwn() {
        for (Subject subject : EnginesUnderTest.all()) {
            Set<Spec.Op> tried = edges(subject).map(Spec::op).collect(Collectors.toSet());
            assertEquals(Set.of(Spec.Op.values()), tried);
        }
    }

    @Test
    void everySpecHasAMethodOfItsOwnInBackend() {
        List<Class<?>> called = Arrays.stream(Backend.class.getMethods())
                .filter(Method::isDefault)
                .<Class<?>>map(method -> method.getParameterCount() == 0 ? null : method.getParameterTypes()[0])
                .toList();
        records(Spec.class).forEach(spec -> assertEquals(true, called.contains(spec), spec.getSimpleName()));
    }

    private static Stream<Class<?>> records(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(KernelTest::records);
    }
}
