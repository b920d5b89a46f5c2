package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import retort.kernels.opencl.ClSignature.Kind;
import retort.kernels.opencl.OpenClPrograms.Argument;
import retort.kernels.opencl.OpenClPrograms.Declaration;

/** What a kernel is launched with is what its source declares, and what can't be launched fails when it is built. */
class ClSignatureTest {
    private ClContext context;

    @BeforeEach
    void take() {
        context = ClContext.take(OpenClTestDevice.find());
    }

    @AfterEach
    void give() {
        if (context != null) {
            ClContext.give(context);
        }
    }

    private ClProgram build(String group, String parameters) {
        return context.build("f.cl", group + " __kernel void f(" + parameters + ") {}");
    }

    private String refusal(String group, String parameters) {
        return assertThrows(OpenClException.class, () -> build(group, parameters))
                .getMessage();
    }

    private static final String GROUP = "__attribute__((reqd_work_group_size(4, 1, 1)))";

    @Test
    void operandsAndTheGroupsSizeAreThoseOfTheDeclaration() {
        ClKernel f = build(
                        GROUP, "const __global float *x, int xOffset, int n, __global float *y, int yOffset, float a")
                .kernel("f");
        assertEquals(4, f.groupSize());
        ClBuffer x = new ClBuffer(7, 1);
        ClBuffer y = new ClBuffer(8, 1);
        Object[] spelled = f.spell(x, List.of(2, List.of(y)), 3f);
        assertEquals(List.of(x, 0, 2, y, 0, 3f), List.of(spelled));
        assertThrows(IllegalArgumentException.class, () -> f.spell(x, 2f, y, 3f));
        assertThrows(IllegalArgumentException.class, () -> f.spell(x, 2, y));
    }

    @Test
    void aBufferWithoutItsOffsetIsRefused() {
        String message = "opencl: f.cl: f has no int xOffset behind x";
        assertEquals(message, refusal(GROUP, "__global float *x"));
        assertEquals(message, refusal(GROUP, "__global float *x, int n"));
        assertEquals(message, refusal(GROUP, "__global float *x, float xOffset"));
    }

    @Test
    void anArgumentOfAnotherTypeIsRefused() {
        assertEquals(
                "opencl: f.cl: f declares n as uint, expected __global float*, int or float", refusal(GROUP, "uint n"));
        assertEquals(
                "opencl: f.cl: f declares x as int*, expected __global float*, int or float",
                refusal(GROUP, "__global int *x, int xOffset"));
        assertEquals(
                "opencl: f.cl: f declares x as float*, expected __global float*, int or float",
                refusal(GROUP, "__local float *x"));
    }

    @Test
    void aGroupOfAnySizeIsRefused() {
        assertEquals("opencl: f.cl: f does not fix its group's size (GROUP_OF)", refusal("", "int n"));
    }

    @Test
    void theKindsAreInOrder() {
        List<Argument> arguments = List.of(
                new Argument(false, "float", "a"),
                new Argument(true, "float*", "x"),
                new Argument(false, "int", "xOffset"));
        ClSignature signature = ClSignature.of("f.cl", new Declaration("f", 1, arguments));
        assertEquals(List.of(Kind.FLOAT, Kind.BUFFER), signature.operands());
        assertEquals(3, signature.arguments());
        assertEquals(3, signature.descriptors().size());
    }
}
