package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import retort.kernels.Backends;
import retort.kernels.Engine;

/** A JVM that forbids native access has no OpenCL: that is told as what is missing, with the option that allows it. */
class NativeAccessTest {
    @Test
    void isAskedForWhereItIsForbidden() throws IOException, InterruptedException {
        assertEquals(
                "0: opencl is not available: this JVM forbids native access; start it with "
                        + "--enable-native-access=ALL-UNNAMED",
                output("--illegal-native-access=deny"));
    }

    /** In a process of its own; run as {@link #main}. */
    private static String output(String option) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        option,
                        "-cp",
                        System.getProperty("java.class.path"),
                        NativeAccessTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
        return output.strip();
    }

    public static void main(String[] arguments) {
        System.out.println(Backends.devices(Engine.OPENCL).size() + ": "
                + Backends.unavailable(Engine.OPENCL).orElseThrow().getMessage());
    }
}
