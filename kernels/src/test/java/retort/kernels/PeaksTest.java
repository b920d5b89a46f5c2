package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PeaksTest {
    @Test
    void aCoreDoesAGigaflopAndMovesAGigabyteASecondAtLeast() {
        Peaks peaks = Peaks.measured(Engine.CPU_SIMD, 1).orElseThrow();
        assertTrue(peaks.gflops() > 1 && peaks.gflops() < 1000, peaks.toString());
        assertTrue(peaks.triadGBs() > 1 && peaks.triadGBs() < 1000, peaks.toString());
        assertTrue(peaks.updateGBs() > 1 && peaks.updateGBs() < 1000, peaks.toString());
    }

    @Test
    void nothingIsKnownOfADevice() {
        assertTrue(Peaks.measured(Engine.OPENCL, 1).isEmpty());
    }
}
