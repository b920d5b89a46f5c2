package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;

/**
 * G = op(A) op(B), and one Adam step on the m x n parameters w with G as their gradient, G itself never stored: 24
 * bytes a parameter instead of 32. Equal to a {@link GemmSpec product} into G followed by {@link AdamSpec Adam}. The
 * bounds are Adam's for a gradient that is off by the product's bound.
 *
 * @param gemm the product; alpha 1, beta 0, no epilogue
 * @param adam the update; its count is m * n
 * @param packed whether w, m and v are packed tensors, see {@code Scope.packed}
 */
public record GemmAdamSpec(GemmSpec gemm, AdamSpec adam, boolean packed) implements Spec {
    public GemmAdamSpec {
        if (gemm.alpha() != 1
                || gemm.beta() != 0
                || gemm.packedB()
                || !gemm.epilogue().equals(Epilogue.NONE)) {
            throw new IllegalArgumentException("gemm-adam: the product must be plain, got " + gemm.id());
        }
        if (gemm.cShape().size() != adam.count()) {
            throw new IllegalArgumentException(
                    "gemm-adam: the product has " + gemm.cShape() + " elements, Adam updates " + adam.count());
        }
    }

    @Override
    public long flops() {
        return gemm.flops() + adam.flops();
    }

    /** A weight gradient and Adam with Keras's rates. */
    public static GemmAdamSpec withDefaults(GemmSpec gemm, boolean packed) {
        return new GemmAdamSpec(gemm, AdamSpec.withDefaults(gemm.cShape().size()), packed);
    }

    static GemmAdamSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(GemmSpec.ID, "m784n10k32:tn");
        return withDefaults(GemmSpec.parse(fields), fields.has("packed"));
    }

    @Override
    public Op op() {
        return Op.GEMM_ADAM;
    }

    @Override
    public String id() {
        return "gemm-adam:" + gemm.sizes() + (packed ? ":packed" : "");
    }

    @Override
    public List<Operand> operands() {
        return List.of(
                Operand.read("A", gemm.aShape()),
                Operand.read("B", gemm.bShape()),
                Operand.updated("w", gemm.cShape()).packedIf(packed),
                Operand.updated("m", gemm.cShape()).packedIf(packed),
                Operand.updated("v", gemm.cShape()).packedIf(packed).holding(Operand.Content.NON_NEGATIVE));
    }

    @Override
    public boolean countsSteps() {
        return true;
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        float[][] product = {inputs[0], inputs[1], new float[adam.count()]};
        float[] gradient = reference.run(gemm, product)[2];
        double[] gradientBound = gemm.bounds(product, scalars, reference)[2];
        adam.bounds(inputs[2], gradient, gradientBound, inputs[3], inputs[4], scalars, bounds[2], bounds[3], bounds[4]);
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] rows = Part.some(gemm.m(), Part.ROWS, random);
        int[] columns = Part.some(gemm.n(), Part.COLUMNS, random);
        int[] w = Part.grid(rows, gemm.n(), columns);
        GemmSpec product = gemm.sized(rows.length, columns.length, gemm.k());
        return new Part(
                new GemmAdamSpec(product, adam.sized(w.length), false),
                List.of(gemm.aPart(rows), gemm.bPart(columns), w, w, w));
    }
}
