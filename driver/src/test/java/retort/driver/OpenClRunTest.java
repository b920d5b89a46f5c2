package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.Device;
import retort.kernels.Engine;

/** The job on an OpenCL device; skipped without one, unless {@code retort.require} names opencl. */
class OpenClRunTest {
    @TempDir
    private Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void device() throws IOException {
        assumeDevice();
        data = SyntheticSet.write(folder.resolve("digits"), 60, 40);
        out = folder.resolve("out");
    }

    /** Skips a test where there is no device, or fails it if there has to be one. */
    static void assumeDevice() {
        Optional<BackendUnavailableException> reason = Backends.unavailable(Engine.OPENCL);
        boolean required = Arrays.asList(
                        System.getProperty("retort.require", "").split(","))
                .contains("opencl");
        assertFalse(required && reason.isPresent(), "opencl is required here");
        assumeTrue(reason.isEmpty(), () -> reason.get().getMessage());
    }

    @Test
    void runTrainsOnTheFirstEngineAndTimesAll() throws IOException {
        JsonObject report = run("run", "--quick", "--backend=opencl,cpu-simd");
        JsonObject environment = report.getAsJsonObject("environment");
        assertEquals("opencl", environment.get("backend").getAsString());
        assertEquals(
                Backends.device(Engine.OPENCL, null).name(),
                environment.get("device").getAsString());
        assertEquals(List.of("opencl", "cpu-simd"), backends(report, "latency"));
        assertEquals(List.of("opencl", "cpu-simd"), backends(report, "latencyRatio"));
    }

    @Test
    void latencyComparesEnginesAndNamesThemInTheSummary() throws IOException {
        run("train", "--model=student");
        String model = out.resolve("hard-labels.safetensors").toString();
        JsonObject report = run(
                "latency",
                "--force",
                "--quick",
                "--backend=cpu-simd,opencl",
                "--teacher=" + model,
                "--student=" + model);
        assertEquals(List.of("cpu-simd", "opencl"), backends(report, "latency"));
        assertEquals(6, report.getAsJsonArray("latencyRatio").size());
    }

    @Test
    void latencyTimesEveryEngineThatIsThere() throws IOException {
        run("train", "--model=student");
        String model = out.resolve("hard-labels.safetensors").toString();
        JsonObject report = run("latency", "--force", "--quick", "--teacher=" + model, "--student=" + model);
        assertEquals(List.of("cpu-simd", "cpu-scalar", "opencl"), backends(report, "latency"));
    }

    /** Losses and constraints that only studies have, on the device from end to end. */
    @Test
    void aStudyRunsOnADevice() throws IOException {
        outcome(
                "study",
                "sweep",
                "--backend=opencl",
                "--width=10",
                "--epochs=1",
                "--student-epochs=1",
                "--method=soft-and-hard,logits,decoupled,standardized");
        JsonObject study = JsonParser.parseString(Files.readString(out.resolve("study.json")))
                .getAsJsonObject();
        assertEquals(4, study.getAsJsonArray("cells").size());
        assertEquals("opencl", study.getAsJsonObject("settings").get("backend").getAsString());
    }

    /** The student's 8,070 parameters go up once, then 60 images of 785 numbers in every epoch. */
    @Test
    void profileShowsWhatTheDeviceDid() throws IOException {
        Outcome outcome = outcome("train", "--model=student", "--backend=opencl", "--profile");
        Device device = Backends.device(Engine.OPENCL, null);
        assertTrue(outcome.err().startsWith("opencl on " + device.name() + ", " + device.type() + ", "), outcome.err());
        String line = outcome.err()
                .lines()
                .filter(each -> each.startsWith("DEVICE  "))
                .findFirst()
                .orElseThrow();
        String expected =
                "DEVICE  [0-9,]+ launches, [0-9.]+ [KM]iB uploaded, [0-9.]+ [KM]iB downloaded, [0-9.]+ ms at work";
        assertTrue(line.matches(expected), line);
        assertFalse(line.startsWith("DEVICE  0 launches"), line);
        assertTrue(
                outcome.err().lines().anyMatch(each -> each.matches("gemm:m.* +[0-9.]+ ms +[0-9.]+ %")), outcome.err());
        assertFalse(outcome.err().contains("of peak"), outcome.err());
    }

    @Test
    void profileOfACpuEngineHasNoDevice() {
        Outcome outcome = outcome("train", "--model=student", "--backend=cpu-simd", "--profile");
        assertTrue(outcome.err().lines().findFirst().orElseThrow().matches("cpu-simd on .*, 1 thread"), outcome.err());
        assertTrue(
                outcome.err().lines().anyMatch(each -> each.matches("gemm:m.* [0-9]+ % (fma|memory)")), outcome.err());
        assertFalse(outcome.err().contains("DEVICE"), outcome.err());
    }

    private Outcome outcome(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 3);
        all[args.length] = "--data=" + data;
        all[args.length + 1] = "--out=" + out;
        all[args.length + 2] = "--threads=1";
        return Outcome.of(all).isDone();
    }

    private JsonObject run(String... args) throws IOException {
        outcome(args);
        return JsonParser.parseString(Files.readString(out.resolve("report.json")))
                .getAsJsonObject();
    }

    private static List<String> backends(JsonObject report, String part) {
        return report.getAsJsonArray(part).asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(each -> each.get("backend").getAsString())
                .distinct()
                .toList();
    }
}
