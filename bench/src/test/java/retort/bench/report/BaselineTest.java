package retort.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import retort.driver.cli.Json;

class BaselineTest {
    private static final double CLOSE = 1e-9;
    private static final String A = "gemm:m64n64k64:nn";
    private static final String B = "gemm:m128n128k128:nn";
    private static final String C = "gemm:m256n256k256:nn";
    private static final String D = "gemm:m512n512k512:nn";

    private static final BenchReport THEN = run(100, 100, 100, 100, 50).report();

    @Test
    void whatIsSlowerOrFasterBeyondBothErrorsIsNamed() {
        BenchReport report = beside(THEN, run(95, 105, 98, 102, 50).report());
        assertEquals(Map.of(A, "slower", B, "faster", C, "within noise", D, "within noise"), verdicts(report));
        assertEquals(1, report.slower());
        BenchReport.Change change = report.baseline().changes().getFirst();
        assertEquals(0.95, change.quotient(), CLOSE);
        assertEquals(0.95 * Math.hypot(2.0 / 95, 2.0 / 100), change.error(), CLOSE);
        assertTrue(report.baseline().judged());
        assertEquals(List.of(), report.baseline().differences());
    }

    /** Their code is the same: a kernel that lost as much as they did has not got slower. */
    @Test
    void whatThePeersDifferByIsNoise() {
        BenchReport report = beside(THEN, run(95, 70, 100, 100, 45).report());
        assertEquals("within noise", verdicts(report).get(A));
        assertEquals("slower", verdicts(report).get(B));
        assertEquals(0.9, report.baseline().peersChange(), CLOSE);
        assertEquals(-Math.log(0.9), report.baseline().drift(), CLOSE);
    }

    @Test
    void noiseThenOrNowIsNotJudged() {
        BenchReport noisy = new MadeUpRun()
                .kernel(A, "cpu-simd", 1, 50, 6)
                .kernel(B, "cpu-simd", 1, 50, Double.NaN)
                .report();
        assertEquals(Map.of(A, "noise", B, "noise"), verdicts(beside(THEN, noisy)));
        assertEquals(
                Map.of(A, "noise", B, "noise", C, "within noise", D, "within noise"),
                verdicts(beside(
                        new MadeUpRun()
                                .kernel(A, "cpu-simd", 1, 50, 6)
                                .kernel(B, "cpu-simd", 1, 50, Double.NaN)
                                .kernel(C, "cpu-simd", 1, 100, 2)
                                .kernel(D, "cpu-simd", 1, 100, 2)
                                .report(),
                        THEN)));
        assertNull(beside(THEN, noisy).baseline().peersChange());
    }

    @Test
    void anotherMachineIsSaidAndNothingIsJudged() {
        for (BenchReport.Environment other : List.of(
                environment("Other CPU", 2, "256-bit vectors"),
                environment("Some CPU (family 6)", 2, "512-bit vectors"),
                environment("Some CPU (family 6)", 4, "256-bit vectors"))) {
            BenchReport report = beside(THEN, run(50, 50, 50, 50, 50).report(other));
            assertFalse(report.baseline().judged());
            assertEquals(Set.of("not judged"), Set.copyOf(verdicts(report).values()));
            assertEquals(0, report.slower());
            assertEquals(1, report.baseline().differences().size());
            assertTrue(MarkdownReport.of(report).contains("- It was measured on another machine"));
            Baseline then = Baseline.parse("a.json", Json.text(THEN));
            String message = assertThrows(BadBaselineException.class, () -> then.checkJudges(other))
                    .getMessage();
            assertTrue(message.startsWith("a.json: is of another machine or vector width: "), message);
        }
    }

    @Test
    void otherThreadCountsAreSaidAndTheirResultsCounted() {
        BenchReport now = new MadeUpRun()
                .kernel(A, "cpu-simd", 1, 100, 2)
                .kernel(A, "cpu-simd", 2, 190, 2)
                .report();
        BenchReport.Comparison earlier = beside(THEN, now).baseline();
        assertEquals(List.of(new BenchReport.Difference("threads", "1", "1, 2")), earlier.differences());
        assertEquals(1, earlier.unmatched());
        assertTrue(earlier.judged());
    }

