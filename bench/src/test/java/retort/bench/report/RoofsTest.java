package retort.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoofsTest {
    private static final double CLOSE = 1e-9;
    private static final String FAST = "gemm:m512n512k512:nn";
    private static final String OTHER = "gemm:m500n500k500:nn";

    /** 13,320 by 10,000 floats, 0.5 GB: no cache holds them. */
    private static final String LARGE = "bias:13320x10000";

    @Test
    void aKernelAboveItsPeakHasThePeakMeasuredAgain() {
        assertEquals(Optional.of("fma"), disturbed(peaks().kernel(FAST, "cpu-simd", 1, 105.1, 1), FAST));
        assertEquals(Optional.empty(), disturbed(peaks().kernel(FAST, "cpu-simd", 1, 104.9, 1), FAST));
        assertEquals(Optional.of("fma"), disturbed(peaks().kernel(FAST, "onednn", 1, 106, 1), FAST));
    }

    @Test
    void anotherShapeOrThreadCountIsNoReason() {
        MadeUpRun run = peaks().kernel(OTHER, "cpu-simd", 1, 150, 1).kernel(FAST, "cpu-simd", 2, 150, 1);
        assertEquals(Optional.empty(), disturbed(run, FAST));
    }

    @Test
    void dataThatFitACacheMayBeFasterThanTheTriad() {
        assertEquals(Optional.empty(), disturbed(peaks().kernel("relu:692224", "cpu-simd", 1, 50, 1), "relu:692224"));
        assertEquals(Optional.of("triad"), disturbed(peaks().kernel(LARGE, "cpu-simd", 1, 50, 1), LARGE));
    }

    @Test
    void theLaterFigureCountsForTheKernelAndTheHighestForAllOthers() {
        BenchReport report = peaks().kernel(OTHER, "cpu-simd", 1, 60, 1)
                .kernel(FAST, "cpu-simd", 1, 110, 1)
                .fma(FAST, 120, 1)
                .kernel("gemm:m64n64k64:nn", "cpu-simd", 1, 150, 1)
                .fma("gemm:m64n64k64:nn", 200, 1)
                .report();
        assertEquals(60.0 / 200, ofPeak(report, OTHER), CLOSE);
        assertEquals(110.0 / 120, ofPeak(report, FAST), CLOSE);
        assertEquals(150.0 / 200, ofPeak(report, "gemm:m64n64k64:nn"), CLOSE);
        assertEquals(100, report.peaks().getFirst().gflops(), CLOSE);
        assertEquals(
                List.of(FAST, "gemm:m64n64k64:nn"),
                report.peaksAgain().stream().map(BenchReport.PeakAgain::spec).toList());
        String text = MarkdownReport.of(report);
        assertTrue(text.contains("| beside " + FAST + " | fma | 1 | 120 | ± 1.00 | GFLOP/s |"), text);
    }

    @Test
    void aPeakThatWasMeasuredAgainLowerRaisesNoOthersShare() {
        BenchReport report = peaks().kernel(OTHER, "cpu-simd", 1, 60, 1)
                .kernel(FAST, "cpu-simd", 1, 110, 1)
                .fma(FAST, 90, 1)
                .report();
        assertEquals(0.6, ofPeak(report, OTHER), CLOSE);
        assertEquals(110.0 / 90, ofPeak(report, FAST), CLOSE);
    }

    @Test
    void peaksOfProcessorsSayNothingOfADeviceElsewhere() {
        MadeUpRun run = peaks().kernel(FAST, "opencl", 1, 40_000, 1).kernel(FAST, "clblast", 1, 30_000, 1);
        assertEquals(Optional.of("fma"), Roofs.of(run.measurements(), List.of()).disturbed(FAST, 1));
        Roofs gpu = Roofs.of(run.measurements(), List.of("opencl"));
        assertEquals(Optional.empty(), gpu.disturbed(FAST, 1));
        BenchReport.Environment at = MadeUpRun.ENVIRONMENT;
        BenchReport report = run.report(new BenchReport.Environment(
                at.cpu(),
                at.features(),
                2,
                at.engines(),
                List.of("opencl"),
                "25",
                at.flags(),
                "Linux",
                "abc",
                "now",
                false,
                at.parameters()));
        report.results().forEach(r -> assertNull(r.ofPeak(), r.engine()));
    }

    private static MadeUpRun peaks() {
        return new MadeUpRun().fma("first", 100, 1).triad("first", 20);
    }

    private static Optional<String> disturbed(MadeUpRun run, String spec) {
        return Roofs.of(run.measurements(), List.of()).disturbed(spec, 1);
    }

    private static double ofPeak(BenchReport report, String spec) {
        return report.results().stream()
                .filter(r -> r.spec().equals(spec))
                .findFirst()
                .orElseThrow()
                .ofPeak();
    }
}
