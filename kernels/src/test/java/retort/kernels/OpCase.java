package retort.kernels;

import static retort.kernels.Operand.Content.CLASS_OF_10;
import static retort.kernels.Operand.Content.LOGITS;
import static retort.kernels.Operand.Content.POSITIVE;
import static retort.kernels.Operand.Content.PROBABILITIES;
import static retort.kernels.Operand.Content.TEACHER;
import static retort.kernels.Operand.in;
import static retort.kernels.Operand.inOut;
import static retort.kernels.Operand.out;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.Shape;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;

/** How to call the operation that a spec describes: its operands, and the call itself on tensors in their order. */
public record OpCase(Spec spec, List<Operand> operands, Call call) {
    static final DropoutKey KEY = new DropoutKey(0x5EED_0F_12345678L, 3, (7L << 32) + 11);
    static final int ADAM_STEP = 5;

    /** The call itself. */
    public interface Call {
        void run(Backend backend, Tensor[] tensors);
    }

    private static OpCase of(Spec spec, Call call, Operand... operands) {
        return new OpCase(spec, List.of(operands), call);
    }

    /** The calls of a spec: one, except where an operation and its gradient share their spec. */
    public static List<OpCase> of(Spec spec) {
        return switch (spec) {
            case GemmSpec s -> List.of(gemm(s));
            case GemmAdamSpec s ->
                List.of(of(
                        s,
                        (b, t) -> b.gemmAdam(s, t[0], t[1], t[2], t[3], t[4], ADAM_STEP),
                        in("a", s.gemm().aShape()),
                        in("b", s.gemm().bShape()),
                        inOut("w", s.gemm().cShape()).packedIf(s.packed()),
                        inOut("m", s.gemm().cShape()).packedIf(s.packed()),
                        inOut("v", s.gemm().cShape(), POSITIVE).packedIf(s.packed())));
            case Conv2dSpec s -> List.of(conv2d(s));
            case SoftmaxSpec s ->
                List.of(of(
                        s,
                        (b, t) -> b.softmax(s, t[0], t[1]),
                        in("logits", s.shape(), LOGITS),
                        out("probabilities", s.shape())));
            case CrossEntropySpec s ->
                List.of(of(
                        s,
                        (b, t) -> b.crossEntropy(s, t[0], t[1], t[2], t[3]),
                        in("logits", s.logitsShape(), LOGITS),
                        in(
                                "targets",
                                s.targetsShape(),
                                s.targets() == CrossEntropySpec.Targets.HARD ? CLASS_OF_10 : PROBABILITIES),
                        out("dLogits", s.logitsShape()),
                        out("outcome", s.outcomeShape())));
            case DistillationSpec s ->
                List.of(of(
                        s,
                        (b, t) -> b.distillation(s, t[0], t[1], t[2], t[3]),
                        in("logits", s.logitsShape(), LOGITS),
                        in("targets", s.targetsShape(), TEACHER),
                        out("dLogits", s.logitsShape()),
                        out("outcome", s.outcomeShape())));
            case BiasSpec s ->
                List.of(of(s, (b, t) -> b.addBias(s, t[0], t[1]), inOut("x", s.xShape()), in("bias", s.biasShape())));
            case ColumnSumSpec s ->
                List.of(of(s, (b, t) -> b.columnSums(s, t[0], t[1]), in("x", s.xShape()), out("sums", s.sumsShape())));
            case ReluSpec s -> relu(s, Shape.of(s.count()));
            case DropoutSpec s ->
                List.of(of(
                        s,
                        (b, t) -> b.dropout(s, KEY, t[0], t[1]),
                        in("x", Shape.of(s.count())),
                        out("y", Shape.of(s.count()))));
            case ArgmaxSpec s ->
                List.of(of(
                        s, (b, t) -> b.argmax(s, t[0], t[1]), in("x", s.xShape()), out("indices", s.indicesShape())));
            case AdamSpec s -> List.of(adam(s, Shape.of(s.count())));
            case SgdSpec s -> List.of(sgd(s, Shape.of(s.count())));
            case MaxNormSpec s -> List.of(maxNorm(s, true), maxNorm(s, false));
        };
    }

    private static OpCase gemm(GemmSpec s) {
        List<Operand> operands = new ArrayList<>(List.of(
                in("a", s.aShape()),
                in("b", s.bShape()).packedIf(s.packedB()),
                s.beta() == 0 ? out("c", s.cShape()) : inOut("c", s.cShape())));
        addFused(operands, s.epilogue(), s.cShape());
        return new OpCase(s, operands, (b, t) -> b.gemm(s, t[0], t[1], t[2], fused(s.epilogue(), t)));
    }

