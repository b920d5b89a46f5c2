package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels are written for vectors of 128 bits or more: in a JVM with narrower ones the engine is refused. */
class VectorWidthTest {
    @ParameterizedTest
    @CsvSource({"0,32", "4,32", "8,64"})
    void vectorsOfFewerThan128BitsAreRefused(int bytes, int bits) throws IOException, InterruptedException {
        String output = probe(bytes);
        String reason = "this JVM compiles vectors of at most " + bits + " bits, the kernels need 128";
        assertTrue(output.contains("cpu-simd") && output.contains(reason), output);
    }

    @Test
    void vectorsOf128BitsAreEnough() throws IOException, InterruptedException {
        assertEquals("here", probe(16).strip());
    }

    private static String probe(int maxVectorSize) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-XX:MaxVectorSize=" + maxVectorSize,
                        "-cp",
                        System.getProperty("java.class.path"),
                        VectorWidthProbe.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
