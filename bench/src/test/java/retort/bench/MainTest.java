package retort.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    @TempDir
    private Path folder;

    @Test
    void jmhGetsWhatOnlyJmhCanMean() {
        assertTrue(Main.isForJmh("jmh", "-h"));
        assertTrue(Main.isForJmh("-prof", "gc"));
        assertTrue(Main.isForJmh("GemmBenchmark"));
        assertFalse(Main.isForJmh());
        assertFalse(Main.isForJmh("--quick"));
        assertFalse(Main.isForJmh("-h"));
        assertFalse(Main.isForJmh("@options.txt"));
    }

    @Test
    void aWrongCommandLineIsExitCode2() {
        assertEquals(2, Main.run("--kernels=gem"));
        assertEquals(2, Main.run("--backend=cuda"));
        assertEquals(2, Main.run("--threads=0"));
        assertEquals(2, Main.run("--tune", "--backend=cpu-simd"));
    }

    @Test
    void aBadShapeFileIsExitCode4() throws IOException {
        assertEquals(4, Main.run("--shapes=" + folder.resolve("absent.txt")));
        assertEquals(4, Main.run("--shapes=" + Files.writeString(folder.resolve("bad.txt"), "gemm:many\n")));
    }

    @Test
    void shapesOfNoKernelThatWasAskedForAreRefused() throws IOException {
        Path relu = Files.writeString(folder.resolve("relu.txt"), "relu:5\n");
        assertEquals(2, Main.run("--shapes=" + relu, "--kernels=gemm"));
    }
}
