package retort.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a report says of itself: noise, forks at odds, kernels that allocate. */
class FindingsTest {
    private static final double CLOSE = 1e-6;
    private static final String SPEC = "gemm:m512n512k512:nn";

    @Test
    void aFigureWhoseErrorIsOverATenthIsNoise() {
        BenchReport report = new MadeUpRun()
                .kernel(SPEC, "cpu-simd", 1, 100, 9.9)
                .kernel(SPEC, "onednn", 1, 100, 10.1)
                .kernel(SPEC, "netlib", 1, 50, Double.NaN)
                .report();
        assertEquals(
                List.of(false, true, false),
                report.results().stream().map(BenchReport.Result::noise).toList());
        String text = MarkdownReport.of(report);
        assertTrue(text.contains("| " + SPEC + " | 100 | ± 9.90 |  | ~100 | ~1.00 | 50.0 | 2.00 |"), text);
    }

    @Test
    void noiseIsLeftOutOfTheMeanAndHasNoColour() {
        BenchReport report = new MadeUpRun()
                .kernel(SPEC, "cpu-simd", 1, 100, 1)
                .kernel(SPEC, "onednn", 1, 50, 1)
                .kernel("gemm:m64n64k64:nn", "cpu-simd", 1, 100, 20)
                .kernel("gemm:m64n64k64:nn", "onednn", 1, 400, 1)
                .report();
        String page = new BenchPage(report, "retort bench", List.of()).html();
        assertTrue(page.contains("cpu-simd 2.00 times as fast as onednn (1). Left out as noise: 1 ratio."), page);
        assertTrue(page.contains("<td class=\"number\">~0.25</td>"));
        assertTrue(page.contains("<td class=\"number good\">2.00</td>"));
    }

    @Test
    void aForkFarFromItsSiblingsIsNamed() {
        BenchReport report = new MadeUpRun()
                .kernel(SPEC, "cpu-simd", 1, 87, 20, fork(101, 100, 99), fork(60, 61, 62), fork(99, 100, 98))
                .report();
        BenchReport.OddFork odd = report.oddForks().getFirst();
        assertEquals(1, report.oddForks().size());
        assertEquals(2, odd.fork());
        assertEquals(61, odd.score(), CLOSE);
        assertEquals(99.5, odd.siblings(), CLOSE);
        assertEquals(3, report.results().getFirst().forks().size());
        String text = MarkdownReport.of(report);
        assertTrue(text.contains("| " + SPEC + " | cpu-simd | 1 | 2 | 61.0 | 99.5 | GFLOP/s |"), text);
    }

    @Test
    void ofTwoForksTheSlowerOneIsNamed() {
        BenchReport report = new MadeUpRun()
                .kernel(SPEC, "onednn", 1, 80, 20, fork(100, 99, 101), fork(60, 61, 62))
                .kernel(SPEC, "openblas", 1, 105, 1, fork(100, 99, 101), fork(110, 111, 112))
                .report();
        assertEquals(
                List.of(2, 1),
                report.oddForks().stream().map(BenchReport.OddFork::fork).toList());
    }

    @Test
    void forksWhoseIterationsOverlapOrThatAreNearAreNotNamed() {
        BenchReport report = new MadeUpRun()
                .kernel(SPEC, "cpu-simd", 1, 90, 20, fork(100, 75, 100), fork(70, 80, 75))
                .kernel(SPEC, "onednn", 1, 95, 1, fork(100, 101, 102), fork(93, 92, 94))
                .kernel(SPEC, "openblas", 1, 95, 1, fork(1, 100))
                .report();
        assertEquals(List.of(), report.oddForks());
        assertFalse(MarkdownReport.of(report).contains("siblings |"));
    }

    /** In 0.3 s 100 calls are made: JMH's 6,000 bytes are 60 a call. */
    @Test
    void whatTheHarnessAllocatesIsNotCountedAsTheKernels() {
        double hundredCalls = 100 / 0.3 * Work.of(SPEC).giga();
        BenchReport report = new MadeUpRun()
                .harness(9000, 6000, 6000)
                .kernel(SPEC, "cpu-simd", 1, hundredCalls, 0, fork(hundredCalls, hundredCalls, hundredCalls))
                .allocated(95, 60, 60)
                .kernel(SPEC, "cpu-simd", 2, hundredCalls, 0, fork(hundredCalls, hundredCalls, hundredCalls))
                .allocated(148, 148, 148)
                .kernel(SPEC, "netlib", 1, hundredCalls, 0, fork(hundredCalls, hundredCalls, hundredCalls))
                .allocated(1060, 1060, 1060)
                .kernel(SPEC, "onednn", 1, hundredCalls, 0)
                .report();
        List<BenchReport.Result> results = report.results();
        assertEquals(0, results.get(0).bytesPerCall(), CLOSE);
        assertEquals(88, results.get(1).bytesPerCall(), CLOSE);
        assertEquals(1000, results.get(2).bytesPerCall(), CLOSE);
        assertNull(results.get(3).bytesPerCall());
        Table allocating = new Table(report);
        assertEquals(1, allocating.rows(), "a peer may allocate, and one thread of ours does not");
        assertTrue(allocating.text().contains("| " + SPEC + " | cpu-simd | 2 | 88 |"), allocating.text());
    }

    @Test
    void withoutAHarnessNothingIsSaidOfAllocations() {
        BenchReport report = new MadeUpRun()
                .kernel(SPEC, "cpu-simd", 1, 100, 1, fork(100))
                .allocated(60)
                .report();
        assertNull(report.results().getFirst().bytesPerCall());
    }

    private record Table(BenchReport report) {
        int rows() {
            return Tables.findings(report).getFirst().rows().size();
        }

        String text() {
            return MarkdownReport.of(report);
        }
    }

    private static double[] fork(double... iterations) {
        return iterations;
    }
}
