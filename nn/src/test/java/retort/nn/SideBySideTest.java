package retort.nn;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.GemmSpec;

/**
 * The same training on each engine and on the reference, without ever bringing them together again.
 *
 * <p>How far may their losses part? Rounding makes a sum of k products what it would be exactly had each weight been
 * off by a relative sqrt(k) eps or so (Wilkinson's backward error; with sqrt(k) for k, Higham and Mary 2019). How
 * training then amplifies that is not to be derived: Adam divides by the root of a second moment, which for a tiny
 * gradient is tiny too, and a ReLU may change sides. So the amplification is measured: "twins" of the reference train
 * with every weight moved by a random relative +-sqrt(k) eps before each step. At each step an engine may have parted
 * from the reference by no more than {@value #MARGIN} times what the widest twin has up to then. The twins are few,
 * hence the margin, and the losses themselves are rounded to float32. A thousandth too much in one product must still
 * be seen, which is tested too.
 */
class SideBySideTest {
    private static final long SEED = 20261123;
    private static final int BATCH = 32;
    private static final int TWINS = 4;
    private static final double MARGIN = 4;
    private static final double EPS = 0x1p-24;

    private record Job(String architecture, float temperature, int steps) {}

    private static final Job STUDENT =
            new Job("input 28x28x1; flatten; dense 10; relu; dense 10; relu; dense 10", 3.5f, 200);
    private static final Job TEACHER = new Job(
            "input 28x28x1; conv2d 8 3x3; relu; flatten; dense 32; relu; dropout 0.5; "
                    + "dense 32; relu; dropout 0.5; dense 10",
            3.5f,
            2);

    private static final Job CONVOLUTIONAL = new Job(
            "input 28x28x1; conv2d 6 5x5 stride 1 padding 2; tanh; average-pool2d 2x2; residual [conv2d 6 3x3 stride 1 "
                    + "padding 1, relu, depthwise-conv2d 3x3 stride 1 padding 1]; relu; max-pool2d 2x2; silu; flatten; "
                    + "dense 20; gelu; dense 10",
            1,
            2);

    /** ResNet-20 on images of 7 x 7. */
    private static final Job RESNET = new Job(
            "input 28x28x1; average-pool2d 4x4; conv2d 16 3x3 stride 1 padding 1 no-bias; batchnorm; relu; "
                    + block(16, 1) + block(16, 1) + block(16, 1) + block(32, 2) + block(32, 1) + block(32, 1)
                    + block(64, 2) + block(64, 1) + block(64, 1) + "global-average-pool2d; dense 10",
            1,
            3);

    private static String block(int filters, int stride) {
        String shortcut = " shortcut [conv2d " + filters + " 1x1 stride 2 padding 0 no-bias, batchnorm]";
        return "residual [conv2d " + filters + " 3x3 stride " + stride + " padding 1 no-bias, batchnorm, relu, conv2d "
                + filters + " 3x3 stride 1 padding 1 no-bias, batchnorm]" + (stride == 1 ? "" : shortcut) + "; relu; ";
    }

    /** The reference's losses, and how far another engine's may be from them. */
    private record Expected(double[] losses, double[] bounds) {}

