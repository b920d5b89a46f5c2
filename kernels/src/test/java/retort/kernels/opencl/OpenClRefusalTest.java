package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.BackendException;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Device;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;

/** Everything that this engine refuses is one clear line, and the process and the backend live on. */
class OpenClRefusalTest {
    @TempDir
    private Path folder;

    @Test
    void anEmptyDriverFolderIsNoDeviceWithAReasonAndARemedy() throws Exception {
        String output = probe(List.of(), Map.of("OCL_ICD_VENDORS", folder.toString()));
        assertTrue(output.contains("devices: 0"), output);
        assertTrue(output.contains("the OpenCL loader finds no driver; install one"), output);
    }

    @Test
    void aMissingLoaderIsNoDeviceWithAReason() throws Exception {
        String missing = folder.resolve("libOpenCL.so.1").toString();
        String output = probe(List.of("-D" + OpenClLibrary.LIBRARY_PROPERTY + "=" + missing), Map.of());
        assertTrue(output.contains("devices: 0"), output);
        assertTrue(output.contains("there is no OpenCL loader (" + missing + ")"), output);
    }

    @Test
    void aLoaderThatIsNoLibraryIsNoDeviceWithAReason() throws Exception {
        String text = Files.writeString(folder.resolve("libOpenCL.so.1"), "not a library")
                .toString();
        String output = probe(List.of("-D" + OpenClLibrary.LIBRARY_PROPERTY + "=" + text), Map.of());
        assertTrue(output.contains("devices: 0"), output);
        assertTrue(output.contains(text + " can't be loaded: it is no library for this system; "), output);
    }

    @Test
    void aLibraryWithoutOpenClsFunctionsIsNoDeviceWithAReason() throws Exception {
        String output = probe(List.of("-D" + OpenClLibrary.LIBRARY_PROPERTY + "=libm.so.6"), Map.of());
        assertTrue(output.contains("devices: 0"), output);
        assertTrue(output.contains("libm.so.6 is no OpenCL loader of version 1.2 or newer: it has no cl"), output);
    }

    /** As for a user without a home. */
    @Test
    void poclWithoutAFolderForItsCacheIsNoDeviceWithWhatMayBeWrong() throws Exception {
        assumeTrue(OpenClDevices.platforms().equals(List.of("Portable Computing Language")), "other drivers are here");
        String output = probe(List.of(), Map.of("POCL_CACHE_DIR", "/dev/null/cache"));
        assertTrue(output.contains("devices: 0"), output);
        assertTrue(output.contains("set HOME or POCL_CACHE_DIR to one that can be written"), output);
        assertFalse(output.contains("apt-get"), output);
    }

    /** The output of {@link OpenClDevicesProbe} in a process of its own. */
    private static String probe(List<String> options, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(OpenClDevicesProbe.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "the probe still runs");
        assertEquals(0, process.exitValue(), output);
        return output;
    }

    @Test
    void anUnknownDeviceIsRefusedNamingThoseThereAre() {
        Device device = OpenClTestDevice.find().device();
        var refusal =
                assertThrows(BackendUnavailableException.class, () -> OpenClBackend.open("no such device", false));
        assertTrue(refusal.getMessage().contains("there is no device 'no such device'"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(device.name()), refusal.getMessage());
        assertThrows(BackendUnavailableException.class, () -> OpenClDevices.select("99"));
    }

    @Test
    void aDeviceIsFoundByItsNumberAndByPartOfItsNameInAnyCase() {
        Device device = OpenClTestDevice.find().device();
        assertEquals(device, OpenClDevices.select(Integer.toString(device.index())));
        assertEquals(
                device.name(),
                OpenClDevices.select(device.name().toUpperCase(java.util.Locale.ROOT))
                        .name());
    }

    @Test
    void aBuildErrorIsOneLineWithTheLogBesideIt() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        var error = assertThrows(
                OpenClException.class,
                () -> context.build("broken.cl", "__kernel void f(__global float *x) { x[0] = y; }"));
        assertTrue(error.getMessage().startsWith("opencl: broken.cl: clBuildProgram failed: CL_BUILD_PROGRAM_FAILURE"));
        assertFalse(error.getMessage().contains("\n"), error.getMessage());
        assertTrue(error.buildLog().contains("undeclared identifier 'y'"), error.buildLog());
        assertTrue(error.toString().endsWith(error.buildLog().strip()), error.toString());
        ClContext.give(context);
    }

