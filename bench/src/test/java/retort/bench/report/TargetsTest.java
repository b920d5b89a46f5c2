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
        List<BenchReport.Target> reached = Targets.reached(targets, List.of(result("cpu-simd", 2, 1.5)));
        assertEquals(3, reached.size());
        assertEquals(1.5, reached.get(0).reached(), CLOSE);
        assertEquals(1.7, reached.get(1).reached(), CLOSE);
        assertEquals(0.6, reached.get(2).reached(), CLOSE);
    }

    @Test
    void whatWasNotMeasuredIsLeftOut() {
        List<Target> targets = Targets.parse("t", GEMM + " 1 openblas 1 2\n" + GEMM + " 2 netlib 1 2\n");
        assertEquals(List.of(), Targets.reached(targets, List.of(result("cpu-simd", 2, 1.5))));
        assertEquals(List.of(), Targets.reached(targets, List.of(result("opencl", 1, 1.5))));
    }

    /** A target that nothing can meet because its spec or peer is misspelt would go unnoticed. */
    @Test
    void everyTargetInsideIsOfABundledShapeAndSomethingThatIsMeasured() {
        Set<String> ids = Stream.of("gemm", "conv2d", "softmax", "adam")
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
        return Targets.reached(targets, List.of(result("cpu-simd", 2, ratio)))
                .getFirst()
                .verdict();
    }

    private static BenchReport.Result result(String engine, int threads, double ratio) {
        return new BenchReport.Result(GEMM, engine, threads, 100, 1.0, "GFLOP/s", 0.6, 1.7, Map.of("openblas", ratio));
    }
}
