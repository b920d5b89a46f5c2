package retort.driver.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Tensor;
import retort.kernels.op.GemmSpec;

/** A wrong answer is seen, and said where it is. */
class KernelCheckTest {
    @Test
    void findsNothingOnASoundEngine() {
        try (Backend sound = open()) {
            assertEquals("", KernelCheck.problem(sound));
        }
    }

    @Test
    void namesTheFirstWrongElement() {
        try (Backend sound = open()) {
            String problem = KernelCheck.problem(withLastElementOff(sound));
            assertEquals(
                    "its matrix product has 1000000.0 in row 16, column 36, expected ",
                    problem.replaceAll("-?\\d+$", ""));
        }
    }

    private static Backend open() {
        return Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
    }

    /** A backend whose gemm writes a million where its result ends. */
    private static Backend withLastElementOff(Backend sound) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("gemm")) {
                        return method.invoke(sound, arguments);
                    }
                    Tensor c = (Tensor) arguments[3];
                    float[] elements = new float[c.shape().size()];
                    sound.gemm((GemmSpec) arguments[0], (Tensor) arguments[1], (Tensor) arguments[2], c);
                    sound.download(c, elements, 0);
                    elements[elements.length - 1] = 1e6f;
                    sound.upload(elements, c);
                    return null;
                });
    }
}
