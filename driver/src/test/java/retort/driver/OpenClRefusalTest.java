package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;

/**
 * What a user is told where OpenCL can't do what was asked: one line, the right exit code, and nothing written. Without
 * a driver: {@link BadInputTest}.
 */
class OpenClRefusalTest {
    private static final int FAILED = 1;
    private static final int UNAVAILABLE = 3;
    private static final int BAD_FILE = 4;

    @TempDir
    private Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void images() throws IOException {
        data = SyntheticSet.write(folder.resolve("digits"), 60, 40);
        out = folder.resolve("out");
    }

    @Test
    void withoutALoaderTheEngineIsRefused() throws Exception {
        List<String> options = List.of("-Dretort.opencl.library=libNone.so", "--add-modules=jdk.incubator.vector");
        try (Outcome.Forked forked = Outcome.Forked.start(folder, Map.of(), options, command())) {
            forked.end().isRefused(UNAVAILABLE, "opencl is not available: there is no OpenCL loader (libNone.so)");
        }
        assertEquals(List.of(), Outcome.files(out));
    }

    @Test
    void anUnknownDeviceIsRefused() throws IOException {
        OpenClRunTest.assumeDevice();
        Outcome.of(command("--device=abacus"))
                .isRefused(UNAVAILABLE, "there is no device 'abacus'; expected one of 0 (");
        assertEquals(List.of(), Outcome.files(out));
    }

    @Test
    void aKernelThatDoesNotBuildIsOneLineAndTheCompilersLogIfAskedFor() {
        OpenClRunTest.assumeDevice();
        // What every file has, whichever of them this device needs.
        System.setProperty("retort.opencl.options", "-D__kernel=nonsense");
        try {
            Outcome.of(command()).isRefused(FAILED, "clBuildProgram failed: CL_BUILD_PROGRAM_FAILURE (-11)");
            String err = Outcome.of(command("--verbose")).err();
            // The message stands before the trace and in its first line; the log is what else tells of the error.
            assertTrue(err.lines().anyMatch(line -> line.contains("nonsense") && !line.startsWith("retort")), err);
        } finally {
            System.clearProperty("retort.opencl.options");
        }
    }

    @Test
    void aFileOfParametersThatCanNotBeUsedIsRefusedBeforeAnyWork() throws IOException {
        OpenClRunTest.assumeDevice();
        Path file = Files.writeString(folder.resolve("own.properties"), "GEMM_ROWS=\\u12\n");
        try {
            System.setProperty("retort.opencl.parameters", file.toString());
            Outcome.of(command()).isRefused(BAD_FILE, "opencl: " + file + ": is damaged: ");
            System.setProperty("retort.opencl.parameters", file + ".none");
            Outcome.of(command()).isRefused(BAD_FILE, "opencl: " + file + ".none: no such file or folder");
        } finally {
            System.clearProperty("retort.opencl.parameters");
        }
        assertEquals(List.of(), Outcome.files(out));
    }

    private String[] command(String... more) {
        List<String> command = new ArrayList<>(List.of("train", "--model=student", "--backend=opencl"));
        command.addAll(List.of("--data=" + data, "--out=" + out));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }
}