    private static OpCase conv2d(Conv2dSpec s) {
        Conv2dSpec.Pass pass = s.pass();
        List<Operand> operands = new ArrayList<>(List.of(
                pass == Conv2dSpec.Pass.INPUT_GRADIENT ? out("x", s.xShape()) : in("x", s.xShape()),
                pass == Conv2dSpec.Pass.FILTER_GRADIENT
                        ? out("filter", s.filterShape())
                        : in("filter", s.filterShape()),
                pass == Conv2dSpec.Pass.FORWARD ? out("y", s.yShape()) : in("y", s.yShape())));
        addFused(operands, s.epilogue(), s.resultShape());
        return new OpCase(s, operands, (b, t) -> b.conv2d(s, t[0], t[1], t[2], fused(s.epilogue(), t)));
    }

    /** Operands 3 and on of a GEMM or convolution. */
    private static void addFused(List<Operand> operands, Epilogue epilogue, Shape result) {
        if (epilogue.bias()) {
            operands.add(in("bias", Shape.of(result.extent(result.rank() - 1))));
        }
        if (epilogue.gate()) {
            operands.add(in("gate", result));
        }
    }

    private static Epilogue.Operands fused(Epilogue epilogue, Tensor[] t) {
        return new Epilogue.Operands(
                epilogue.bias() ? t[3] : null, epilogue.drops() ? KEY : null, epilogue.gate() ? t[3] : null);
    }

    private static List<OpCase> relu(ReluSpec s, Shape shape) {
        return List.of(
                of(s, (b, t) -> b.relu(s, t[0], t[1]), in("x", shape), out("y", shape)),
                of(
                        s,
                        (b, t) -> b.reluGradient(s, t[0], t[1], t[2]),
                        in("y", shape),
                        in("dY", shape),
                        out("dX", shape)));
    }

    private static OpCase adam(AdamSpec s, Shape shape) {
        return of(
                s,
                (b, t) -> b.adam(s, t[0], t[1], t[2], t[3], ADAM_STEP),
                inOut("w", shape),
                in("gradient", shape),
                inOut("m", shape),
                inOut("v", shape, POSITIVE));
    }

    private static OpCase sgd(SgdSpec s, Shape shape) {
        return of(
                s,
                (b, t) -> b.sgd(s, t[0], t[1], t[2]),
                inOut("w", shape),
                in("gradient", shape),
                inOut("velocity", shape));
    }

    /** Layers keep their weights packed, so that comes first. */
    private static OpCase maxNorm(MaxNormSpec s, boolean packed) {
        return of(s, (b, t) -> b.maxNorm(s, t[0]), inOut("w", s.shape()).packedIf(packed));
    }

    /** Random operands, as arrays in the operands' order. */
    public float[][] inputs(long seed, boolean whole) {
        SplittableRandom random = new SplittableRandom(seed);
        return operands.stream().map(o -> o.elements(random, whole)).toArray(float[][]::new);
    }

    /**
     * Runs the call and gives every operand's elements afterwards. Each operand lies inside a larger tensor between canaries,
     * at an odd offset; a canary that changed fails the test. A packed operand has no views, and so no canaries.
     */
    public float[][] run(Backend backend, float[][] inputs) {
        int margin = 37;
        float canary = 12345.678f;
        try (Scope scope = backend.scope()) {
            Tensor[] around = new Tensor[inputs.length];
            Tensor[] tensors = new Tensor[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                int size = inputs[i].length;
                if (operands.get(i).packed()) {
                    tensors[i] = operands.get(i).tensor(scope, inputs[i]);
                    continue;
                }
                around[i] = scope.filled(Shape.of(size + 2 * margin), canary);
                tensors[i] =
                        around[i].rows(margin, size).reshaped(operands.get(i).shape());
                backend.upload(inputs[i], tensors[i]);
            }
            call.run(backend, tensors);
            float[][] results = new float[inputs.length][];
            for (int i = 0; i < inputs.length; i++) {
                if (operands.get(i).packed()) {
                    results[i] = backend.download(tensors[i]);
                    continue;
                }
                float[] all = backend.download(around[i]);
                for (int e = 0; e < margin; e++) {
                    if (all[e] != canary || all[all.length - 1 - e] != canary) {
                        throw new AssertionError("written outside "
                                + operands.get(i).name() + " of " + spec.id() + " on " + backend.engine());
                    }
                }
                results[i] = Arrays.copyOfRange(all, margin, margin + inputs[i].length);
            }
            return results;
        }
    }
}
