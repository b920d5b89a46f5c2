package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
                tiling -> edges(tiling).filter(Spec::isExactOnIntegers),
                (subjects, spec) -> inEachOrder(KernelCheck.whole(spec, SEED), check -> check(subjects, check)));
    }

    @TestFactory
    Stream<DynamicNode> staysWithinItsBoundOfTheDefinition() {
        return onEveryEngine(
                KernelTest::edges,
                (subjects, spec) -> inEachOrder(KernelCheck.random(spec, SEED + 1), check -> check(subjects, check)));
    }

    /** Holds each backend to the definition, which is asked once. */
    static void check(List<Subject> subjects, KernelCheck check) {
        subjects.forEach(subject -> check.check(subject.name(), subject.backend()));
    }

    @TestFactory
    Stream<DynamicNode> givesTheSameBitsTwiceAndOnAnyNumberOfThreads() {
        return onEveryEngine(
                KernelTest::edges,
                (subjects, spec) ->
                        inEachOrder(KernelCheck.random(spec, SEED + 1), check -> sameBits(twice(subjects), check)));
    }

    private static List<Subject> twice(List<Subject> subjects) {
        return Stream.of(subjects, subjects).flatMap(List::stream).toList();
    }

    private static void sameBits(List<Subject> subjects, KernelCheck check) {
        float[][] first = check.run(subjects.getFirst().backend());
        subjects.stream()
                .skip(1)
                .forEach(subject -> check.checkSameBits(subject.name(), first, check.run(subject.backend())));
    }

    private static Stream<? extends Spec> edges(Tiling tiling) {
        return Arrays.stream(Spec.Op.values()).flatMap(op -> EdgeCases.of(op, tiling));
    }

    /**
     * A test for each engine and spec.
     *
     * @param specs at the edges of an engine's tiles
     * @param test given all backends of an engine
     */
    static Stream<DynamicNode> onEveryEngine(
            Function<Tiling, Stream<? extends Spec>> specs, BiConsumer<List<Subject>, Spec> test) {
        return EnginesUnderTest.byEngine().stream().map(subjects -> {
            Backend first = subjects.getFirst().backend();
            return dynamicContainer(
                    first.engine().id(),
                    specs.apply(first.tiling()).map(spec -> dynamicTest(spec.id(), () -> test.accept(subjects, spec))));
        });
    }

    /** Where the order of elements is open, packed tensors come after plain ones. */
    static void inEachOrder(KernelCheck plain, Consumer<KernelCheck> test) {
        test.accept(plain);
        if (KernelCheck.hasOpenLayout(plain.spec())) {
            test.accept(plain.packed());
        }
    }

    @Test
    void everyOpHasEdgesOfItsOwn() {
        for (Subject subject : EnginesUnderTest.all()) {
            Set<Spec.Op> tried = edges(subject.backend().tiling()).map(Spec::op).collect(Collectors.toSet());
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
