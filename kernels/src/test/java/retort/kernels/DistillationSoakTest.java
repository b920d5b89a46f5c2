package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;

/** Loss and gradient of every divergence on random shapes, against the definition in double and its quotients. */
class DistillationSoakTest {
    private static final int LOSSES = 5_000;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void gradientsEqualCentralDifferences(Subject subject) {
        int count = Math.max(50, Soak.count(LOSSES));
        Set<Class<?>> tried = new HashSet<>();
        for (int i = 0; i < count; i++) {
            DistillationSpec spec = random(new SplittableRandom(Soak.seed() + i));
            DistillationTest.check(subject, spec, Soak.seed() + i);
            tried.add(spec.divergence().getClass());
        }
        assertEquals(Set.of(Divergence.class.getPermittedSubclasses()), tried);
        Soak.kept(2, "losses of distillation, " + subject, count, "all within the bound of the spec and the quotient");
    }

    private static DistillationSpec random(SplittableRandom random) {
        int kinds = Divergence.class.getPermittedSubclasses().length;
        Divergence divergence = switch (random.nextInt(kinds)) {
            case 0 -> new Divergence.SoftTargets();
            case 1 -> new Divergence.LogitError();
            case 2 -> new Divergence.Standardized();
            default -> new Divergence.Decoupled(random.nextInt(1, 20) / 8f, random.nextInt(20) / 2f);
        };
        return new DistillationSpec(
                random.nextInt(1, 9),
                random.nextInt(2, 40),
                divergence,
                (float) random.nextDouble(1, 20),
                random.nextInt(5) / 4f);
    }
}
