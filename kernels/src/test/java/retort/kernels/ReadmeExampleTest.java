package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's example of a kernel compiles, and gives what the README says, on every engine. */
class ReadmeExampleTest {
    @TempDir
    private Path folder;

    static Stream<Engine> engines() {
        return EnginesUnderTest.all().stream()
                .map(subject -> subject.backend().engine())
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void multipliesTwoSmallMatrices(Engine engine) throws Exception {
        ReadmeExample example = ReadmeExample.with("backend.gemm(")
                .replacing("Engine." + Engine.CPU_SIMD.name(), "Engine." + engine.name());
        assertEquals("[4.0, 5.0, 10.0, 11.0]", example.output(folder, Backend.class));
    }
}
