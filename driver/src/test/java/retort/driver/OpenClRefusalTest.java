package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;

/** What a user is told where OpenCL can't do what was asked: one line, the right exit code, and nothing written. */
class OpenClRefusalTest {
    private static final int FAILED = 1;
    private static final int UNAVAILABLE = 3;
    private static final List<String> WITH_VECTORS = List.of("--add-modules=jdk.incubator.vector");

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
        forked(List.of("-Dretort.opencl.library=libNone.so", WITH_VECTORS.getFirst()), Map.of())
                .isRefused(UNAVAILABLE, "opencl is not available: there is no OpenCL loader (libNone.so)");
        assertEquals(List.of(), Outcome.files(out));
    }

    @Test
    void withoutADriverTheEngineIsRefused() throws Exception {
        Path none = Files.createDirectory(folder.resolve("vendors"));
        forked(WITH_VECTORS, Map.of("OCL_ICD_VENDORS", none.toString(), "OCL_ICD_FILENAMES", ""))
                .isRefused(UNAVAILABLE, "opencl is not available: the OpenCL loader finds no driver; install one");
        assertEquals(List.of(), Outcome.files(out));
    }

    @Test
    void anUnknownDeviceIsRefused() throws IOException {
        OpenClRunTest.assumeDevice();
        Outcome.of(command("--device=abacus")).isRefused(UNAVAILABLE, "there is no device 'abacus'; there are 0: ");
        assertEquals(List.of(), Outcome.files(out));
    }

    @Test
    void aKernelThatDoesNotBuildIsOneLineAndTheCompilersLogIfAskedFor() {
        OpenClRunTest.assumeDevice();
        System.setProperty("retort.opencl.options", "-DGEMM_ROWS=nonsense");
        try {
            Outcome.of(command()).isRefused(FAILED, "clBuildProgram failed: CL_BUILD_PROGRAM_FAILURE (-11)");
            String log = Outcome.of(command("--verbose")).err();
            assertTrue(log.lines().filter(line -> line.contains("nonsense")).count() > 1, log);
        } finally {
            System.clearProperty("retort.opencl.options");
        }
    }

    private Outcome forked(List<String> options, Map<String, String> environment) throws Exception {
        try (Outcome.Forked forked = Outcome.Forked.start(folder, environment, options, command())) {
            return forked.end();
        }
    }

    private String[] command(String... more) {
        String[] command = new String[more.length + 5];
        command[0] = "train";
        command[1] = "--model=student";
        command[2] = "--backend=opencl";
        command[3] = "--data=" + data;
        command[4] = "--out=" + out;
        System.arraycopy(more, 0, command, 5, more.length);
        return command;
    }
}
