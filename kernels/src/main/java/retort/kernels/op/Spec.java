package retort.kernels.op;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * What one op computes: the single source of its equation, operands, validation, error bound, cost and id, read by
 * engines, checks, tests and benchmarks alike. A new record here makes the compiler name every place that must know it.
 */
public sealed interface Spec
        permits ActivationSpec,
                AddSpec,
                ArgmaxSpec,
                ArithmeticSpec,
                BatchNormSpec,
                BiasBackwardSpec,
                BiasSpec,
                ColumnSumSpec,
                CrossEntropySpec,
                DenseBackwardSpec,
                DistillationSpec,
                DropoutSpec,
                GatherSpec,
                GemmSpec,
                MaxNormSpec,
                ReluSpec,
                SoftmaxSpec,
                StridedCopySpec,
                UpdateSpec,
                WindowSpec {

    /** Bytes of one float32. */
    int ELEMENT_BYTES = Float.BYTES;

    /**
     * State that an optimiser keeps from step to step becomes 0 below this magnitude. A moment whose gradient stays 0
     * decays for ever, and once it is a denormal number each operation on it takes a hundred times as long: without
     * this floor the teacher's training slowed to a third within an epoch.
     */
    float STATE_FLOOR = 0x1p-100f;

    /** Ops that are timed and listed together; each has a file of shapes. */
    enum Family {
        GEMM,
        CONV2D,
        SOFTMAX,
        ELEMENTWISE,
        ADAM
    }

    /** Every op by the word that its ids begin with. */
    enum Op {
        ACTIVATION("activation", Family.ELEMENTWISE, id -> ActivationSpec.parse(Pass.FORWARD, id)),
        ACTIVATION_DX("activation-dx", Family.ELEMENTWISE, id -> ActivationSpec.parse(Pass.GRADIENT, id)),
        ADAM("adam", Family.ADAM, AdamSpec::parse),
        ADD("add", Family.ELEMENTWISE, AddSpec::parse),
        ARGMAX("argmax", Family.ELEMENTWISE, ArgmaxSpec::parse),
        AVERAGE_POOL2D(
                "average-pool2d", Family.CONV2D, id -> Pool2dSpec.parse(Pool2dSpec.Kind.AVERAGE, Pass.FORWARD, id)),
        AVERAGE_POOL2D_DX(
                "average-pool2d-dx", Family.CONV2D, id -> Pool2dSpec.parse(Pool2dSpec.Kind.AVERAGE, Pass.GRADIENT, id)),
        ARITHMETIC("arithmetic", Family.ELEMENTWISE, ArithmeticSpec::parse),
        BATCH_NORM("batch-norm", Family.ELEMENTWISE, id -> BatchNormSpec.parse(BatchNormSpec.Pass.TRAINING, id)),
        BATCH_NORM_INFERENCE(
                "batch-norm-inference",
                Family.ELEMENTWISE,
                id -> BatchNormSpec.parse(BatchNormSpec.Pass.INFERENCE, id)),
        BATCH_NORM_DX("batch-norm-dx", Family.ELEMENTWISE, id -> BatchNormSpec.parse(BatchNormSpec.Pass.GRADIENT, id)),
        BIAS("bias", Family.ELEMENTWISE, BiasSpec::parse),
        BIAS_BACKWARD("bias-backward", Family.ADAM, BiasBackwardSpec::parse),
        COLUMN_SUM("column-sum", Family.ELEMENTWISE, ColumnSumSpec::parse),
        CONV2D("conv2d", Family.CONV2D, id -> Conv2dSpec.parse(Conv2dSpec.Pass.FORWARD, id)),
        CONV2D_DX("conv2d-dx", Family.CONV2D, id -> Conv2dSpec.parse(Conv2dSpec.Pass.INPUT_GRADIENT, id)),
        CONV2D_DF("conv2d-df", Family.CONV2D, id -> Conv2dSpec.parse(Conv2dSpec.Pass.FILTER_GRADIENT, id)),
        CROSS_ENTROPY("cross-entropy", Family.SOFTMAX, CrossEntropySpec::parse),
        DENSE_BACKWARD("dense-backward", Family.ADAM, DenseBackwardSpec::parse),
        DEPTHWISE_CONV2D(
                "depthwise-conv2d", Family.CONV2D, id -> DepthwiseConv2dSpec.parse(Conv2dSpec.Pass.FORWARD, id)),
        DEPTHWISE_CONV2D_DX(
                "depthwise-conv2d-dx",
                Family.CONV2D,
                id -> DepthwiseConv2dSpec.parse(Conv2dSpec.Pass.INPUT_GRADIENT, id)),
        DEPTHWISE_CONV2D_DF(
                "depthwise-conv2d-df",
                Family.CONV2D,
                id -> DepthwiseConv2dSpec.parse(Conv2dSpec.Pass.FILTER_GRADIENT, id)),
        DISTILLATION("distillation", Family.SOFTMAX, DistillationSpec::parse),
        DROPOUT("dropout", Family.ELEMENTWISE, DropoutSpec::parse),
        GATHER("gather", Family.ELEMENTWISE, GatherSpec::parse),
        GEMM("gemm", Family.GEMM, GemmSpec::parse),
        LOG_SOFTMAX("log-softmax", Family.SOFTMAX, id -> SoftmaxSpec.parse(true, id)),
        MAX_NORM("max-norm", Family.ADAM, MaxNormSpec::parse),
        MAX_POOL2D("max-pool2d", Family.CONV2D, id -> Pool2dSpec.parse(Pool2dSpec.Kind.MAX, Pass.FORWARD, id)),
        MAX_POOL2D_DX("max-pool2d-dx", Family.CONV2D, id -> Pool2dSpec.parse(Pool2dSpec.Kind.MAX, Pass.GRADIENT, id)),
        RELU("relu", Family.ELEMENTWISE, id -> ReluSpec.parse(Pass.FORWARD, id)),
        RELU_DX("relu-dx", Family.ELEMENTWISE, id -> ReluSpec.parse(Pass.GRADIENT, id)),
        SGD("sgd", Family.ADAM, SgdSpec::parse),
        SOFTMAX("softmax", Family.SOFTMAX, id -> SoftmaxSpec.parse(false, id)),
        STRIDED_COPY("strided-copy", Family.ELEMENTWISE, StridedCopySpec::parse);

        private final String stem;
        private final Family family;
        private final Function<SpecId, Spec> parser;

        Op(String stem, Family family, Function<SpecId, Spec> parser) {
            this.stem = stem;
            this.family = family;
            this.parser = parser;
        }

        /** What its ids begin with, and what messages call it. */
        public String stem() {
            return stem;
        }

        public Family family() {
            return family;
        }

        static Optional<Op> byStem(String stem) {
            return Arrays.stream(values()).filter(op -> op.stem.equals(stem)).findFirst();
        }
    }

    Op op();

    /** Names the op and its sizes, for example {@code gemm:m64n10k784:nt}. Equal ids mean equal work. */
    String id();

    /** Its tensors, in the order in which a call gives them. */
    List<Operand> operands();

    /** Floating-point operations; a fused multiply-add counts two. 0 where bytes are all that matters. */
    default long flops() {
        return 0;
    }

    /** Bytes that must cross the memory bus at least once: every input read, every result written. */
    default long bytes() {
        return operands().stream().mapToLong(Operand::traffic).sum();
    }

    /** Whether sums and products of small whole numbers are all there is, so that no order of work rounds any. */
    default boolean isExactOnIntegers() {
        return true;
    }

    /**
     * How far each element of each operand may be from what the definition gives in double, after a call; 0 where it
     * must be equal. Within this bound an engine may add in any order.
     *
     * @param inputs elements before the call, in the operands' order
     * @param scalars of the call
     */
    default double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        return Bounds.exact(operands());
    }

    /** Random rows, columns, images or elements of it; all of it where a part would not be alike. */
    default Part part(SplittableRandom random) {
        return Part.whole(this);
    }

    /** Whether a call names random numbers. */
    default boolean drawsRandomNumbers() {
        return false;
    }

    /** Whether a call counts a step of training. */
    default boolean countsSteps() {
        return false;
    }

    /**
     * The spec of an id: {@code parse(spec.id()).id()} is {@code spec.id()}. What an id leaves out because the work
     * does not depend on it, the rates of the optimisers, gets Keras's defaults.
     *
     * @throws IllegalArgumentException if no spec has this id
     */
    static Spec parse(String id) {
        SpecId parsed = new SpecId(id);
        Op op = Op.byStem(parsed.stem())
                .orElseThrow(() -> new IllegalArgumentException("spec: '" + id + "' starts with no known op"));
        Spec spec = op.parser.apply(parsed);
        if (!spec.id().equals(id)) {
            throw new IllegalArgumentException("spec: '" + id + "' is written '" + spec.id() + "'");
        }
        return spec;
    }
}
