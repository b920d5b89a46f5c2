package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backends;
import retort.kernels.Device;
import retort.kernels.Engine;

/** What {@code devices} and {@code doctor} find here, and where something is missing. */
class DoctorTest {
    private static final int FAILED = 1;
    private static final List<String> WITH_VECTORS = List.of("--add-modules=jdk.incubator.vector");

    @TempDir
    private Path folder;

    @Test
    void doctorRunsAKernelOnEveryEngineAndDevice() {
        String out = Outcome.of("doctor").isDone().out();
        assertTrue(out.lines().allMatch(line -> line.matches("(ok|note) +.*")), out);
        for (String start : List.of(
                "Java 2",
                "memory: ",
                "cpu-simd: Vector API: ",
                "cpu-simd: C2: ",
                "cpu-simd: FMA: ",
                "cpu-simd: parameters: ")) {
            assertTrue(out.contains("ok       " + start), out);
        }
        long kernels = out.lines()
                .filter(line -> line.matches(".*: \\d+ checks of \\d+ ops passed"))
                .count();
        assertEquals(2 + Backends.devices(Engine.OPENCL).size(), kernels, out);
    }

    @Test
    void devicesDescribesEveryDevice() {
        String out = Outcome.of("devices").isDone().out();
        for (Device device : Backends.devices(Engine.OPENCL)) {
            assertTrue(out.contains("  --device=" + device.index() + "  " + device.name() + "\n"), out);
            assertTrue(out.contains("    driver      " + device.version() + "\n"), out);
            assertTrue(
                    out.contains("    type        " + device.type() + ", " + device.computeUnits() + " compute units"),
                    out);
            assertTrue(out.contains("    kernels     " + device.family() + "\n"), out);
            assertTrue(out.contains("    parameters  " + device.parameters() + "\n"), out);
        }
        for (String platform : Backends.platforms(Engine.OPENCL)) {
            assertTrue(out.contains("OpenCL platform " + platform + "\n"), out);
        }
    }

    /** The keys are those that --help names. */
    @Test
    void jsonHasTheKeysThatTheHelpNames() {
        JsonObject devices = json("devices");
        assertEquals(Set.of("engines", "platforms"), devices.keySet());
        for (JsonElement engine : devices.getAsJsonArray("engines")) {
            Set<String> keys = engine.getAsJsonObject().keySet();
            assertTrue(keys.contains("engine") && keys.contains("device") != keys.contains("reason"), keys.toString());
        }
        String help = Outcome.of("devices", "--help").out();
        for (JsonElement platform : devices.getAsJsonArray("platforms")) {
            assertEquals(
                    Set.of("platform", "devices"), platform.getAsJsonObject().keySet());
            for (JsonElement device : platform.getAsJsonObject().getAsJsonArray("devices")) {
                device.getAsJsonObject().keySet().forEach(key -> assertTrue(help.contains(key), key));
            }
        }
        JsonObject doctor = json("doctor");
        assertEquals(Set.of("sound", "checks"), doctor.keySet());
        assertTrue(doctor.get("sound").getAsBoolean());
        for (JsonElement check : doctor.getAsJsonArray("checks")) {
            JsonObject found = check.getAsJsonObject();
            assertEquals(!found.get("verdict").getAsString().equals("ok"), found.has("remedy"), found.toString());
        }
    }

    private static JsonObject json(String command) {
        return JsonParser.parseString(Outcome.of(command, "--json").isDone().out())
                .getAsJsonObject();
    }

    @Test
    void withoutADriverDevicesSaysSo() throws Exception {
        Outcome outcome = withoutDrivers("devices").isDone();
        assertTrue(outcome.out().contains("opencl is not available: the OpenCL loader finds no driver; install one"));
        assertFalse(outcome.out().contains("OpenCL platform"), outcome.out());
    }

    @Test
    void withoutADriverDoctorNotesIt() throws Exception {
        String out = withoutDrivers("doctor").isDone().out();
        String note = "note     opencl: drivers: the OpenCL loader finds no driver; install one";
        assertTrue(out.lines().anyMatch(line -> line.startsWith(note)), out);
    }