    private static final Map<Job, Expected> EXPECTED = new HashMap<>();

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream()
                .filter(subject -> subject.backend().engine() != Engine.CPU_SCALAR);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void studentsTrainAlike(Subject subject) {
        compare(subject, STUDENT);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void teachersTrainAlike(Subject subject) {
        compare(subject, TEACHER);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void networksOfEveryLayerTrainAlike(Subject subject) {
        compare(subject, CONVOLUTIONAL);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void deepNetworksWithBatchNormTrainAlike(Subject subject) {
        compare(subject, RESNET);
    }

    @Test
    void aThousandthTooMuchInOneProductIsSeen() {
        Subject off = new Subject("cpu-scalar, logits off by a thousandth", offByAThousandth());
        assertThrows(AssertionError.class, () -> compare(off, STUDENT));
    }

    private static void compare(Subject subject, Job job) {
        Expected expected = EXPECTED.computeIfAbsent(job, SideBySideTest::expected);
        double[] losses = losses(subject.backend(), job, 0);
        for (int s = 0; s < losses.length; s++) {
            double error = Math.abs(losses[s] - expected.losses()[s]);
            if (!(error <= expected.bounds()[s])) {
                throw new AssertionError(String.format(
                        "%s, %s, seed %d: loss of step %d is %s, expected %s; error %.3g, bound %.3g",
                        subject,
                        job.architecture(),
                        SEED,
                        s + 1,
                        losses[s],
                        expected.losses()[s],
                        error,
                        expected.bounds()[s]));
            }
        }
    }

    private static Expected expected(Job job) {
        double[] reference = losses(EnginesUnderTest.reference(), job, 0);
        double[] widest = new double[job.steps()];
        for (int twin = 1; twin <= TWINS; twin++) {
            double[] losses = losses(EnginesUnderTest.reference(), job, twin);
            double soFar = 0;
            for (int s = 0; s < losses.length; s++) {
                soFar = Math.max(soFar, Math.abs(losses[s] - reference[s]));
                widest[s] = Math.max(widest[s], soFar);
            }
        }
        for (int s = 0; s < widest.length; s++) {
            widest[s] = MARGIN * (widest[s] + EPS * reference[s]);
        }
        return new Expected(reference, widest);
    }

    /**
     * Mean loss of each step.
     *
     * @param twin 0 for none
     */
    private static double[] losses(Backend backend, Job job, int twin) {
        DigitLikeImages images = new DigitLikeImages(SEED);
        SplittableRandom moves = new SplittableRandom(twin);
        double[] losses = new double[job.steps()];
        try (Sequential model = Sequential.create(
                        backend, Architecture.parse(job.architecture()), Initializer.GLOROT_UNIFORM, SEED);
                Optimizer adam = new Adam(backend, Schedule.constant(1e-3f));
                Scope scope = backend.scope()) {
            Trainer trainer = new Trainer(
                    model, adam, new Loss.CrossEntropy(job.temperature(), CrossEntropySpec.Targets.HARD), SEED);
            Tensor outcome = scope.tensor(BATCH, 2);
            for (int s = 0; s < losses.length; s++) {
                if (twin > 0) {
                    move(model, moves);
                }
                DigitLikeImages.Batch batch = images.next(BATCH);
                trainer.step(batch.images(), batch.labels(), BATCH, outcome);
                float[] outcomes = backend.download(outcome);
                for (int i = 0; i < BATCH; i++) {
                    losses[s] += outcomes[2 * i] / BATCH;
                }
            }
        }
        return losses;
    }

    /** Moves every weight by a relative +-sqrt(k) eps, k the length of the sum that it is a term of. */
    private static void move(Sequential model, SplittableRandom random) {
        for (Parameter parameter : model.parameters()) {
            float[] elements = model.backend().download(parameter.value());
            int outputs =
                    parameter.value().shape().extent(parameter.value().shape().rank() - 1);
            double relative = Math.sqrt((double) elements.length / outputs) * EPS;
            for (int e = 0; e < elements.length; e++) {
                elements[e] *= (float) (1 + random.nextDouble(-relative, relative));
            }
            model.backend().upload(elements, parameter.value());
        }
    }

    /** The reference, but for the product that gives the logits, which it gives 1.001 fold. */
    private static Backend offByAThousandth() {
        Backend backend = EnginesUnderTest.reference();
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof GemmSpec spec && isLogits(spec)) {
                        arguments[0] = spec.scaled(1.001f, 0);
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean isLogits(GemmSpec spec) {
        return spec.epilogue().bias() && !spec.epilogue().relu();
    }
}
