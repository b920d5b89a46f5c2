package retort.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The engines that kernel tests run on, opened once for the whole test run. An engine that is not here is skipped with
 * its reason printed, unless the property {@code retort.require} names it: then its absence fails every test.
 */
final class EnginesUnderTest {
    /** A backend and how to name it in a failure. */
    record Subject(String name, Backend backend) {}

    private static final List<Subject> ALL = open();

    private EnginesUnderTest() {}

    static List<Subject> all() {
        return ALL;
    }

    private static List<Subject> open() {
        List<String> required =
                Arrays.asList(System.getProperty("retort.require", "").split(","));
        List<Subject> subjects = new ArrayList<>();
        for (Engine engine : Engine.values()) {
            var reason = Backends.unavailable(engine);
            if (reason.isPresent()) {
                if (required.contains(engine.id())) {
                    throw new IllegalStateException(engine + " is required here", reason.get());
                }
                System.out.println("skipped: kernel tests, " + reason.get().getMessage());
                continue;
            }
            switch (engine) {
                case CPU_SCALAR -> subjects.add(subject(engine, 1));
                case CPU_SIMD -> {
                    subjects.add(subject(engine, 1));
                    subjects.add(subject(engine, 2));
                }
                case OPENCL -> subjects.add(subject(engine, 1));
            }
        }
        return subjects;
    }

    private static Subject subject(Engine engine, int threads) {
        Backend backend = Backends.open(engine, Backends.Options.defaults().withThreads(threads));
        return new Subject(engine == Engine.CPU_SIMD ? engine + " x" + threads : engine.id(), backend);
    }
}