    @Test
    void withoutALoaderDoctorNotesIt() throws Exception {
        Outcome outcome = forked(List.of("-Dretort.opencl.library=libNone.so", WITH_VECTORS.getFirst()), "doctor");
        String note = "note     opencl: loader: there is no OpenCL loader (libNone.so) on this system; apt-get install";
        assertTrue(outcome.isDone().out().lines().anyMatch(line -> line.startsWith(note)), outcome.out());
    }

    @Test
    void withoutVectorsDoctorFails() throws Exception {
        failsWith(
                "cpu-simd: Vector API: the JVM runs without the Vector API; start it with --add-modules jdk.incubator.vector",
                List.of());
    }

    @Test
    void withoutC2DoctorFails() throws Exception {
        failsWith(
                "cpu-simd: C2: this JVM does not compile vector code",
                List.of("-XX:TieredStopAtLevel=1", WITH_VECTORS.getFirst()));
    }

    @Test
    void withTooSmallAHeapDoctorFails() throws Exception {
        failsWith("memory: a heap of up to 6", List.of("-Xmx64m", WITH_VECTORS.getFirst()));
    }

    @Test
    void withADamagedFileOfParametersDoctorFails() throws Exception {
        Path file = Files.writeString(folder.resolve("own.properties"), "KC=7\n");
        failsWith(
                "cpu-simd: " + file + ": KC (",
                List.of("-Dretort.cpu-simd.parameters=" + file, WITH_VECTORS.getFirst()));
    }

    /** A file that an engine can't use is no fault of the device's driver. */
    @Test
    void withADamagedFileOfOpenClParametersDoctorNamesTheFile() throws Exception {
        OpenClRunTest.assumeDevice();
        Path file = Files.writeString(folder.resolve("own.properties"), "GEMM_ROWS=\\u12\n");
        System.setProperty("retort.opencl.parameters", file.toString());
        try {
            Outcome doctor = Outcome.of("doctor");
            assertEquals(FAILED, doctor.code(), doctor.out() + doctor.err());
            String problem = "problem  opencl: " + file + ": is damaged: Malformed \\uxxxx encoding.; "
                    + "mend or remove that file, or the property that names it";
            assertTrue(doctor.out().lines().anyMatch(problem::equals), doctor.out());
        } finally {
            System.clearProperty("retort.opencl.parameters");
        }
    }

    /** Sets that an engine takes are checked as they are used: their origin stands beside the checks. */
    @Test
    void doctorChecksTheParametersInUse() throws Exception {
        OpenClRunTest.assumeDevice();
        Path file = Files.writeString(folder.resolve("own.properties"), "ELEMENT_ITEMS=32\n");
        System.setProperty("retort.opencl.parameters", file.toString());
        try {
            String out = Outcome.of("doctor").isDone().out();
            assertTrue(
                    out.lines()
                            .anyMatch(line -> line.matches("ok +opencl: device \\d+: parameters: .*"
                                    + Pattern.quote(file + " ELEMENT_ITEMS=32"))),
                    out);
        } finally {
            System.clearProperty("retort.opencl.parameters");
        }
    }

    private void failsWith(String problem, List<String> options) throws Exception {
        Outcome outcome = forked(options, "doctor");
        assertEquals(FAILED, outcome.code(), outcome.out() + outcome.err());
        List<String> problems =
                outcome.out().lines().filter(line -> line.startsWith("problem")).toList();
        assertEquals(1, problems.size(), outcome.out());
        assertTrue(problems.getFirst().startsWith("problem  " + problem), outcome.out());
    }

    private Outcome withoutDrivers(String command) throws Exception {
        return forked(WITH_VECTORS, command);
    }

    /** A JVM of its own that no OpenCL driver is seen by. */
    private Outcome forked(List<String> options, String command) throws Exception {
        Map<String, String> environment = Outcome.Forked.withoutDrivers(folder);
        try (Outcome.Forked forked = Outcome.Forked.start(folder, environment, options, command)) {
            return forked.end();
        }
    }
}
