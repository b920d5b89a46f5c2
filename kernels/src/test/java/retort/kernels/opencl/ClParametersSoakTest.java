package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import retort.kernels.Soak;

/** Whatever values of parameters an engine takes, its results are right: those that don't go together it refuses. */
class ClParametersSoakTest {
    private static final int PROMISED = 100;
    private static final List<String> CLASSES = List.of("cpu.properties", "cpu-narrow.properties", "gpu.properties");

    /** Parameters that are changed at a time, at most. */
    private static final int MOST_CHANGED = 3;

    @Test
    void everySetOfParametersIsRefusedOrGivesRightResults() {
        OpenClDevices.Found found = OpenClTestDevice.find();
        SplittableRandom random = new SplittableRandom(Soak.seed());
        int count = Soak.count(PROMISED);
        int refused = 0;
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ClParameters parameters = drawn(CLASSES.get(random.nextInt(CLASSES.size())), random, found);
            try (OpenClBackend backend = OpenClBackend.open(found, parameters)) {
                OpenClEdges.failures(backend, 1).forEach(failure -> wrong.add(parameters.options() + ": " + failure));
            } catch (OpenClException tooMuch) {
                refused++;
            }
        }
        assertEquals(List.of(), wrong, "seed " + Soak.seed());
        Soak.kept(
                3,
                "sets of OpenCL parameters drawn at random, every op at its edges",
                count,
                refused + " refused, 0 wrong");
    }

    private static ClParameters drawn(String file, SplittableRandom random, OpenClDevices.Found found) {
        ClParameters drawn = ClParameters.ofClass(file).fitted(found.device());
        List<ClParameter> all = ClParameter.of(drawn.family());
        for (int i = random.nextInt(MOST_CHANGED); i >= 0; i--) {
            ClParameter parameter = all.get(random.nextInt(all.size()));
            int[] legal = parameter.legal();
            drawn = drawn.tryWith(parameter, legal[random.nextInt(legal.length)])
                    .orElse(drawn);
        }
        return drawn;
    }
}
