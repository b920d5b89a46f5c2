package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;

/** The backward pass of a dense layer as one op beside the ops that it is made of. */
class DenseBackwardTest {
    private static final int INPUTS = 131;
    private static final int UNITS = 75;

    static Stream<Subject> simd() {
        return EnginesUnderTest.all().stream()
                .filter(subject -> subject.backend().engine() == Engine.CPU_SIMD);
    }

    /** So a training run has the same losses whether its layers use it or not. */
    @ParameterizedTest
    @MethodSource("simd")
    void hasTheBitsOfItsParts(Subject subject) {
        for (int batch : new int[] {1, 32, 300}) {
            for (boolean packed : new boolean[] {false, true}) {
                compare(subject, batch, packed);
            }
        }
    }

    private static void compare(Subject subject, int batch, boolean packed) {
        Backend backend = subject.backend();
        DenseBackwardSpec rowMajor = DenseBackwardSpec.of(batch, INPUTS, UNITS, AdamSpec.withDefaults(INPUTS * UNITS))
                .withInputGradient(Epilogue.gate(0.5f));
        DenseBackwardSpec spec = packed ? rowMajor.withPackedWeights() : rowMajor;
        AdamSpec adam = AdamSpec.withDefaults(INPUTS * UNITS);
        GemmSpec gradient = spec.weightProduct();
        try (Scope scope = backend.scope()) {
            SplittableRandom random = new SplittableRandom(batch);
            Tensor x = scope.tensorOf(Shape.of(batch, INPUTS), fractions(random, batch * INPUTS));
            Tensor dY = scope.tensorOf(Shape.of(batch, UNITS), fractions(random, batch * UNITS));
            Tensor[][] state = new Tensor[2][3];
            for (int i = 0; i < 3; i++) {
                float[] elements = fractions(random, INPUTS * UNITS);
                for (Tensor[] each : state) {
                    Shape shape = Shape.of(INPUTS, UNITS);
                    each[i] = packed ? scope.packedOf(shape, elements) : scope.tensorOf(shape, elements);
                }
            }
            Tensor[] dX = {scope.tensor(batch, INPUTS), scope.tensor(batch, INPUTS)};
            Tensor[] one = state[0];
            backend.denseBackward(spec, x, dY, one[0], new Tensor[] {one[1], one[2]}, dX[0], 3);
            Tensor[] parts = state[1];
            backend.gemm(spec.inputProduct(), dY, parts[0], dX[1], Fused.gate(x));
            Tensor product = scope.tensor(gradient.cShape());
            backend.gemm(gradient, x, dY, product);
            Tensor g = packed ? scope.packed(gradient.cShape()) : product;
            if (packed) {
                backend.copy(product, g);
            }
            backend.adam(adam, parts[0], g, parts[1], parts[2], 3);
            String message = "batch " + batch + (packed ? ", packed" : "");
            assertArrayEquals(backend.download(dX[1]), backend.download(dX[0]), message);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(backend.download(parts[i]), backend.download(one[i]), message);
            }
        }
    }

    private static float[] fractions(SplittableRandom random, int count) {
        float[] fractions = new float[count];
        for (int e = 0; e < count; e++) {
            fractions[e] = random.nextFloat();
        }
        return fractions;
    }
}
