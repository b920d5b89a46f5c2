package retort.kernels.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.op.StridedCopySpec.Axis;

/** What no call can mean is refused where a spec is made, by the name of the number that is wrong. */
class SpecRefusalTest {
    private record Refused(String message, Executable making) {
        @Override
        public String toString() {
            return message;
        }
    }

    private static Refused not(String message, Executable making) {
        return new Refused(message, making);
    }

    static Stream<Refused> sizes() {
        SgdSpec sgd = SgdSpec.withDefaults(6);
        return Stream.of(
                not("activation: count", () -> ActivationSpec.forward(ActivationSpec.Kind.GELU, 0)),
                not("add: count", () -> new AddSpec(0, false)),
                not("argmax: rows", () -> new ArgmaxSpec(0, 2)),
                not("argmax: columns", () -> new ArgmaxSpec(2, 0)),
                not("arithmetic: count", () -> new ArithmeticSpec(ArithmeticSpec.Operator.ADD, 0, 1)),
                not("arithmetic: period", () -> new ArithmeticSpec(ArithmeticSpec.Operator.ADD, 2, 0)),
                not("batch-norm: rows", () -> BatchNormSpec.of(BatchNormSpec.Pass.TRAINING, 0, 2)),
                not("batch-norm: channels", () -> BatchNormSpec.of(BatchNormSpec.Pass.TRAINING, 2, 0)),
                not("bias: rows", () -> new BiasSpec(0, 2)),
                not("bias: columns", () -> new BiasSpec(2, 0)),
                not("bias-backward: rows", () -> new BiasBackwardSpec(0, 6, sgd)),
                not("bias-backward: columns", () -> new BiasBackwardSpec(2, 0, sgd)),
                not("column-sum: rows", () -> new ColumnSumSpec(0, 2)),
                not("column-sum: columns", () -> new ColumnSumSpec(2, 0)),
                not("cross-entropy: rows", () -> new CrossEntropySpec(0, 2, 1, CrossEntropySpec.Targets.HARD)),
                not("cross-entropy: classes", () -> new CrossEntropySpec(2, 0, 1, CrossEntropySpec.Targets.HARD)),
                not("dense-backward: batch", () -> DenseBackwardSpec.of(0, 2, 3, sgd)),
                not("dense-backward: inputs", () -> DenseBackwardSpec.of(2, 0, 3, sgd)),
                not("dense-backward: units", () -> DenseBackwardSpec.of(2, 2, 0, sgd)),
                not("distillation: rows", () -> new DistillationSpec(0, 2, new Divergence.SoftTargets(), 1, 0)),
                not("dropout: count", () -> new DropoutSpec(0, 0)),
                not("gather: count", () -> new GatherSpec(1, 1, 1, 1, 0)),
                not("gather: a table", () -> new GatherSpec(GatherSpec.MOST_IMAGES + 1, 1, 1, 1, 1)),
                not("gemm: m", () -> GemmSpec.nn(0, 2, 2)),
                not("gemm: n", () -> GemmSpec.nn(2, 0, 2)),
                not("gemm: k", () -> GemmSpec.nn(2, 2, 0)),
                not("max-norm: inputs", () -> new MaxNormSpec(0, 2, 1)),
                not("max-norm: units", () -> new MaxNormSpec(2, 0, 1)),
                not("relu: count", () -> ReluSpec.forward(0)),
                not("relu: count", () -> ReluSpec.gradient(0)),
                not("softmax: rows", () -> new SoftmaxSpec(0, 2, 1)),
                not("softmax: classes", () -> new SoftmaxSpec(2, 0, 1)),
                not("strided-copy: extent", () -> new Axis(0, 1, 1)),
                not("strided-copy: y stride", () -> new Axis(1, 1, 0)),
                not("strided-copy: size of x", () -> copy(0, 1, 0, 0, new Axis(1, 1, 1))),
                not("strided-copy: size of y", () -> copy(1, 0, 0, 0, new Axis(1, 1, 1))),
                not("adam: count", () -> AdamSpec.withDefaults(0)),
                not("sgd: count", () -> SgdSpec.withDefaults(0)));
    }

