package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorTest {
    @Test
    void anX86ProcessorIsNamedWithFamilyAndModel() {
        Processor processor = Processor.parse("""
                processor\t: 0
                vendor_id\t: AuthenticAMD
                cpu family\t: 26
                model\t\t: 2
                model name\t: AMD EPYC
                stepping\t: 1
                flags\t\t: fpu sse2 smep sse4_2 fma avx f16c avx2 avx512f rdpid avx512_vnni

                processor\t: 1
                model name\t: Another
                stepping\t: 9
                """, "amd64");
        assertEquals("AMD EPYC (family 26, model 2, stepping 1)", processor.name());
        assertEquals("AuthenticAMD 26 2", processor.model());
        assertTrue(processor.isOf("AuthenticAMD", 26));
        assertFalse(processor.isOf("AuthenticAMD", 2) || processor.isOf("GenuineIntel", 26));
        assertEquals(List.of("avx", "avx2", "avx512_vnni", "avx512f", "f16c", "fma", "sse4_2"), processor.features());
    }

    @Test
    void anArmProcessorIsNamedByItsArchitectureAndNumbers() {
        Processor processor = Processor.parse("""
                processor\t: 0
                Features\t: fp asimd aes asimddp sve i8mm
                CPU implementer\t: 0x41
                CPU architecture: 8
                CPU variant\t: 0x1
                CPU part\t: 0xd40
                """, "aarch64");
        assertEquals("aarch64 (implementer 0x41, variant 0x1, part 0xd40)", processor.name());
        assertEquals("0x41 0xd40", processor.model());
        assertEquals(List.of("asimd", "asimddp", "i8mm", "sve"), processor.features());
    }

    @Test
    void oneThatSaysNothingIsItsArchitecture() {
        assertEquals(new Processor("riscv64", "", List.of()), Processor.parse("hart : 0\n", "riscv64"));
        assertFalse(Processor.here().name().isEmpty());
    }
}
