package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.Shape;

/** What a packed matrix is for everybody outside its engine: the same elements, in an order that does not show. */
class PackedTensorTest {
    private static final int[][] SIZES = {{1, 1}, {3, 15}, {2, 16}, {5, 17}, {37, 33}, {7, 70}};

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    private static float[] random(Shape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] elements = new float[shape.size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = (float) random.nextDouble(-1, 1);
        }
        return elements;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void downloadGivesWhatWasUploaded(Subject subject) {
        try (Scope scope = subject.backend().scope()) {
            for (int[] size : SIZES) {
                float[] elements = random(Shape.of(size), 1);
                Tensor packed = scope.packedOf(Shape.of(size), elements);
                assertTrue(packed.isPacked());
                assertArrayEquals(elements, subject.backend().download(packed));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void copyGoesFromEitherOrderToEither(Subject subject) {
        Backend backend = subject.backend();
        try (Scope scope = backend.scope()) {
            for (int[] size : SIZES) {
                Shape shape = Shape.of(size);
                Shape turned = Shape.of(size[1], size[0]);
                float[] elements = random(shape, 2);
                Tensor packed = scope.packed(shape);
                backend.copy(scope.tensorOf(shape, elements), packed);
                Tensor other = scope.packed(turned);
                backend.copy(packed, other);
                Tensor rowMajor = scope.tensor(shape);
                backend.copy(other, rowMajor);
                assertArrayEquals(elements, backend.download(rowMajor));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void fillReachesEveryElement(Subject subject) {
        try (Scope scope = subject.backend().scope()) {
            Tensor packed = scope.packed(Shape.of(5, 17));
            subject.backend().fill(packed, 2.5f);
            for (float element : subject.backend().download(packed)) {
                assertEquals(2.5f, element);
            }
        }
    }

    /** A closed scope's storage comes back with whatever it held, which must not reach a product. */
    @ParameterizedTest
    @MethodSource("engines")
    void whatTheStorageHeldBeforeDoesNotShow(Subject subject) {
        Backend backend = subject.backend();
        Shape shape = Shape.of(40, 33);
        try (Scope scope = backend.scope()) {
            // As many elements as 40 rows of 33, 48 or 64 columns take: vectors of 128, 256 and 512 bits.
            Stream.of(33, 40, 48, 64).forEach(columns -> scope.filled(Shape.of(40, columns), Float.NaN));
        }
        try (Scope scope = backend.scope()) {
            Tensor packed = scope.packedOf(shape, random(shape, 3));
            GemmSpec spec = GemmSpec.nt(7, 40, 33).withPackedB();
            Tensor c = scope.tensor(spec.cShape());
            backend.gemm(spec, scope.tensorOf(spec.aShape(), random(spec.aShape(), 4)), packed, c);
            for (float element : backend.download(c)) {
                assertFalse(Float.isNaN(element));
            }
        }
    }

    /**
     * What fills up the last panel stays 0 even if a step went wrong, so that weights loaded afterwards are as good as
     * new.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void anInfiniteGradientLeavesNothingBehind(Subject subject) {
        Backend backend = subject.backend();
        GemmSpec gradient = GemmSpec.tn(70, 17, 2);
        DenseBackwardSpec update = DenseBackwardSpec.of(
                        2, 70, 17, AdamSpec.withDefaults(gradient.cShape().size()))
                .withPackedWeights();
        try (Scope scope = backend.scope()) {
            float[] infinite = random(gradient.aShape(), 6);
            infinite[1] = Float.POSITIVE_INFINITY;
            Tensor a = scope.tensorOf(gradient.aShape(), infinite);
            Tensor b = scope.tensorOf(gradient.bShape(), random(gradient.bShape(), 7));
            Tensor w = scope.packed(gradient.cShape());
            Tensor m = scope.packed(gradient.cShape());
            Tensor v = scope.packed(gradient.cShape());
            Stream.of(w, m, v).forEach(each -> backend.fill(each, 0));
            backend.denseBackward(update, a, b, w, new Tensor[] {m, v}, null, 1);
            backend.upload(random(gradient.cShape(), 8), w);
            GemmSpec spec = GemmSpec.nt(2, 70, 17).withPackedB();
            Tensor c = scope.tensor(spec.cShape());
            backend.gemm(spec, scope.tensorOf(spec.aShape(), random(spec.aShape(), 9)), w, c);
            for (float element : backend.download(c)) {
                assertTrue(Float.isFinite(element), "element " + element);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void optimisersGiveTheSameBitsInEitherOrder(Subject subject) {
        Backend backend = subject.backend();
        Shape shape = Shape.of(37, 33);
        AdamSpec adam = new AdamSpec(shape.size(), 1e-3f, 0.9f, 0.999f, 1e-7f);
        SgdSpec sgd = new SgdSpec(shape.size(), 0.1f, 0.9f);
        float[][] results = new float[2][];
        for (int order = 0; order < 2; order++) {
            try (Scope scope = backend.scope()) {
                Tensor[] t = new Tensor[4];
                for (int i = 0; i < t.length; i++) {
                    t[i] = order == 0 ? scope.tensor(shape) : scope.packed(shape);
                    float[] elements = random(shape, 5 + i);
                    for (int e = 0; e < elements.length; e++) {
                        elements[e] = i == 3 ? Math.abs(elements[e]) : elements[e];
                    }
                    backend.upload(elements, t[i]);
                }
                backend.adam(adam, t[0], t[1], t[2], t[3], 3);
                backend.sgd(sgd, t[0], t[1], t[2]);
                results[order] = backend.download(t[0]);
            }
        }
        assertArrayEquals(results[0], results[1]);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void isRefusedWhereItDoesNotBelong(Subject subject) {
        Backend backend = subject.backend();
        try (Scope scope = backend.scope()) {
            Tensor packed = scope.packed(Shape.of(8, 8));
            Tensor rowMajor = scope.like(scope.tensor(8, 8));
            Tensor c = scope.tensor(8, 8);
            GemmSpec spec = GemmSpec.nn(8, 8, 8);
            refused("a packed tensor 8 x 8", () -> packed.reshaped(Shape.of(64)));
            refused("a packed tensor 8 x 8", () -> packed.rows(0, 4));
            refused("B is a packed tensor", () -> backend.gemm(spec, rowMajor, packed, c));
            refused("expected a packed one", () -> backend.gemm(spec.withPackedB(), rowMajor, rowMajor, c));
            refused("A is a packed tensor", () -> backend.gemm(spec, packed, rowMajor, c));
            refused("x is a packed tensor", () -> backend.relu(ReluSpec.forward(64), packed, c));
            AdamSpec adam = new AdamSpec(64, 1e-3f, 0.9f, 0.999f, 1e-7f);
            refused("gradient is a tensor", () -> backend.adam(adam, packed, rowMajor, packed, packed, 1));
            refused("gradient is 4 x 16, expected 8 x 8", () -> {
                Tensor other = scope.packed(Shape.of(4, 16));
                backend.adam(adam, packed, other, packed, packed, 1);
            });
            refused("only a matrix", () -> scope.packed(Shape.of(2, 2, 2)));
        }
    }

    private static void refused(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}