    @Test
    void whatTheProgramWasToldIsSaidAndJudged() {
        BenchReport.Environment at = MadeUpRun.ENVIRONMENT;
        BenchReport now = run(100, 100, 100, 100, 50)
                .report(new BenchReport.Environment(
                        at.cpu(),
                        at.features(),
                        at.processors(),
                        at.engines(),
                        at.elsewhere(),
                        "26",
                        List.of("-XX:+UseParallelGC"),
                        at.os(),
                        "def",
                        "later",
                        true,
                        Map.of("cpu-simd", "mine")));
        BenchReport.Comparison earlier = beside(THEN, now).baseline();
        assertEquals(
                List.of(
                        new BenchReport.Difference("Java", "25", "26"),
                        new BenchReport.Difference("flags", "-XX:+UseSerialGC", "-XX:+UseParallelGC"),
                        new BenchReport.Difference("cpu-simd's parameters", "zen5", "mine"),
                        new BenchReport.Difference("quick", "no", "yes")),
                earlier.differences());
        assertTrue(earlier.judged());
    }

    /** A report of version 1 had no features at first, and knew neither noise nor forks. */
    @Test
    void anOlderReportIsReadAndItsVersionSaid() {
        String old = """
                {"schemaVersion": 1,
                 "environment": {"cpu": "Some CPU (family 6)", "processors": 2, "engines": {"cpu-simd": "256-bit vectors"}},
                 "peaks": [{"threads": 1, "gflops": 200.0, "triadGBs": 20.0}],
                 "results": [{"spec": "gemm:m64n64k64:nn", "engine": "cpu-simd", "threads": 1, "score": 100.0,
                   "error": 12.0, "unit": "GFLOP/s", "ofPeak": 0.5, "ratio": {}}]}""";
        BenchReport report =
                Baseline.parse("old.json", old).beside(run(50, 1, 1, 1, 1).report());
        assertEquals(Map.of(A, "noise"), verdicts(report));
        assertEquals(
                List.of(new BenchReport.Difference("schema version", "1", "2")),
                report.baseline().differences());
        assertEquals(3, report.baseline().unmatched());
    }

    @Test
    void whatIsNoReportIsRefusedInOneLine() {
        String newer = Json.text(THEN).replace("\"schemaVersion\": 2", "\"schemaVersion\": 3");
        Map<String, String> told = Map.of(
                "no JSON",
                "b.json: is not the JSON that bench writes, expected the bench.json of an earlier run",
                "[]",
                "b.json: is no report of bench, expected the bench.json of an earlier run",
                "{\"schemaVersion\": 2}",
                "b.json: is no report of bench, expected the bench.json of an earlier run",
                newer,
                "b.json: is of schema version 3, expected 1 to 2",
                "{\"schemaVersion\": 2, \"peaks\": []}",
                "b.json: lacks parts of a report, expected the bench.json of an earlier run",
                "{\"schemaVersion\": 2, \"peaks\": [], \"environment\": 7}",
                "b.json: is not the JSON that bench writes, expected the bench.json of an earlier run");
        told.forEach((json, message) -> assertEquals(
                message,
                assertThrows(BadBaselineException.class, () -> Baseline.parse("b.json", json))
                        .getMessage()));
    }

    @Test
    void thePageAndTheFilesShowWhatGotSlower() {
        BenchReport report = beside(THEN, run(90, 110, 100, 100, 50).report());
        String page = new BenchPage(report, "retort bench", List.of()).html();
        assertTrue(page.contains("Since the baseline: 1 slower, 1 faster, 2 within noise"));
        assertTrue(page.contains("<td class=\"bad\">slower</td>"));
        String text = MarkdownReport.of(report);
        assertTrue(text.contains("| " + A + " | cpu-simd | 1 | 100 | 90.0 | 0.90 | ± 0.03 | slower |"), text);
        assertTrue(text.contains("- The baseline is a.json, of commit abc, now."), text);
        assertTrue(Json.text(report).contains("\"verdict\": \"slower\""));
    }

    private static MadeUpRun run(double a, double b, double c, double d, double peer) {
        return new MadeUpRun()
                .kernel(A, "cpu-simd", 1, a, 2)
                .kernel(A, "onednn", 1, peer, 1)
                .kernel(B, "cpu-simd", 1, b, 2)
                .kernel(C, "cpu-simd", 1, c, 2)
                .kernel(D, "cpu-simd", 1, d, 2);
    }

    private static BenchReport beside(BenchReport then, BenchReport now) {
        return Baseline.parse("a.json", Json.text(then)).beside(now);
    }

    private static Map<String, String> verdicts(BenchReport report) {
        return report.baseline().changes().stream()
                .collect(Collectors.toMap(BenchReport.Change::spec, BenchReport.Change::verdict));
    }

    private static BenchReport.Environment environment(String cpu, int processors, String vectors) {
        BenchReport.Environment at = MadeUpRun.ENVIRONMENT;
        return new BenchReport.Environment(
                cpu,
                at.features(),
                processors,
                Map.of("cpu-simd", vectors),
                at.elsewhere(),
                at.java(),
                at.flags(),
                at.os(),
                at.commit(),
                at.time(),
                false,
                at.parameters());
    }
}
