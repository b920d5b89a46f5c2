package retort.bench.performance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.bench.performance.JobRun.Measurement;
import retort.driver.cli.Json;

class PerformancePageTest {
    private static final JobTargets TARGETS = JobTargets.parse(
            "t", "training-7680 2 avx512 tensorflow 1.5 2\nteacher-one-image 2 avx512 tensorflow 1.6 -\n");

    @TempDir
    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createDirectory(folder.resolve("job"));
    }

    @Test
    void ratiosAreOfTheSameRoundAndToldWithTheirSpread() throws IOException {
        // Everything took twice as long in the second round, for both.
        for (int round = 1; round <= 3; round++) {
            double slower = round == 2 ? 2 : 1;
            write(run("retort", round, training(8 * slower)));
            write(run("tensorflow", round, training((12 + round) * slower)));
        }
        assertTrue(
                page().contains(
                                "| training, 7,680 images | 960 images/s | 512 images/s | 1.75 (1.63 to 1.88) | 1.50 | 2.00 | TensorFlow"
                                        + " | met hard |"),
                page());
    }

    @Test
    void aFrameworkThatFailedLeavesCellsEmpty() throws IOException {
        for (int round = 1; round <= 3; round++) {
            write(run("retort", round, training(8), oneImage(0.002)));
            write(run("tensorflow", round, training(8), oneImage(0.0028)));
        }
        write(run("djl", 2, oneImage(0.004)));
        assertTrue(page().contains("""
                        | work | Retort | TensorFlow | ratio | PyTorch (DJL) | ratio | hard | stretch | against | verdict |
                        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |
                        | training, 7,680 images | 960 images/s | 960 images/s | 1.00 (1.00 to 1.00) |  |  | 1.50 | 2.00 | TensorFlow | missed |
                        | teacher, one image | 2.00 ms | 2.80 ms | 1.40 (1.40 to 1.40) | 4.00 ms | 2.00 | 1.60 |  | TensorFlow | missed |
                        """), page());
        assertTrue(page().contains("Rounds: Retort 3, TensorFlow 3, PyTorch (DJL) 1."), page());
        assertTrue(
                page().contains("afterwards: Retort 221, 222, 223; TensorFlow 221, 222, 223; PyTorch (DJL) 222."),
                page());
        assertTrue(page().contains("Targets: 2 missed."), page());
    }

    @Test
    void weightsOfFewerBitsStandBesideTheOthersOf32() throws IOException {
        write(run("retort", 1, oneImage(0.002), new Measurement("teacher-one-image-bf16", 1, 9, 0.001, 0.001, 0.001)));
        write(run("tensorflow", 1, oneImage(0.003)));
        assertTrue(page().contains("| teacher, one image, bf16 weights | 1.00 ms |  | 3.00 |"), page());
    }

    @Test
    void widthsAndThreadsStandApart() throws IOException {
        write(run("retort", "native", 1, 1, "abc", training(8)));
        write(run("retort", "native", 2, 1, "abc", training(8)));
        write(run("retort", "avx2", 2, 1, "abc", training(8)));
        List<String> headings =
                page().lines().filter(line -> line.startsWith("### ")).toList();
        assertEquals(
                List.of("### AVX-512, 2 threads", "### AVX-512, 1 thread", "### Held to AVX2, 2 threads"), headings);
    }

    @Test
    void resultsOfSeveralCommitsAreToldApart() throws IOException {
        write(run("retort", "native", 2, 1, "abc", training(8)));
        assertTrue(page().contains("- Commit: abc\n"), page());
        write(run("retort", "native", 2, 2, "def", training(8)));
        assertTrue(page().contains("- **Not of one commit**: the job abc, def; kernels not measured\n"), page());
    }

    @Test
    void whoeverWasBusyMeanwhileIsTold() throws IOException {
        write(run("retort", 1, training(8)));
        assertFalse(page().contains("others kept"), page());
        write(run("tensorflow", 1, 0.25, training(8)));
        assertTrue(page().contains("During TensorFlow's round 1 others kept 0.25 processors busy."), page());
    }

    @Test
    void kernelsStandWithTheirSharesRatiosAndTargets() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("kernels")).resolve("bench.json"), """
                {"schemaVersion": 2,
                 "environment": {"cpu": "Some CPU", "features": ["avx512f"], "processors": 2, "java": "25",
                                 "flags": ["-XX:UseAVX=2"], "commit": "abc", "quick": false},
                 "peaks": [{"threads": 1, "gflops": 128.4, "triadGBs": 30}],
                 "results": [
                  {"spec": "relu:8", "engine": "cpu-simd", "threads": 1, "score": 12.5, "error": 1.3, "unit": "GB/s",
                   "ratio": {}},
                  {"spec": "gemm:m64n64k64:nn", "engine": "cpu-simd", "threads": 1, "score": 100, "error": 1,
                   "unit": "GFLOP/s", "ofPeak": 0.781, "ratio": {"openblas": 0.98, "onednn": 1.2}},
                  {"spec": "gemm:m64n64k64:nn", "engine": "openblas", "threads": 1, "score": 102, "error": 1,
                   "unit": "GFLOP/s"},
                  {"spec": "gemm:m64n64k64:nn", "engine": "onednn", "threads": 1, "score": 80, "error": 9,
                   "unit": "GFLOP/s"}],
                 "targets": [{"spec": "gemm:m64n64k64:nn", "threads": 1, "against": "openblas", "hard": 1.0,
                              "stretch": 1.1, "reached": 0.98, "verdict": "missed"}]}
                """);
        assertTrue(page().contains("""

                        ### Held to AVX2, 1 thread

                        | kernel and shape | Retort | of peak | over openblas | over onednn |
                        | --- | ---: | ---: | ---: | ---: |
                        | relu:8 | 12.5 GB/s (noise) |  |  |  |
                        | gemm:m64n64k64:nn | 100 GFLOP/s | 78 % | 0.98 | 1.20 (noise) |

                        Peaks, threads 1: 128 GFLOP/s on registers, triad 30.0 GB/s.

                        ### Targets: Held to AVX2

                        | kernel and shape | threads | against | hard | stretch | reached | verdict |
                        | --- | ---: | --- | ---: | ---: | ---: | --- |
                        | gemm:m64n64k64:nn | 1 | openblas | 1.00 | 1.10 | 0.98 | missed |
                        """), page());
    }

    @Test
    void theOrderOfFilesDoesNotMatter() throws IOException {
        write(run("retort", 1, training(8)));
        write(run("tensorflow", 1, training(9)));
        Results read = Results.read(folder);
        String one = PerformancePage.of(read, TARGETS, folder);
        List<JobRun> turned = read.job().reversed();
        assertEquals(one, PerformancePage.of(new Results(turned, read.kernels()), TARGETS, folder));
    }

    @Test
    void aFileOfAnotherKindIsRefusedByItsName() throws IOException {
        Path file = folder.resolve("job/x.json");
        for (String text : List.of("", "[]", "{}", "{\"framework\": 1,", "{\"framework\": \"retort\"}")) {
            Files.writeString(file, text);
            String message = assertThrows(UncheckedIOException.class, () -> Results.read(folder))
                    .getMessage();
            assertTrue(message.startsWith(file + ": not "), message);
        }
    }

    @Test
    void aFolderWithoutResultsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Results.read(folder));
        assertThrows(UncheckedIOException.class, () -> Results.read(folder.resolve("absent")));
    }

    private String page() {
        return PerformancePage.of(Results.read(folder), TARGETS, Path.of("results"));
    }

    private void write(JobRun run) throws IOException {
        String name = String.format("%s-t%d-%s-%d.json", run.framework(), run.threads(), run.width(), run.round());
        Files.writeString(folder.resolve("job").resolve(name), Json.text(run));
    }

    private static Measurement training(double seconds) {
        return new Measurement("training-7680", 7680, 1, seconds, seconds, seconds);
    }

    private static Measurement oneImage(double seconds) {
        return new Measurement("teacher-one-image", 1, 1000, seconds, seconds, seconds);
    }

    private static JobRun run(String framework, int round, Measurement... results) {
        return run(framework, round, 0, results);
    }

    private static JobRun run(String framework, int round, double othersBusy, Measurement... results) {
        return run(framework, "native", 2, round, "abc", othersBusy, results);
    }

    private static JobRun run(
            String framework, String width, int threads, int round, String commit, Measurement... results) {
        return run(framework, width, threads, round, commit, 0, results);
    }

    private static JobRun run(
            String framework,
            String width,
            int threads,
            int round,
            String commit,
            double othersBusy,
            Measurement... results) {
        return new JobRun(
                JobRun.SCHEMA_VERSION,
                framework,
                framework + " 1.0",
                threads,
                width,
                round,
                false,
                new JobRun.Machine("Some CPU", List.of("avx512f"), 2, 1024, "25", "Linux", commit, "now"),
                List.of(),
                Map.of(),
                0.1,
                othersBusy,
                List.of(results),
                220 + round,
                10_000);
    }
}
