package retort.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.driver.cli.Json;

class TerminalReportTest {
    private static final String LONG = "gemm:m32n1200k1200:nn:packed+bias+relu+dropout0.5";
    private static final String SHORT = "gemm:m512n512k512:nn";

    /** Everything that a report can hold, with long names and long words. */
    @Test
    void everyLineFits80Columns() {
        BenchReport.Environment at = MadeUpRun.ENVIRONMENT;
        MadeUpRun run = new MadeUpRun().harness(6000).fma("first", 200, 30).triad("first", 20);
        for (int threads : new int[] {1, 2}) {
            for (String spec : List.of(LONG, SHORT, "relu:692224", "conv2d:n32h28w28c64:k3x3o64:s1p1+bias+relu")) {
                run.kernel(spec, "cpu-simd", threads, 99.9, 9.99, fork(99, 101), fork(50, 52))
                        .allocated(99999, 99999);
                for (String peer : List.of("openblas", "onednn", "onednn-own", "netlib")) {
                    run.kernel(spec, peer, threads, 0.123, 0.1);
                }
            }
        }
        run.fma("gemm:m32n1200k21632:nn:packed", 300, 2);
        BenchReport.Environment wordy = new BenchReport.Environment(
                "AMD EPYC 9999 64-Core Processor with a name that goes on (family 26, model 2, stepping 1)",
                List.of("avx2", "avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512-bf16", "amx", "512-bit vectors"),
                2,
                at.engines(),
                List.of(),
                "25.0.3+9-LTS, OpenJDK 64-Bit Server VM",
                List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"),
                "Linux amd64",
                "abc",
                "now",
                false,
                Map.of("opencl", "/home/somebody/.config/retort/opencl/a-device.properties"));
        BenchReport made = Results.report(
                wordy,
                run.measurements(),
                List.of(new BenchReport.Absent("clblast", "compared with opencl, which was not asked for")),
                List.of(new BenchReport.Failed(
                        LONG, "onednn-own", 2, "C[3] is 1.25, expected 1.5 within 0.1: not timed, as it is wrong")));
        String text = TerminalReport.of(
                Baseline.parse("earlier/bench.json", Json.text(made.with(null))).beside(made));
        text.lines().forEach(line -> assertTrue(line.length() <= 80, line));
        for (String part : List.of(
                "Machine", "Peaks", "Forks unlike", "that allocate", "Since the baseline", "Not timed", "~ noise")) {
            assertTrue(text.contains(part), part + " is not in\n" + text);
        }
    }

    @Test
    void aNameThatLeavesNoRoomStandsAlone() {
        String text = TerminalReport.of(new MadeUpRun()
                .fma("first", 200, 1)
                .triad("first", 20)
                .kernel(SHORT, "cpu-simd", 1, 100, 3)
                .kernel(SHORT, "onednn", 1, 80, 20)
                .kernel(SHORT, "onednn-own", 1, 50, 1)
                .kernel(SHORT, "openblas", 1, 400, 1)
                .kernel(LONG, "cpu-simd", 1, 50, 1)
                .report());
        List<String> lines =
                text.lines().dropWhile(line -> !line.startsWith("cpu-simd, 1")).toList();
        assertEquals(
                List.of(
                        "cpu-simd, 1 thread; over each peer",
                        "                                  GFLOP/s  of peak  onednn  onednn-own  openblas",
                        "gemm:m512n512k512:nn            100   ±3%     50 %   ~1.25        2.00      0.25",
                        LONG,
                        "                               50.0   ±2%     25 %"),
                lines.subList(0, 5).stream().map(String::stripTrailing).toList());
    }

    @Test
    void anotherMachineIsSaid() {
        BenchReport now = new MadeUpRun().kernel(SHORT, "cpu-simd", 1, 100, 3).report();
        String then = Json.text(now).replace("Some CPU (family 6)", "Other CPU");
        String text = TerminalReport.of(Baseline.parse("a.json", then).beside(now));
        assertTrue(text.contains("It was measured on another machine, or by other vectors"), text);
        assertTrue(text.contains("CPU               Other CPU; now Some CPU (family 6)\n"), text);
    }

    private static double[] fork(double... iterations) {
        return iterations;
    }
}
