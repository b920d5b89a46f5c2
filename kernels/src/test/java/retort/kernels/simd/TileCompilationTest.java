package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * HotSpot's first compiler can compile every tile, with and without profiling. One that it can compile without alone
 * may stay at that for good, as no compiled code gathers the profile that the second compiler waits for: 25 times as
 * slow in some JVMs and not in others (10,000 x 10 x 10).
 */
class TileCompilationTest {
    @Test
    void everyTileIsCompiledWithProfiling() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-XX:TieredStopAtLevel=3",
                        "-XX:CompileThresholdScaling=0.01",
                        "-Xbatch",
                        "-XX:+PrintCompilation",
                        "-XX:MaxVectorSize=" + SimdSpecies.LANES * Float.BYTES,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EveryTile.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes()).lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        long tiles =
                TileEmitterTest.tiles().count() + DepthwiseKernelTest.tiles().count();
        assertEquals(tiles, lines.stream().filter(EveryTile.DONE::equals).count());
        assertEquals(
                List.of(),
                lines.stream().filter(line -> line.contains("COMPILE SKIPPED")).toList());
    }
}
