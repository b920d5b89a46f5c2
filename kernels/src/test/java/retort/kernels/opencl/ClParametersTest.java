package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.BackendException;
import retort.kernels.BadParametersException;
import retort.kernels.Device;
import retort.kernels.Engine;
import retort.kernels.engine.ParameterFile;

class ClParametersTest {
    private static final Device CPU = device(Device.Type.CPU, 4096, 1 << 20);
    private static final Device GPU = device(Device.Type.GPU, 1024, 48 << 10);

    @TempDir
    private Path folder;

    private Path file;

    private static Device device(Device.Type type, int largestWorkGroup, long localMemoryBytes) {
        return new Device(
                0, "a device", "", "", type, 1, 0, 1L << 30, localMemoryBytes, 1 << 28, largestWorkGroup, 8, "", "");
    }

    @BeforeEach
    void nameFile() {
        file = folder.resolve("own.properties");
    }

    private void use() {
        System.setProperty(ParameterFile.locationProperty(Engine.OPENCL), file.toString());
    }

    private void use(String text) throws IOException {
        Files.writeString(file, text);
        use();
    }

    @AfterEach
    void useNone() {
        System.clearProperty(ParameterFile.locationProperty(Engine.OPENCL));
    }

    private static String refusal(Device device) {
        return assertThrows(BackendException.class, () -> ClParameters.of(device))
                .getMessage();
    }

    @Test
    void aParameterThatIsIllegalOrUnknownIsRefusedWithItsFile() throws IOException {
        use("DOT_MR=9\n");
        assertEquals(
                "opencl: " + file + ": DOT_MR (rows of a tile of dot products) is 9, expected one of 1, 2, 3, 4, 6, 8",
                refusal(CPU));
        use("GEMM_ROOF=8\n");
        assertEquals("opencl: " + file + ": there is no parameter GEMM_ROOF", refusal(CPU));
        use("FAMILY=both\n");
        assertEquals("opencl: " + file + ": FAMILY is both, expected one of [CORES, SIMT]", refusal(CPU));
    }

    @Test
    void aDeviceHasOnlyTheParametersOfItsFamily() throws IOException {
        String cores = ClParameters.of(CPU).options();
        String simt = ClParameters.of(GPU).options();
        assertTrue(cores.contains("-DGEMM_MR=6") && !cores.contains("ITEM_M"), cores);
        assertTrue(simt.contains("-DELEMENT_WIDTH=4") && !simt.contains("GEMM_MR"), simt);
        use("LARGE_M=32\n");
        assertEquals(
                "opencl: " + file + ": LARGE_M is no parameter of the kernels here, which are of the family CORES",
                refusal(CPU));
    }

    @Test
    void aFileThatNamesTheOtherFamilyStartsFromItsValues() throws IOException {
        use("FAMILY=simt\nLARGE_N=64\n");
        ClParameters parameters = ClParameters.of(CPU);
        assertEquals(ClFamily.SIMT, parameters.family());
        assertEquals(64, parameters.get(ClParameter.LARGE_N));
        assertEquals(8, parameters.get(ClParameter.LARGE_ITEM_M));
    }

    @Test
    void theOriginNamesTheFilesAndWhatTheyChange() throws IOException {
        assertEquals("cpu-narrow.properties", ClParameters.of(CPU).origin());
        use("GEMM_KC=512\nGEMM_MR=6\n");
        assertEquals(
                "cpu-narrow.properties, " + file + " GEMM_KC=512",
                ClParameters.of(CPU).origin());
    }

    @Test
    void aDeviceSaysWhatTheUsersFileChangesOrWhatIsWrongWithIt() throws IOException {
        OpenClDevices.Found found = OpenClTestDevice.find();
        int items = ClParameters.of(found.device()).get(ClParameter.ELEMENT_ITEMS) == 32 ? 16 : 32;
        use("ELEMENT_ITEMS=" + items + "\n");
        String parameters = OpenClDevices.select(null).parameters();
        assertTrue(parameters.endsWith(".properties, " + file + " ELEMENT_ITEMS=" + items), parameters);
        use("ELEMENT_ITEMS=0\n");
        assertTrue(OpenClDevices.list().getFirst().parameters().contains("ELEMENT_ITEMS"));
    }

