package retort.kernels.opencl;

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
import retort.kernels.op.AdamSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.GemmSpec;

class OpenClTunerTest {
    @TempDir
    private Path folder;

    @Test
    void triesEveryLegalValueAndWritesAFileThatTheEngineReads() {
        OpenClDevices.Found found = OpenClTestDevice.find();
        Path file = folder.resolve("device.properties");
        ClParameter parameter = ClParameter.DOT_MR;
        List<Stage<ClParameter>> stages = List.of(
                new Stage<>(List.of(parameter), List.of(GemmSpec.nt(8, 40, 70))),
                new Stage<>(
                        List.of(ClParameter.ADAM_NC),
                        List.of(DenseBackwardSpec.of(8, 30, 70, AdamSpec.withDefaults(30 * 70)))));
        List<String> lines = new ArrayList<>();
        Tuning result = OpenClTuner.of(found, stages, file).tune(null, lines::add);
        assertEquals(parameter.legal().length + ClParameter.ADAM_NC.legal().length, result.tried());
        assertEquals(0, result.refused(), lines.toString());
        assertEquals(result.tried() + stages.size(), lines.size(), "a line for each set and each choice: " + lines);
        assertTrue(result.speedup() >= 1);
        System.setProperty(ParameterFile.locationProperty(Engine.OPENCL), file.toString());
        try {
            ClParameters read = ClParameters.of(found.device());
            assertTrue(parameter.isLegal(read.get(parameter)));
        } finally {
            System.clearProperty(ParameterFile.locationProperty(Engine.OPENCL));
        }
    }

    @Test
    void triesNothingOnceItsTimeIsOver() {
        OpenClDevices.Found found = OpenClTestDevice.find();
        Path file = folder.resolve("device.properties");
        List<Stage<ClParameter>> stages =
                List.of(new Stage<>(List.of(ClParameter.DOT_MR), List.of(GemmSpec.nt(8, 40, 70))));
        List<String> lines = new ArrayList<>();
        Tuning result = OpenClTuner.of(found, stages, file).tune(Duration.ofNanos(-1), lines::add);
        assertEquals(0, result.tried());
        assertEquals(List.of("[DOT_MR]: no time is left"), lines);
    }
}
