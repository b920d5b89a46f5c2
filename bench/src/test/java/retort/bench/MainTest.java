package retort.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import retort.bench.report.BenchReport;

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
        assertFalse(Main.isForJmh("performance", "results"));
    }

    @Test
    void aWrongCommandLineIsExitCode2() {
        assertEquals(2, Main.run("--kernels=gem"));
        assertEquals(2, Main.run("--backend=cuda"));
        assertEquals(2, Main.run("--threads=0"));
        assertEquals(2, Main.run("--sweep", "--kernels=gemm"));
        assertEquals(2, Main.run("--sweep", "--shapes=absent.txt"));
    }

    /** Every option is described, the help fits a terminal, its examples parse, and it names the keys of the JSON. */
    @Test
    void theHelpIsWhole() {
        CommandLine line = Main.line();
        String help = line.getUsageMessage();
        help.lines().forEach(each -> assertTrue(each.length() <= 80, each));
        line.getCommandSpec()
                .options()
                .forEach(option ->
                        assertTrue(String.join("", option.description()).length() > 10, option.toString()));
        for (RecordComponent key : BenchReport.class.getRecordComponents()) {
            assertTrue(key.getName().equals("schemaVersion") || help.contains(key.getName()), key.getName());
        }
        List<String> examples =
                help.lines().filter(each -> each.startsWith("  retort bench ")).toList();
        assertEquals(4, examples.size(), help);
        for (String example : examples) {
            Main.line()
                    .parseArgs(
                            example.strip().substring("retort bench ".length()).split(" "));
        }
    }

    @Test
    void aBadShapeFileIsExitCode4() throws IOException {
        assertEquals(4, Main.run("--shapes=" + folder.resolve("absent.txt")));
        assertEquals(4, Main.run("--shapes=" + Files.writeString(folder.resolve("bad.txt"), "gemm:many\n")));
    }

    @Test
    void aBadBaselineIsExitCode4BeforeAnyWork() throws IOException {
        assertEquals(4, Main.run("--quick", "--baseline=" + folder.resolve("absent.json")));
        assertEquals(4, Main.run("--quick", "--baseline=" + Files.writeString(folder.resolve("bad.json"), "[]")));
        assertEquals(2, Main.run("--quick", "--fail-if-slower"));
    }

    @Test
    void aFolderWithoutResultsMakesNoPage() throws IOException {
        Path page = folder.resolve("performance.md");
        assertEquals(2, Main.run("performance"));
        assertEquals(1, Main.run("performance", folder.toString(), "--out=" + page));
        assertEquals(4, Main.run("performance", folder.resolve("absent").toString(), "--out=" + page));
        assertFalse(Files.exists(page));
        Files.writeString(page, "mine");
        assertEquals(2, Main.run("performance", folder.toString(), "--out=" + page));
    }

    @Test
    void shapesOfNoKernelThatWasAskedForAreRefused() throws IOException {
        Path relu = Files.writeString(folder.resolve("relu.txt"), "relu:5\n");
        assertEquals(2, Main.run("--shapes=" + relu, "--kernels=gemm"));
    }
}