    static Stream<Refused> windows() {
        return Stream.of(
                not("conv2d: batch", () -> Conv2dSpec.forward(0, 4, 4, 1)),
                not("conv2d: channels", () -> Conv2dSpec.forward(1, 4, 4, 0)),
                not("conv2d: filters", () -> Conv2dSpec.forward(1, 4, 4, 1).filters(2, 2, 0)),
                not("conv2d: height", () -> Conv2dSpec.forward(1, 0, 4, 1)),
                not("conv2d: width", () -> Conv2dSpec.forward(1, 4, 0, 1)),
                not(
                        "conv2d: kernel height",
                        () -> Conv2dSpec.forward(1, 4, 4, 1).filters(0, 2, 1)),
                not("conv2d: kernel width", () -> Conv2dSpec.forward(1, 4, 4, 1).filters(2, 0, 1)),
                not("conv2d: stride", () -> Conv2dSpec.forward(1, 4, 4, 1).stepped(0, 0)),
                not("conv2d: padding", () -> Conv2dSpec.forward(1, 4, 4, 1).stepped(1, -1)),
                not("conv2d: padding", () -> Conv2dSpec.forward(1, 4, 4, 1).stepped(1, 1)),
                not(
                        "conv2d: a 5 x 1 kernel",
                        () -> Conv2dSpec.forward(1, 4, 4, 1).filters(5, 1, 1)),
                not(
                        "conv2d: a 1 x 5 kernel",
                        () -> Conv2dSpec.forward(1, 4, 4, 1).filters(1, 5, 1)),
                not("depthwise-conv2d: batch", () -> DepthwiseConv2dSpec.forward(0, 4, 4, 1, 2)),
                not("depthwise-conv2d: channels", () -> DepthwiseConv2dSpec.forward(1, 4, 4, 0, 2)),
                not("max-pool2d: batch", () -> Pool2dSpec.max(0, 4, 4, 1, 2)),
                not("average-pool2d: channels", () -> Pool2dSpec.globalAverage(1, 4, 4, 0)));
    }

    static Stream<Refused> numbers() {
        float nan = Float.NaN;
        float infinity = Float.POSITIVE_INFINITY;
        return Stream.of(
                not("adam: learning rate", () -> new AdamSpec(1, 0, 0.9f, 0.9f, 1)),
                not("adam: beta1", () -> new AdamSpec(1, 1, 1, 0.9f, 1)),
                not("adam: beta2", () -> new AdamSpec(1, 1, 0.9f, 1, 1)),
                not("adam: epsilon", () -> new AdamSpec(1, 1, 0.9f, 0.9f, infinity)),
                not("adam: learning rate", () -> AdamSpec.withDefaults(1).with(WeightDecay.decoupled(1001))),
                not("adam: steps", () -> AdamSpec.withDefaults(1).stepSize(0)),
                not("sgd: learning rate", () -> new SgdSpec(1, nan, 0)),
                not("sgd: momentum", () -> new SgdSpec(1, 1, -0.1f)),
                not("sgd: learning rate", () -> SgdSpec.withDefaults(1).with(WeightDecay.decoupled(101))),
                not("weight decay", () -> WeightDecay.penalty(-1)),
                not("weight decay", () -> WeightDecay.penalty(nan)),
                not("weight decay", () -> WeightDecay.penalty(infinity)),
                not("batch-norm-dx: epsilon", () -> batchNorm(0, 0.1f)),
                not("batch-norm-dx: momentum", () -> batchNorm(1, 0)),
                not("batch-norm-dx: momentum", () -> batchNorm(1, 1.1f)),
                not("max-norm: limit", () -> new MaxNormSpec(1, 1, 0)),
                not("dropout: rate", () -> new DropoutSpec(1, 1)),
                not("epilogue: dropout", () -> new Epilogue(false, false, 1, false)),
                not("distillation: target weight", () -> new Divergence.Decoupled(-1, 1)),
                not("distillation: non-target weight", () -> new Divergence.Decoupled(1, nan)));
    }

