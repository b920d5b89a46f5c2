package retort.bench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import retort.bench.peer.Peer;
import retort.kernels.Engine;
import retort.kernels.op.ShapeFile;
import retort.kernels.op.Spec;

class PlanTest {
    private static final List<Spec> SMALL = List.of(Spec.parse("gemm:m64n64k64:nn"));
    private static final List<Spec> MIDDLE = List.of(Spec.parse("gemm:m200n200k200:nn"));

    @Test
    void contendersOfAShapeStandTogether() {
        Plan plan = plan(SMALL, List.of(1), Engine.CPU_SIMD);
        assertEquals(1, plan.races().size());
        assertEquals(
                List.of("cpu-simd", "openblas", "onednn", "onednn-own", "netlib"),
                plan.races().getFirst().contenders());
        assertEquals(5, plan.runs());
    }

    @Test
    void whatHasOneThreadRunsOnOne() {
        Plan plan = plan(MIDDLE, List.of(1, 2), Engine.CPU_SIMD, Engine.CPU_SCALAR);
        assertTrue(plan.races().get(0).contenders().containsAll(List.of("cpu-scalar", "netlib")));
        assertEquals(
                List.of("cpu-simd", "openblas", "onednn", "onednn-own"),
                plan.races().get(1).contenders());
    }

    @Test
    void whatIsTooSmallToSplitRunsOnTheFewestThreadsAndOnADevice() {
        Plan plan = plan(SMALL, List.of(1, 2), Engine.CPU_SIMD, Engine.OPENCL);
        assertEquals(
                List.of(1, 2), plan.races().stream().map(Plan.Race::threads).toList());
        assertTrue(plan.races().get(0).contenders().contains("cpu-simd"));
        assertEquals(List.of("opencl", "clblast"), plan.races().get(1).contenders());
    }

    @Test
    void aDeviceIsTimedOnceBesideItsOwnPeer() {
        Plan plan = plan(MIDDLE, List.of(1, 2), Engine.OPENCL);
        assertEquals(1, plan.races().size());
        assertEquals(List.of("opencl", "clblast"), plan.races().getFirst().contenders());
    }

    @Test
    void theReferenceIsSparedLargeShapes() {
        Plan plan = plan(List.of(Spec.parse("gemm:m2048n2048k2048:nn")), List.of(1), Engine.CPU_SCALAR);
        assertEquals(List.of(), plan.races());
    }

    @Test
    void everyShapeFileBelongsToOneKernel() {
        for (Kernel kernel : Kernel.values()) {
            if (kernel != Kernel.EXP) {
                ShapeFile.bundled(kernel.id()).forEach(spec -> assertEquals(kernel, Kernel.of(spec), spec.id()));
            }
        }
    }

    private static Plan plan(List<Spec> specs, List<Integer> threads, Engine... engines) {
        List<Kernel> kernels =
                Stream.of(Kernel.values()).filter(k -> k != Kernel.EXP).toList();
        return Plan.of(kernels, specs, threads, List.of(engines), List.of(Peer.values()));
    }
}
