package retort.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The engines that tests run on, of kernels and of networks, opened once for the whole test run. An engine that is not
 * here is skipped with its reason printed, unless the property {@code retort.require} names it: then its absence fails
 * every test. The property {@code retort.engines} names the only ones to test: what depends on the width of the JVM's
 * vectors needs no other engine a second time.
 */
public final class EnginesUnderTest {
    /** A backend and how to name it in a failure. */
    public record Subject(String name, Backend backend) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Subject> ALL = open();

    private static final Backend REFERENCE = ALL.stream()
            .map(Subject::backend)
            .filter(backend -> backend.engine() == Engine.CPU_SCALAR)
            .findFirst()
            .orElseGet(() -> subject(Engine.CPU_SCALAR, 1).backend());

    private EnginesUnderTest() {}

    public static List<Subject> all() {
        return ALL;
    }

    /** The same, those of one engine together. */
    static List<List<Subject>> byEngine() {
        return Arrays.stream(Engine.values())
                .map(engine -> ALL.stream()
                        .filter(subject -> subject.backend().engine() == engine)
                        .toList())
                .filter(subjects -> !subjects.isEmpty())
                .toList();
    }

    /** The engine that defines what the others compute. */
    public static Backend reference() {
        return REFERENCE;
    }

    private static List<Subject> open() {
        List<String> required =
                Arrays.asList(System.getProperty("retort.require", "").split(","));
        String only = System.getProperty("retort.engines");
        List<Subject> subjects = new ArrayList<>();
        for (Engine engine : Engine.values()) {
            if (only != null && !List.of(only.split(",")).contains(engine.id())) {
                continue;
            }
            var reason = Backends.unavailable(engine);
            if (reason.isPresent()) {
                if (required.contains(engine.id())) {
                    throw new IllegalStateException(engine + " is required here", reason.get());
                }
                System.out.println("skipped: " + reason.get().getMessage());
                continue;
            }
            switch (engine) {
                case CPU_SCALAR, OPENCL -> subjects.add(subject(engine, 1));
                case CPU_SIMD -> {
                    subjects.add(subject(engine, 1));
                    subjects.add(subject(engine, 2));
                }
            }
        }
        return subjects;
    }

    private static Subject subject(Engine engine, int threads) {
        Backend backend = Backends.open(engine, Backends.Options.defaults().withThreads(threads));
        return new Subject(engine == Engine.CPU_SIMD ? engine + " x" + threads : engine.id(), backend);
    }
}