    static Stream<Refused> blocks() {
        Axis four = new Axis(4, 1, 1);
        return Stream.of(
                not("strided-copy: x stride", () -> new Axis(2, -1, 1)),
                not("strided-copy: 1 to ", () -> copy(9, 9, 0, 0)),
                not("strided-copy: a block", () -> copy(9, 9, -1, 0, four)),
                not("strided-copy: a block", () -> copy(9, 9, 0, -1, four)),
                not("strided-copy: a block", () -> copy(9, 9, 6, 0, four)),
                not("strided-copy: a block", () -> copy(9, 9, 0, 6, four)),
                not("strided-copy: axes", () -> copy(9, 9, 0, 0, four, new Axis(2, 1, 3))));
    }

    private static StridedCopySpec copy(int xSize, int ySize, int from, int to, Axis... axes) {
        return new StridedCopySpec(xSize, ySize, from, to, List.of(axes));
    }

    private static BatchNormSpec batchNorm(float epsilon, float momentum) {
        return new BatchNormSpec(BatchNormSpec.Pass.GRADIENT, 2, 2, epsilon, momentum, false);
    }

    @ParameterizedTest
    @MethodSource({"sizes", "windows", "numbers", "blocks"})
    void isRefusedByName(Refused refused) {
        String message =
                assertThrows(IllegalArgumentException.class, refused.making()).getMessage();
        assertTrue(message.startsWith(refused.message()), message);
    }

    /** One step beyond any of these is refused above. */
    @Test
    void whatIsJustPossibleIsTaken() {
        Conv2dSpec.forward(1, 4, 4, 1).filters(4, 4, 1);
        assertEquals(
                Shape.of(1, 5, 5, 1),
                Conv2dSpec.forward(1, 4, 4, 1).filters(2, 2, 1).stepped(1, 1).yShape());
        batchNorm(1, 1);
        assertEquals(4, copy(9, 9, 5, 5, new Axis(4, 1, 1)).count());
        assertEquals(8, copy(9, 9, 0, 0, new Axis(4, 1, 1), new Axis(2, 1, 4)).count());
        assertEquals(1e-3f, AdamSpec.withDefaults(1).stepSize(1) * (1 - 0.9f) / (float) Math.sqrt(1 - 0.999f), 1e-6f);
        WeightDecay all =
                SgdSpec.withDefaults(1).with(WeightDecay.decoupled(100)).decay();
        assertEquals(0, all.kept(0.01f), 1e-6f);
    }

    @Test
    void axesThatFollowEachOtherBecomeOne() {
        Axis rows = new Axis(3, 8, 4);
        Axis columns = new Axis(4, 2, 1);
        assertEquals(
                List.of(new Axis(12, 2, 1)),
                StridedCopySpec.of(24, 12, 0, 0, List.of(columns, rows)).axes());
        Axis apart = new Axis(3, 9, 4);
        assertEquals(
                List.of(apart, columns),
                StridedCopySpec.of(27, 12, 0, 0, List.of(columns, apart)).axes());
        Axis one = new Axis(1, 5, 5);
        assertEquals(
                List.of(columns),
                StridedCopySpec.of(24, 12, 0, 0, List.of(one, columns)).axes());
        assertEquals(
                List.of(new Axis(1, 1, 1)),
                StridedCopySpec.of(24, 12, 0, 0, List.of(one)).axes());
    }

    @Test
    void decayIsAPenaltyOrTakenFromTheWeights() {
        assertEquals(0.25f, WeightDecay.penalty(0.25f).penalty());
        assertEquals(1, WeightDecay.penalty(0.25f).kept(0.5f));
        assertEquals(0, WeightDecay.decoupled(0.25f).penalty());
        assertEquals(0.875f, WeightDecay.decoupled(0.25f).kept(0.5f));
        assertFalse(WeightDecay.decoupled(0).decoupled());
        assertEquals(WeightDecay.NONE, WeightDecay.decoupled(0));
    }

    @Test
    void aColumnIsShrunkToItsLimitIfItsNormIsBeyond() {
        MaxNormSpec spec = new MaxNormSpec(2, 1, 2);
        assertEquals(1, spec.factor(3.9f));
        assertEquals(1, spec.factor(4));
        assertEquals(0.5f, spec.factor(16));
        assertEquals(1, spec.factor(Float.POSITIVE_INFINITY));
    }

    @Test
    void whatDropoutKeepsIsScaledUp() {
        assertEquals(4, new DropoutSpec(1, 0.75f).scale());
        assertEquals(1, new DropoutSpec(1, 0).scale());
    }
}
