package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Engine;
import retort.kernels.Tuning;
import retort.kernels.check.KernelTuner.Stage;
import retort.kernels.engine.ParameterFile;
import retort.kernels.op.GemmSpec;

class SimdTunerTest {
    private static final List<Stage<SimdParameter>> STAGES =
            List.of(new Stage<>(List.of(SimdParameter.MC_TALL), List.of(GemmSpec.nt(8, 40, 70))));

    @TempDir
    private Path folder;

    @Test
    void triesEveryLegalValueAndWritesAFileThatTheEngineReads() {
        Path file = folder.resolve("new/own.properties");
        List<String> lines = new ArrayList<>();
        Tuning result = SimdTuner.of(SimdParameters.here(), STAGES, file).tune(null, lines::add);
        assertEquals(SimdParameter.MC_TALL.legal().length, result.tried());
        assertEquals(0, result.refused(), lines.toString());
        assertTrue(lines.getLast().matches("\\[MC_TALL=\\d+] (stays|is taken: x\\d\\.\\d\\d)"), lines.toString());
        System.setProperty(ParameterFile.locationProperty(Engine.CPU_SIMD), file.toString());
        try {
            assertTrue(SimdParameters.here().origin().contains(file.toString()));
        } finally {
            System.clearProperty(ParameterFile.locationProperty(Engine.CPU_SIMD));
        }
        assertEquals(
                List.of("own.properties"), List.of(file.getParent().toFile().list()));
    }

    @Test
    void keepsWhatThereIsOnceItsTimeIsOver() {
        Path file = folder.resolve("own.properties");
        List<String> lines = new ArrayList<>();
        Tuning result = SimdTuner.of(SimdParameters.here(), STAGES, file).tune(Duration.ofNanos(-1), lines::add);
        assertEquals(0, result.tried());
        assertEquals(List.of("[MC_TALL]: no time is left"), lines);
    }
}
