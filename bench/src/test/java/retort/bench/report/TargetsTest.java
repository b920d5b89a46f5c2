package retort.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import retort.bench.peer.Peer;
import retort.bench.report.Targets.Target;
import retort.kernels.op.ShapeFile;
import retort.kernels.op.Spec;

class TargetsTest {
    private static final double CLOSE = 1e-12;
    private static final String GEMM = "gemm:m64n64k64:nn";
    private static final Roofs NO_ROOFS = Roofs.of(List.of(), List.of());

    @Test
    void whatIsReachedIsJudgedByBothLimits() {
        assertEquals("missed", verdict("0.9 1.1", 0.899));
        assertEquals("met hard", verdict("0.9 1.1", 0.9));
        assertEquals("met hard", verdict("0.9 1.1", 1.099));
        assertEquals("met stretch", verdict("0.9 1.1", 1.1));
        assertEquals("met hard", verdict("0.9 -", 5));
    }

    @Test
    void oursIsHeldAgainstAPeerItselfOnOneThreadAndThePeak() {
        List<Target> targets = Targets.parse(
                "t", GEMM + " 2 openblas 1 2\n" + GEMM + " 2 one-thread 1 2 # scaling\n\n" + GEMM + " 2 peak 1 2\n");
        List<BenchReport.Target> reached = Targets.reached(targets, List.of(result("cpu-simd", 2, 1.5)), NO_ROOFS);
        assertEquals(3, reached.size());
        assertEquals(1.5, reached.get(0).reached(), CLOSE);
        assertEquals(1.7, reached.get(1).reached(), CLOSE);
        assertEquals(0.6, reached.get(2).reached(), CLOSE);
    }

    /** Ours, a peer's, our own on one thread, or the peak: an error of more than a tenth spoils the quotient. */
    @Test
    void noiseIsNeitherMetNorMissed() {
        List<Target> targets = Targets.parse(
                "t", GEMM + " 1 openblas 1 2\n" + GEMM + " 1 onednn 1 2\n" + GEMM + " 2 one-thread 1 2\n");
        MadeUpRun run = new MadeUpRun()
                .kernel(GEMM, "cpu-simd", 1, 100, 1)
                .kernel(GEMM, "openblas", 1, 90, 10)
                .kernel(GEMM, "onednn", 1, 110, 1)
                .kernel(GEMM, "cpu-simd", 2, 150, 1);
        assertEquals(List.of("noise", "missed", "met hard"), verdicts(targets, run));
        MadeUpRun noisy = new MadeUpRun()
                .kernel(GEMM, "cpu-simd", 1, 100, 11)
                .kernel(GEMM, "openblas", 1, 90, 1)
                .kernel(GEMM, "onednn", 1, 110, 1)
                .kernel(GEMM, "cpu-simd", 2, 150, 1);
        assertEquals(List.of("noise", "noise", "noise"), verdicts(targets, noisy));
        List<Target> peak = Targets.parse("t", GEMM + " 1 peak 0.4 -\n");
        assertEquals(
                List.of("met hard"),
                verdicts(peak, new MadeUpRun().fma("first", 200, 1).kernel(GEMM, "cpu-simd", 1, 100, 1)));
        assertEquals(
                List.of("noise"),
                verdicts(peak, new MadeUpRun().fma("first", 200, 21).kernel(GEMM, "cpu-simd", 1, 100, 1)));
    }

    private static List<String> verdicts(List<Target> targets, MadeUpRun run) {
        return Targets.reached(targets, run.report().results(), Roofs.of(run.measurements(), List.of())).stream()
                .map(BenchReport.Target::verdict)
                .toList();
    }

    @Test
    void whatWasNotMeasuredIsLeftOut() {
        List<Target> targets = Targets.parse("t", GEMM + " 1 openblas 1 2\n" + GEMM + " 2 netlib 1 2\n");
        assertEquals(List.of(), Targets.reached(targets, List.of(result("cpu-simd", 2, 1.5)), NO_ROOFS));
        assertEquals(List.of(), Targets.reached(targets, List.of(result("opencl", 1, 1.5)), NO_ROOFS));
    }

    /** A target that nothing can meet because its spec or peer is misspelt would go unnoticed. */
    @Test
    void everyTargetInsideIsOfABundledShapeAndSomethingThatIsMeasured() {
        Set<String> ids = Stream.of("gemm", "conv2d", "softmax", "elementwise", "adam")
                .flatMap(file -> ShapeFile.bundled(file).stream())
                .map(Spec::id)
                .collect(Collectors.toSet());
        Set<String> rivals = Stream.of(Peer.values()).map(Peer::id).collect(Collectors.toCollection(HashSet::new));
        rivals.addAll(Set.of("one-thread", "peak"));
        List<Target> targets = Targets.bundled();
        assertFalse(targets.isEmpty());
        for (Target target : targets) {
            assertTrue(ids.contains(target.spec()), target.toString());
            assertTrue(rivals.contains(target.against()), target.toString());
            assertTrue(target.stretch() == null || target.stretch() > target.hard(), target.toString());
        }
        assertEquals(
                targets.size(),
                targets.stream()
                        .map(t -> t.spec() + t.threads() + t.against())
                        .distinct()
                        .count());
    }

    @Test
    void aLineThatIsNoTargetIsNamed() {
        for (String line :
                List.of("gemm:m64n64k64:nn 1 openblas 1", "gemm:many 1 openblas 1 2", GEMM + " one onednn 1 2")) {
            String message = assertThrows(IllegalArgumentException.class, () -> Targets.parse("t.txt", "#\n" + line))
                    .getMessage();
            assertTrue(message.startsWith("t.txt:2: "), message);
        }
    }

    private static String verdict(String limits, double ratio) {
        List<Target> targets = Targets.parse("t", GEMM + " 2 openblas " + limits);
        return Targets.reached(targets, List.of(result("cpu-simd", 2, ratio)), NO_ROOFS)
                .getFirst()
                .verdict();
    }

    private static BenchReport.Result result(String engine, int threads, double ratio) {
        return new BenchReport.Result(
                GEMM, engine, threads, 100, 1.0, "GFLOP/s", false, 0.6, 1.7, 0.0, List.of(), Map.of("openblas", ratio));
    }
}