    @Test
    void aFileThatIsNoneIsRefusedWithItsName() throws IOException {
        use("GEMM_MR=\\u12\n");
        assertEquals("opencl: " + file + ": is damaged: Malformed \\uxxxx encoding.", refusal(CPU));
        use("x".repeat(100_000));
        assertEquals("opencl: " + file + ": there is no parameter " + "x".repeat(40) + "...", refusal(CPU));
        Files.write(file, new byte[] {(byte) 0xFF, 0, 7});
        assertEquals("opencl: " + file + ": is no text in UTF-8", refusal(CPU));
        file = folder.resolve("none");
        use();
        assertEquals("opencl: " + file + ": no such file or folder, -Dretort.opencl.parameters names it", refusal(CPU));
        file = Path.of("/dev/null");
        use();
        assertEquals("opencl: /dev/null: is no file of parameters", refusal(CPU));
    }

    @Test
    void aFileThatCanNotBeUsedTakesNoContext() throws IOException {
        Device device = OpenClTestDevice.find().device();
        ClContext idle = ClContext.take(OpenClTestDevice.find());
        ClContext.give(idle);
        use("ELEMENT_ITEMS=0\n");
        assertThrows(BadParametersException.class, () -> OpenClBackend.open(device.name(), false));
        ClContext again = ClContext.take(OpenClTestDevice.find());
        assertSame(idle, again);
        ClContext.give(again);
    }

    @Test
    void valuesThatDoNotGoTogetherAreRefused() throws IOException {
        use("GEMM_WIDTH=4\nDOT_NR=6\n");
        assertTrue(refusal(CPU).endsWith("DOT_NR is 6, expected at most GEMM_WIDTH = 4"), refusal(CPU));
    }

    /** A vector of GEMM_WIDTH sums is stored at a time: columns beyond it stayed as they were. */
    @Test
    void narrowVectorsWithTheRestOfTheClassAreRefused() throws IOException {
        Device wide = new Device(0, "a device", "", "", Device.Type.CPU, 1, 0, 1L << 30, 1 << 20, 1, 4096, 16, "", "");
        use("GEMM_WIDTH=4\n");
        assertEquals(
                "opencl: cpu.properties, " + file + " GEMM_WIDTH=4: DOT_NR is 6, expected at most GEMM_WIDTH = 4",
                refusal(wide));
    }

    @Test
    void classValuesAreLoweredToTheDeviceAndTheUsersAreRefused() throws IOException {
        Device small = device(Device.Type.CPU, 32, 16 << 10);
        ClParameters parameters = ClParameters.of(small);
        assertEquals(32, parameters.get(ClParameter.ELEMENT_ITEMS));
        assertEquals(256, parameters.get(ClParameter.GEMM_KC));
        assertEquals(512, parameters.get(ClParameter.ADAM_NC));
        use("GEMM_KC=512\n");
        assertEquals(
                "opencl: cpu-narrow.properties, " + file
                        + " GEMM_KC=512: GEMM_KC is 512: that takes 32768 bytes of local "
                        + "memory, a device has 16384",
                refusal(small));
        Device fewItems = device(Device.Type.GPU, 512, 48 << 10);
        use("MEDIUM_M=128\nMEDIUM_N=128\nMEDIUM_ITEM_N=4\n");
        assertTrue(
                refusal(fewItems).endsWith("MEDIUM_N is 128: that takes 1024 work-items in a group, a device has 512"),
                refusal(fewItems));
    }

    @Test
    void whatTheTunerWritesReadsAsItWas() {
        ClParameters written = ClParameters.of(CPU).with(ClParameter.GEMM_MR, 12);
        written.write(file, "A comment.");
        use();
        assertEquals(written, ClParameters.of(CPU));
    }
}
