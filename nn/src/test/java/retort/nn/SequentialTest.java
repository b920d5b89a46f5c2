package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Shape;

class SequentialTest {
    private static final long SEED = 13;

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @Test
    void theTeacherHas27413130Parameters() {
        Architecture teacher =
                Architecture.parse("input 28x28x1; conv2d 32 3x3; relu; flatten; dense 1200; relu; dropout 0.5; "
                        + "dense 1200; relu; dropout 0.5; dense 10");
        try (Sequential model =
                Sequential.create(EnginesUnderTest.reference(), teacher, Initializer.GLOROT_UNIFORM, SEED)) {
            assertEquals(27_413_130, model.parameterCount());
        }
    }

    @Test
    void theStudentHas8070Parameters() {
        Architecture student = Architecture.parse("input 28x28x1; flatten; dense 10; relu; dense 10; relu; dense 10");
        try (Sequential model =
                Sequential.create(EnginesUnderTest.reference(), student, Initializer.GLOROT_UNIFORM, SEED)) {
            assertEquals(784 * 10 + 10 + 2 * (10 * 10 + 10), model.parameterCount());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void inferenceLeavesDropoutOut(Subject subject) {
        Backend backend = subject.backend();
        Architecture with = Architecture.parse("input 9; dropout 0.5; dense 20; relu; dropout 0.9; dense 4");
        Architecture without = Architecture.parse("input 9; dropout 0.0; dense 20; relu; dropout 0.0; dense 4");
        try (Sequential dropping = Sequential.create(backend, with, Initializer.HE_UNIFORM, SEED);
                Sequential plain = Sequential.create(backend, without, Initializer.HE_UNIFORM, SEED);
                Scope scope = backend.scope()) {
            Tensor x = scope.filled(dropping.batchShape(6), 0.75f);
            assertArrayEquals(
                    backend.download(plain.infer(scope, x)),
                    backend.download(dropping.infer(scope, x)),
                    subject.name());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aModelInfersWhileItTrains(Subject subject) {
        Map<String, float[]> alone = gradients(subject.backend(), false);
        gradients(subject.backend(), true)
                .forEach((name, gradient) -> assertArrayEquals(alone.get(name), gradient, subject + ", " + name));
    }

    private static Map<String, float[]> gradients(Backend backend, boolean infers) {
        Architecture architecture =
                Architecture.parse("input 28x28x1; conv2d 3 3x3; relu; flatten; dense 20; relu; dropout 0.5; dense 10");
        int batch = 8;
        CrossEntropySpec spec = new CrossEntropySpec(batch, 10, 1, Targets.HARD);
        DigitLikeImages.Batch images = new DigitLikeImages(SEED).next(batch);
        try (Sequential model = Sequential.create(backend, architecture, Initializer.HE_UNIFORM, SEED);
                Scope scope = backend.scope()) {
            Tensor x = scope.tensorOf(model.batchShape(batch), images.images());
            Sequential.Tape tape = model.forward(scope, x, SEED, 1);
            if (infers) {
                try (Scope other = backend.scope()) {
                    model.infer(other, other.filled(model.batchShape(batch), 1));
                    model.infer(scope, other.filled(model.batchShape(batch), -1));
                }
            }
            Tensor dLogits = scope.tensor(spec.logitsShape());
            Tensor labels = scope.tensorOf(spec.targetsShape(), images.labels());
            backend.crossEntropy(spec, tape.output(), labels, dLogits, scope.tensor(spec.outcomeShape()));
            CollectedGradients sink = new CollectedGradients(backend, scope);
            model.backward(tape, dLogits, sink);
            return sink.byName();
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aThousandStepsLeaveTheHeapAsItWas(Subject subject) {
        Backend backend = subject.backend();
        Architecture architecture = Architecture.parse("input 300; dense 40; relu; dropout 0.5; dense 10");
        int batch = 16;
        DigitLikeImages images = new DigitLikeImages(SEED);
        float[] x = images.next(batch).images();
        float[] labels = new float[batch];
        try (Sequential model = Sequential.create(backend, architecture, Initializer.HE_UNIFORM, SEED);
                Optimizer adam = new Adam(backend, Schedule.constant(1e-3f));
                Scope scope = backend.scope()) {
            Trainer trainer = new Trainer(model, adam, new Loss.CrossEntropy(1, Targets.HARD), SEED);
            Tensor outcome = scope.tensor(batch, 2);
            long before = 0;
            for (int step = 1; step <= 1100; step++) {
                trainer.step(x, labels, batch, outcome);
                if (step == 100) {
                    backend.finish();
                    before = usedHeapBytes();
                }
            }
            backend.finish();
            long after = usedHeapBytes();
            assertTrue(
                    after <= before * 1.05,
                    subject + ": " + before + " bytes after 100 steps, " + after + " after 1,100, bound 5 %");
        }
    }

    private static long usedHeapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** As many pixels are not enough. */
    @Test
    void imagesOfOneChannelAreTakenAsTheyAreAsAMatrixOrInARow() {
        Shape images = Shape.of(28, 14, 1);
        for (Shape input : List.of(images, Shape.of(28, 14), Shape.of(28 * 14))) {
            assertTrue(Network.takes(input, images), input.toString());
        }
        for (Shape input : List.of(Shape.of(14, 28, 1), Shape.of(14, 28), Shape.of(7, 14, 4))) {
            assertFalse(Network.takes(input, images), input.toString());
        }
        assertFalse(Network.takes(Shape.of(12), Shape.of(2, 2, 3)));
    }
}
