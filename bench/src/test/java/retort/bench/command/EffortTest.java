package retort.bench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import retort.bench.kernel.PeakBenchmark;
import retort.bench.peer.Peer;
import retort.bench.report.Work;
import retort.kernels.Engine;
import retort.kernels.op.ShapeFile;
import retort.kernels.op.Spec;

class EffortTest {
    private static final Duration LONGEST = Duration.ofMinutes(60);

    @Test
    void everythingInsideOnBothThreadCountsIsPlannedToFitAnHour() {
        List<Kernel> kernels = List.of(Kernel.values());
        List<Spec> specs = kernels.stream()
                .filter(kernel -> kernel != Kernel.EXP)
                .flatMap(kernel -> ShapeFile.bundled(kernel.id()).stream())
                .toList();
        List<Peer> peers = Stream.of(Peer.values())
                .filter(p -> p.rival() == Engine.CPU_SIMD)
                .toList();
        Plan plan = Plan.of(kernels, specs, List.of(1, 2), List.of(Engine.CPU_SIMD), peers);
        Duration all = Effort.FULL.plan(plan, 2 * PeakBenchmark.LOOPS.size());
        assertTrue(all.compareTo(LONGEST) < 0, plan.runs() + " JVMs a round take " + all);
    }

    @Test
    void aSweepOnOneThreadIsPlannedToTakeWhatItsHelpSays() {
        assertTrue(sweep(Effort.FULL, false).compareTo(Duration.ofMinutes(28)) < 0);
        assertTrue(sweep(Effort.QUICK, true).compareTo(Duration.ofMinutes(5)) < 0);
    }

    private static Duration sweep(Effort effort, boolean quick) {
        List<Peer> peers = Stream.of(Peer.values())
                .filter(p -> p.rival() == Engine.CPU_SIMD)
                .toList();
        Plan plan = Plan.of(List.of(Kernel.GEMM), Sweep.squares(quick), List.of(1), List.of(Engine.CPU_SIMD), peers);
        return effort.plan(plan, PeakBenchmark.LOOPS.size());
    }

    @Test
    void slowWorkGetsLongerIterations() {
        Work slow = Work.of("gemm:m2048n2048k2048:nn");
        Duration length = Effort.FULL.iteration(slow, 1);
        assertTrue(length.compareTo(Duration.ofSeconds(1)) > 0, length.toString());
        assertTrue(Effort.FULL.iteration(slow, 2).compareTo(length) < 0);
        assertEquals(Effort.FULL.iteration(), Effort.FULL.iteration(Work.of("gemm:m64n64k64:nn"), 1));
    }

    @Test
    void shortWorkIsWaitedForOnceInAFewCallsAndLongWorkEachTime() {
        assertEquals(16, Effort.calls(Work.of("relu:64"), 1));
        assertEquals(1, Effort.calls(Work.of("gemm:m1024n1024k1024:nn"), 2));
        int calls = Effort.calls(Work.of("conv2d:n32h28w28c1:k3x3o32:s1p0"), 1);
        assertTrue(calls > 1 && calls < 16, Integer.toString(calls));
    }

    @Test
    void everyLengthIsWarmedUpForLongerThanTheCompilerNeeds() {
        for (int millis : new int[] {300, 301, 700, 1400, 5000}) {
            Duration length = Duration.ofMillis(millis);
            Duration warm = length.multipliedBy(Effort.FULL.warmups(length));
            assertTrue(warm.toMillis() >= (millis > 300 ? 3000 : 1200), warm.toString());
            Duration driver =
                    length.multipliedBy(Effort.FULL.forContender("opencl").warmups(length));
            assertTrue(driver.toMillis() >= 4000, driver.toString());
        }
    }
}
