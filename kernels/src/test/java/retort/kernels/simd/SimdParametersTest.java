package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.BackendException;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Processor;
import retort.kernels.check.KernelCheck;
import retort.kernels.engine.ParameterFile;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Spec;

class SimdParametersTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("own.properties");
    }

    private void use() {
        System.setProperty(ParameterFile.locationProperty(Engine.CPU_SIMD), file.toString());
    }

    private void use(String text) throws IOException {
        Files.writeString(file, text);
        use();
    }

    @AfterEach
    void useNone() {
        System.clearProperty(ParameterFile.locationProperty(Engine.CPU_SIMD));
    }

    private String refusal(String text) throws IOException {
        use(text);
        return assertThrows(
                        BackendException.class,
                        () -> Backends.open(Engine.CPU_SIMD, Backends.Options.defaults())
                                .close())
                .getMessage();
    }

    @Test
    void theEngineDoesNotStartWithAParameterThatIsIllegalOrUnknown() throws IOException {
        assertEquals(
                "cpu-simd: " + file + ": MC_TALL (" + SimdParameter.MC_TALL.meaning()
                        + ") is 3, expected one of 24, 48, 96, 192, 384",
                refusal("MC_TALL=3\n"));
        assertEquals("cpu-simd: " + file + ": KC is no number: much", refusal("KC=much\n"));
        assertEquals("cpu-simd: " + file + ": there is no parameter MR", refusal("MR=6\n"));
        assertEquals("cpu-simd: " + file + ": there is no parameter FAMILY", refusal("FAMILY=CORES\n"));
        assertTrue(refusal("KC=\\u00\n").startsWith("cpu-simd: " + file + ": is damaged: "));
    }

    @Test
    void theOriginNamesTheUsersFileAndWhatItChanges() throws IOException {
        SimdParameters committed = SimdParameters.here();
        int kc = committed.get(SimdParameter.KC) == 512 ? 256 : 512;
        use("KC=" + kc + "\nMC=" + committed.get(SimdParameter.MC) + "\n");
        SimdParameters changed = SimdParameters.here();
        assertEquals(committed.with(SimdParameter.KC, kc), changed);
        String origin = committed.origin() + ", " + file + " KC=" + kc;
        assertEquals(origin, changed.origin());
        assertEquals(Optional.of(origin), Backends.parameters(Engine.CPU_SIMD, null));
    }

    @Test
    void whatTheTunerWritesReadsAsItWas() {
        SimdParameters written = SimdParameters.here().with(SimdParameter.NC, 512);
        written.write(file, "A comment.");
        use();
        assertEquals(written, SimdParameters.here());
    }

    @Test
    void aFamilyHasItsCommittedSetWhereItsVectorsAreUsedInFull() {
        Processor zen3 = new Processor("", "AuthenticAMD 25 1", List.of());
        Processor zen5 = new Processor("", "AuthenticAMD 26 2", List.of());
        Processor other = new Processor("", "GenuineIntel 6 143", List.of());
        assertEquals(Optional.of("zen3.properties"), SimdParameters.committed(zen3, 256));
        assertEquals(Optional.of("zen5.properties"), SimdParameters.committed(zen5, 512));
        assertEquals(Optional.empty(), SimdParameters.committed(zen5, 256));
        assertEquals(Optional.empty(), SimdParameters.committed(other, 512));
        assertEquals(Optional.of("narrow.properties"), SimdParameters.committed(other, 128));
        System.setProperty(ParameterFile.locationProperty(Engine.CPU_SIMD), folder.toString());
        assertEquals(folder.resolve("authenticamd-26-2-512-bits.properties"), SimdParameters.userFile(zen5, 512));
    }

    @Test
    void noBitOfAResultDependsOnThem() {
        List<SimdParameters> sets = List.of(
                extreme(true),
                extreme(false),
                SimdParameters.ofModel(CacheSizes.here()),
                SimdParameters.ofJar("zen3.properties"),
                SimdParameters.ofJar("narrow.properties"));
        try (SimdBackend usual = new SimdBackend(2, SimdParameters.ofJar("zen5.properties"))) {
            for (SimdParameters set : sets) {
                try (SimdBackend other = new SimdBackend(2, set)) {
                    specs().forEach(spec -> {
                        KernelCheck check = KernelCheck.random(spec, 20261126);
                        check.checkSameBits(set.origin(), check.run(usual), check.run(other));
                    });
                }
            }
        }
    }

    private static SimdParameters extreme(boolean smallest) {
        SimdParameters set = SimdParameters.here();
        for (SimdParameter parameter : SimdParameter.values()) {
            int[] legal = parameter.legal();
            set = set.with(parameter, smallest ? legal[0] : legal[legal.length - 1]);
        }
        return set;
    }

    /** Products on every way through the engine and past the ends of small blocks, and what is made of them. */
    private static Stream<Spec> specs() {
        Stream<GemmSpec> products = Stream.of(
                        new int[] {20, 75, 2100},
                        new int[] {100, 75, 600},
                        new int[] {300, 600, 300},
                        new int[] {600, 75, 150},
                        new int[] {400, 10, 1100})
                .flatMap(size -> Stream.of(
                        GemmSpec.nn(size[0], size[1], size[2]),
                        GemmSpec.nt(size[0], size[1], size[2]),
                        GemmSpec.tn(size[0], size[1], size[2]),
                        GemmSpec.tt(size[0], size[1], size[2])))
                .flatMap(spec -> Stream.of(spec, spec.withPackedB(), spec.scaled(2, -1)));
        Stream<Spec> gradients = Stream.of(300, 20)
                .map(batch -> DenseBackwardSpec.of(batch, 300, 75, AdamSpec.withDefaults(300 * 75))
                        .withInputGradient(Epilogue.gate(0)))
                .flatMap(spec -> Stream.of(spec, spec.withPackedWeights()));
        Conv2dSpec conv = Conv2dSpec.forward(2, 9, 10, 17).filters(3, 3, 40);
        return Stream.of(
                        products,
                        gradients,
                        Stream.of(
                                conv,
                                conv.as(Conv2dSpec.Pass.INPUT_GRADIENT),
                                conv.as(Conv2dSpec.Pass.FILTER_GRADIENT)))
                .flatMap(each -> each);
    }
}
