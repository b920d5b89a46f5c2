package retort.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.browser.Chromium;
import retort.driver.browser.Drawn;
import retort.driver.browser.Tab;
import retort.driver.cli.OutputFolder;

class BenchPageTest {
    private static final BenchReport REPORT = SampleBench.report();

    /** Circles of the first chart within its axes. */
    private static final String CIRCLES = """
            Array.from(document.querySelector('figure.chart .drawing svg').querySelectorAll('path')).filter(path => {
              const svg = path.ownerSVGElement.getBoundingClientRect();
              const box = path.getBoundingClientRect();
              return path.getAttribute('d').startsWith('M1 0A1 1') && box.width < 12 && box.left > svg.left
                && box.right < svg.right && box.top > svg.top && box.bottom < svg.bottom;
            })""";

    private static final String POINTS = CIRCLES + ".length";
    private static final String RINGS = CIRCLES + ".filter(path => path.getAttribute('fill') === 'none'"
            + " || path.getAttribute('fill') === 'transparent').length";

    @TempDir
    private Path folder;

    private final String page = new BenchPage(REPORT, "retort bench --quick", List.of("bench.json")).html();

    @ParameterizedTest
    @CsvSource({"1400, false", "1400, true", "390, false", "390, true"})
    void everyChartIsDrawn(int width, boolean dark) throws IOException {
        Path file = Files.writeString(folder.resolve("report.html"), page);
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                Tab tab = browser.open(file.toUri(), width, dark)) {
            Drawn.check(tab, 4);
        }
    }

    /** Ours as points, peers as rings, and three on each roof; neither hides the other. */
    @Test
    void theRooflineShowsEveryPoint() throws IOException {
        MadeUpRun run = new MadeUpRun().fma("first", 100, 1).triad("first", 20);
        for (String spec : List.of("gemm:m64n64k64:nn", "gemm:m512n512k512:nn", "gemm:m1n1200k1200:nn")) {
            run.kernel(spec, "cpu-simd", 1, 80, 1)
                    .kernel(spec, "onednn", 1, 130, 1)
                    .kernel(spec, "openblas", 1, 80, 1);
        }
        Path file = Files.writeString(
                folder.resolve("roofline.html"), new BenchPage(run.report(), "retort bench", List.of()).html());
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                Tab tab = browser.open(file.toUri(), 1400, false)) {
            tab.await("document.readyState === 'complete'");
            assertEquals(3 + 9, tab.evaluate(POINTS).getAsInt());
            assertEquals(6, tab.evaluate(RINGS).getAsInt());
        }
    }

    @Test
    void aSweepIsAPictureAndATable() throws IOException {
        MadeUpRun run = new MadeUpRun().fma("first", 200, 1).triad("first", 20);
        for (int n : new int[] {8, 31, 64, 500, 2048}) {
            String spec = "gemm:m" + n + "n" + n + "k" + n + ":nn";
            run.kernel(spec, "cpu-simd", 1, 20 + n / 20.0, 1).kernel(spec, "onednn", 1, 30 + n / 20.0, 4);
        }
        BenchReport report = run.report();
        String text = MarkdownReport.of(report);
        assertTrue(text.contains("## GEMM of squares, 1 thread, GFLOP/s\n\n| m = n = k | cpu-simd | onednn |"), text);
        assertTrue(text.contains("| 8 | 20.4 | ~30.4 |"), text);
        Path file = Files.writeString(
                folder.resolve("sweep.html"), new BenchPage(report, "retort bench --sweep", List.of()).html());
        for (int width : new int[] {390, 1400}) {
            try (Chromium browser = Chromium.start(folder.resolve("profile" + width));
                    Tab tab = browser.open(file.toUri(), width, false)) {
                Drawn.check(tab, 4);
            }
        }
        Path raw = Files.createFile(folder.resolve("jmh.json"));
        try (OutputFolder output = OutputFolder.open(folder.resolve("out"), "bench", OutputFolder.Existing.REFUSED)) {
            ReportFiles.write(report, "retort bench --sweep", raw, output);
            String csv = Files.readString(output.path().resolve("squares-1.csv"));
            assertTrue(csv.startsWith("m = n = k,cpu-simd,onednn\n8,20.4,30.4\n"), csv);
        }
    }

    @Test
    void itsTextIsThereWithoutScripts() {
        for (String part : List.of(
                "cpu-simd 0.80 times as fast as openblas (1)",
                "A quick run, not to be quoted.",
                "<td class=\"number bad\">0.80</td>",
                "off by &lt;one&gt;",
                "no such library",
                "retort bench --quick")) {
            assertTrue(page.contains(part), part);
        }
    }

    /** 100 ± 2 over 125 ± 5: relative errors of 2 and 4 per cent. */
    @Test
    void theErrorOfARatioIsMadeOfBoth() {
        BenchReport.Result ours = result("cpu-simd", 100, 2.0);
        BenchReport.Result theirs = result("openblas", 125, 5.0);
        Ratio ratio = Ratio.of(of(List.of(ours, theirs))).getFirst();
        assertEquals(0.8, ratio.value());
        assertEquals(0.8 * Math.sqrt(0.02 * 0.02 + 0.04 * 0.04), ratio.error(), 1e-12);
        assertEquals(
                List.of("spec,engine,threads,peer,ratio,low,high,noise", "gemm:m64n64k64:nn,cpu-simd,1,openblas,0.8,"),
                Tables.ratios(of(List.of(ours, theirs)))
                        .csv()
                        .lines()
                        .map(line -> line.replaceFirst("0\\.8,.*", "0.8,"))
                        .toList());
    }

    @Test
    void theNumbersAreInFilesOfTheirOwn() throws IOException {
        Path raw = Files.createFile(folder.resolve("jmh.json"));
        try (OutputFolder output = OutputFolder.open(folder.resolve("out"), "bench", OutputFolder.Existing.REFUSED)) {
            List<Path> files = ReportFiles.write(REPORT, "retort bench", raw, output);
            assertEquals(
                    List.of(
                            "report.html",
                            "bench.json",
                            "results.csv",
                            "ratios.csv",
                            "peaks.csv",
                            "targets.csv",
                            "report.md",
                            "jmh.json"),
                    files.stream().map(file -> file.getFileName().toString()).toList());
            try (Stream<String> lines = Files.lines(output.path().resolve("results.csv"))) {
                assertEquals(1 + REPORT.results().size(), lines.count());
            }
        }
    }

    private static BenchReport.Result result(String engine, double score, Double error) {
        Map<String, Double> ratio = engine.equals("cpu-simd") ? Map.of("openblas", 0.8) : null;
        return new BenchReport.Result(
                "gemm:m64n64k64:nn", engine, 1, score, error, "GFLOP/s", false, null, null, null, List.of(), ratio);
    }

    private static BenchReport of(List<BenchReport.Result> results) {
        return new BenchReport(
                BenchReport.SCHEMA_VERSION,
                REPORT.environment(),
                List.of(),
                List.of(),
                results,
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of());
    }
}
