package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.op.GemmSpec;

/** The README's example of the library gives what the README says. */
class ReadmeExampleTest {
    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void multipliesTwoSmallMatrices(Subject subject) {
        Backend backend = subject.backend();
        try (Scope scope = backend.scope()) {
            GemmSpec product = GemmSpec.nn(2, 2, 3); // C (2 x 2) = A (2 x 3) B (3 x 2)
            Tensor a = scope.tensorOf(product.aShape(), new float[] {1, 2, 3, 4, 5, 6});
            Tensor b = scope.tensorOf(product.bShape(), new float[] {1, 0, 0, 1, 1, 1});
            Tensor c = scope.tensor(product.cShape());
            backend.gemm(product, a, b, c);
            assertArrayEquals(new float[] {4, 5, 10, 11}, backend.download(c));
        }
    }
}