    @Test
    void anAllocationOverTheDevicesLimitIsRefusedAndTheBackendWorksOn() {
        try (OpenClBackend backend = OpenClTestDevice.open();
                Scope scope = backend.scope()) {
            long limit = OpenClTestDevice.find().device().largestAllocationBytes() / Float.BYTES;
            assumeTrue(limit / 1024 + 1 < Integer.MAX_VALUE / 1024, "no tensor is over this device's limit");
            int rows = (int) (limit / 1024 + 1);
            var refusal = assertThrows(BackendException.class, () -> scope.tensor(rows, 1024));
            assertTrue(refusal.getMessage().contains("no memory for"), refusal.getMessage());
            Tensor x = scope.filled(Shape.of(3), 2);
            assertArrayEquals(new float[] {2, 2, 2}, backend.download(x));
        }
    }

    @Test
    void memoryIsRefusedWhenTheDevicesIsTakenAndTakenAgainWhenItIsFree() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        Device real = context.device();
        Device small = new Device(0, real.name(), "", "", real.type(), 1, 0, 1 << 20, 1 << 15, 1 << 20, 1, 16, "", "");
        try (ClMemory memory = new ClMemory(small, context.handle())) {
            ClBuffer first = memory.take("first", 200_000);
            var refusal = assertThrows(BackendException.class, () -> memory.take("second", 100_000));
            assertEquals(
                    "opencl: second: no memory for 1 MiB on " + real.name() + ": 1 MiB of 1 MiB are taken",
                    refusal.getMessage());
            memory.give(first);
            memory.take("second", 100_000);
        }
        ClContext.give(context);
    }

    /** A driver may find only at a launch that it can't back a buffer. */
    @Test
    void memoryThatIsNotThereAfterAllIsOneLineThatSaysHowMuchIsTaken() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        Device device = context.device();
        try (ClMemory memory = new ClMemory(device, context.handle());
                ClQueue queue = new ClQueue(context, false, memory)) {
            memory.take("x", 200_000);
            var refusal = assertThrows(
                    OpenClException.class,
                    () -> queue.alone(() -> OpenClLibrary.check("the op", "clEnqueueNDRangeKernel", -4)));
            assertEquals(
                    "opencl: the op: clEnqueueNDRangeKernel failed: CL_MEM_OBJECT_ALLOCATION_FAILURE (-4): memory of "
                            + device.name() + " may be too small, 1 MiB of "
                            + (device.globalMemoryBytes() + (1 << 20) - 1 >> 20)
                            + " MiB are taken",
                    refusal.getMessage());
            var other = assertThrows(
                    OpenClException.class,
                    () -> queue.alone(() -> OpenClLibrary.check("the op", "clEnqueueNDRangeKernel", -52)));
            assertFalse(other.getMessage().contains("memory"), other.getMessage());
        }
        ClContext.give(context);
    }

    /** Of the memory that the device is said to have this driver has a part. */
    @Test
    void aBufferThatTheDriverDoesNotHaveIsOneLineToo() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        Device real = context.device();
        long large = 1L << 50;
        Device boundless = new Device(0, real.name(), "", "", real.type(), 1, 0, large, 1 << 15, large, 1, 16, "", "");
        assumeTrue(real.largestAllocationBytes() < Integer.MAX_VALUE * 4L, "this device has memory for any buffer");
        try (ClMemory memory = new ClMemory(boundless, context.handle())) {
            var refusal = assertThrows(OpenClException.class, () -> memory.take("x", Integer.MAX_VALUE));
            assertTrue(refusal.getMessage().startsWith("opencl: x: "), refusal.getMessage());
            assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
        }
        ClContext.give(context);
    }

    @Test
    void theCompilersLogIsToldToWhoLooksIntoAKernel() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        String source = """
                #warning many registers
                __attribute__((reqd_work_group_size(1, 1, 1))) __kernel void one(int x) {}
                """;
        assertEquals("", logged(() -> context.build("quiet.cl", source)));
        System.setProperty(ClContext.OPTIONS_PROPERTY, "-DLOOK");
        try {
            String log = logged(() -> context.build("read.cl", source));
            assertTrue(log.startsWith("opencl: read.cl built with -cl-std=CL1.2"), log);
            assertTrue(log.contains("-DLOOK") && log.contains("many registers"), log);
        } finally {
            System.clearProperty(ClContext.OPTIONS_PROPERTY);
        }
        ClContext.give(context);
    }

    private static String logged(Runnable work) {
        StringBuilder kept = new StringBuilder();
        Logger logger = Logger.getLogger(ClContext.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                kept.append(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            work.run();
        } finally {
            logger.setUseParentHandlers(true);
            logger.removeHandler(handler);
        }
        return kept.toString();
    }

    @Test
    void theFastestGpuIsTakenAndWithoutOneTheFirstDevice() {
        OpenClDevices.Found processor = found(0, Device.Type.CPU, 128, 4000);
        OpenClDevices.Found small = found(1, Device.Type.GPU, 40, 2000);
        OpenClDevices.Found large = found(2, Device.Type.GPU, 132, 1900);
        OpenClDevices.Found same = found(3, Device.Type.GPU, 132, 1900);
        OpenClDevices.Found slow = found(4, Device.Type.GPU, 132, 0);
        assertSame(large, OpenClDevices.best(List.of(processor, small, large, same, slow)));
        assertSame(processor, OpenClDevices.best(List.of(processor, found(1, Device.Type.CPU, 256, 4000))));
    }

    private static OpenClDevices.Found found(int index, Device.Type type, int units, int megahertz) {
        Device device =
                new Device(index, "device", "", "", type, units, megahertz, 1 << 30, 1 << 15, 1 << 28, 256, 4, "", "");
        return new OpenClDevices.Found(device, null);
    }

    @Test
    void aWorkGroupOverTheLimitIsRefused() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        int size = context.device().largestWorkGroup() + 1;
        String source = "__attribute__((reqd_work_group_size(" + size + ", 1, 1))) __kernel void wide(int x) {}";
        ClProgram program = context.build("wide.cl", source);
        var refusal = assertThrows(OpenClException.class, () -> program.kernel("wide"));
        assertTrue(
                refusal.getMessage().startsWith("opencl: wide.cl: wide: a work-group of " + size + " items"),
                refusal.getMessage());
        ClContext.give(context);
    }

    /** The source asks for groups of 2, which the signature here belies. */
    @Test
    void aLaunchThatTheDriverRefusesIsNamedAndTheQueueWorksOn() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        String source = """
                __attribute__((reqd_work_group_size(2, 1, 1)))
                __kernel void pairs(__global float *x, int xOffset, float value) {
                    x[xOffset + get_global_id(0)] = value;
                }
                """;
        ClKernel pairs = context.build("pairs.cl", source).kernel("pairs");
        try (ClQueue queue = new ClQueue(context, false, new ClMemory(context.device(), context.handle()));
                ClMemory memory = new ClMemory(context.device(), context.handle())) {
            ClBuffer x = memory.take("x", 8);
            ClSignature fours = new ClSignature("pairs", 4, List.of(ClSignature.Kind.BUFFER, ClSignature.Kind.FLOAT));
            ClKernel wrong = new ClKernel(fours, pairs.aparapi(), pairs.handle());
            var refusal = assertThrows(OpenClException.class, () -> queue.launch(() -> "the op", wrong, 2, x, 3f));
            assertEquals(
                    "opencl: pairs: clEnqueueNDRangeKernel failed: CL_INVALID_WORK_GROUP_SIZE (-54) in the op on "
                            + context.device().name(),
                    refusal.getMessage());
            queue.launch(() -> "the op", pairs, 4, x, 3f);
            queue.finish();
        }
        ClContext.give(context);
    }

    @Test
    void anEmptyRangeAndAWrongOperandAreRefusedBeforeTheDriverSeesThem() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        ClKernel fill = context.program("elementwise.cl", ClParameters.of(context.device()), "")
                .kernel("fill");
        try (ClQueue queue = new ClQueue(context, false, new ClMemory(context.device(), context.handle()))) {
            ClBuffer x = new ClBuffer(1, 1);
            assertThrows(IllegalArgumentException.class, () -> queue.launch(() -> "fill", fill, 0, x, 1, 1f));
            assertThrows(IllegalArgumentException.class, () -> queue.launch(() -> "fill", fill, 1, x, 1, 1));
            assertThrows(IllegalArgumentException.class, () -> queue.launch(() -> "fill", fill, 1, x, 1));
        }
        ClContext.give(context);
    }

    @Test
    void aClosedBackendRefusesWork() {
        OpenClBackend backend = OpenClTestDevice.open();
        Scope scope = backend.scope();
        Tensor x = scope.tensor(3);
        backend.close();
        backend.close();
        assertThrows(IllegalStateException.class, () -> backend.fill(x, 1));
        assertThrows(IllegalStateException.class, () -> scope.tensor(3));
        scope.close();
    }
}
