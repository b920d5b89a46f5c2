package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.kernels.Soak;

/** Whichever call of OpenCL fails: one line that names it, nothing is kept, and the next backend is right. */
class DeviceFaultSoakTest {
    private static final int PROMISED = 1000;

    @Test
    void aCallThatFailsIsOneLineNothingIsKeptAndTheNextBackendIsRight() throws Exception {
        OpenClTestDevice.find();
        int count = Soak.count(PROMISED);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DeviceFaults.class.getName(),
                        Integer.toString(count),
                        Long.toString(Soak.seed()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes()).lines().toList();
        process.waitFor(1, TimeUnit.MINUTES);
        String title = "seed " + Soak.seed() + ": " + lines;
        assertEquals(0, process.exitValue(), title);
        assertEquals(
                List.of(),
                lines.stream().filter(line -> line.startsWith("wrong")).toList(),
                title);
        Soak.kept(5, "OpenCL: a call fails, or all from it on, in a step of training", count, lines.getLast());
    }
}
