package retort.kernels.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.check.CheckException;
import retort.kernels.check.EdgeCases;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Shape;
import retort.kernels.op.Spec;

/**
 * Every kernel around the edges of its tiles, on shapes small enough for a simulator: {@code check-opencl.sh} runs this
 * under oclgrind, where reads and writes out of bounds and data races show.
 */
final class OpenClEdges {
    private static final long SEED = 20261123;

    /** Of each form of an op. */
    private static final int CASES = 3;

    private OpenClEdges() {}

    /** Runs on the first device, with whatever parameters it has. */
    public static void main(String[] arguments) {
        OpenClDevices.Found found = OpenClDevices.find(null);
        try (OpenClBackend backend = OpenClBackend.open(found, ClParameters.of(found.device()))) {
            List<String> failures = failures(backend);
            failures.forEach(System.out::println);
            System.out.println(
                    cases(backend, CASES).size() + " checks on " + found.device() + ", " + failures.size() + " failed");
            System.exit(failures.isEmpty() ? 0 : 1);
        }
    }

    private static List<Spec> cases(Backend backend, int ofAForm) {
        return Arrays.stream(Spec.Op.values())
                .flatMap(op -> EdgeCases.few(op, backend.tiling(), ofAForm).stream())
                .toList();
    }

    /** Filling is no op, but has a kernel. */
    private static List<String> filled(Backend backend) {
        try (Scope scope = backend.scope()) {
            float[] elements = backend.download(scope.filled(Shape.of(1029), 2));
            return Arrays.equals(elements, backend.download(scope.tensorOf(Shape.of(1029), twos(1029))))
                    ? List.of()
                    : List.of("opencl, fill of 1029 elements is wrong");
        }
    }

    private static float[] twos(int count) {
        float[] twos = new float[count];
        Arrays.fill(twos, 2);
        return twos;
    }

    /** What differs from the definition, one line each. */
    static List<String> failures(Backend backend) {
        return failures(backend, CASES);
    }

    /** The same of so many cases of each form of an op. */
    static List<String> failures(Backend backend, int ofAForm) {
        List<String> failures = new ArrayList<>(filled(backend));
        for (Spec spec : cases(backend, ofAForm)) {
            try {
                KernelCheck.whole(spec, SEED).check("opencl", backend);
            } catch (CheckException e) {
                failures.add(e.getMessage());
            }
        }
        return failures;
    }
}
