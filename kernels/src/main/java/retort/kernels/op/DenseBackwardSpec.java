package retort.kernels.op;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * The backward pass of a dense layer y = x w with the optimiser's step in it, so that the weights' gradient need never
 * be stored and w is read once:
 *
 * <pre>
 * dX = gate(dY w')      with w as it was; only if it is asked for
 * G  = x' dY
 * w, state = one step of the optimiser with gradient G
 * </pre>
 *
 * <p>x is batch x inputs, dY batch x units, w and its state inputs x units. The gate is that of the layer below, whose
 * result x is, see {@link Epilogue#gate}.
 *
 * <p>Equal to two {@link GemmSpec products} and an {@link UpdateSpec update}: the bounds are the product's for dX, and
 * the update's for a gradient that is off by the product's bound.
 *
 * @param update the optimiser's step; its count is inputs * units
 * @param packed whether w and its state are packed tensors, see {@code Scope.packed}
 * @param inputGradient whether dX is asked for
 * @param gate what is applied to it: a gate, or nothing
 */
public record DenseBackwardSpec(
        int batch, int inputs, int units, UpdateSpec update, boolean packed, boolean inputGradient, Epilogue gate)
        implements Spec {
    private static final Pattern ID =
            SpecId.pattern("b{b}i{i}o{o}:" + UpdateSpec.ID + "(?<packed>:packed)?(?<dx>:dx)?" + Epilogue.ID);

    private static final int X = 0;
    private static final int DY = 1;
    private static final int W = 2;

    public DenseBackwardSpec {
        Require.positive("dense-backward", "batch", batch);
        Require.positive("dense-backward", "inputs", inputs);
        Require.positive("dense-backward", "units", units);
        long weights = (long) inputs * units;
        if (weights != update.count()) {
            throw new IllegalArgumentException("dense-backward: there are " + inputs + " x " + units
                    + " weights, the update is of " + update.count());
        }
        if (!gate.equals(Epilogue.NONE) && !(gate.gate() && inputGradient)) {
            throw new IllegalArgumentException(
                    "dense-backward: expected a gate for an input gradient or no epilogue, got " + gate);
        }
    }

    /** The gradient of row-major weights and the optimiser's step, without the input's gradient. */
    public static DenseBackwardSpec of(int batch, int inputs, int units, UpdateSpec update) {
        return new DenseBackwardSpec(batch, inputs, units, update, false, false, Epilogue.NONE);
    }

    /** The same with packed weights and state. */
    public DenseBackwardSpec withPackedWeights() {
        return new DenseBackwardSpec(batch, inputs, units, update, true, inputGradient, gate);
    }

    /** The same with the input's gradient. */
    public DenseBackwardSpec withInputGradient(Epilogue newGate) {
        return new DenseBackwardSpec(batch, inputs, units, update, packed, true, newGate);
    }

    /** dX = gate(dY w'). */
    public GemmSpec inputProduct() {
        GemmSpec product = GemmSpec.nt(batch, inputs, units).with(gate);
        return packed ? product.withPackedB() : product;
    }

    /** G = x' dY. */
    public GemmSpec weightProduct() {
        return GemmSpec.tn(inputs, units, batch);
    }

    @Override
    public Op op() {
        return Op.DENSE_BACKWARD;
    }

    @Override
    public String id() {
        return "dense-backward:b" + batch + "i" + inputs + "o" + units + ":"
                + update.op().stem() + update.idSuffix() + (packed ? ":packed" : "") + (inputGradient ? ":dx" : "")
                + gate.idSuffix();
    }

    static DenseBackwardSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "b32i784o10:adam:packed:dx+gate");
        int inputs = fields.integer("i");
        int units = fields.integer("o");
        int weights = Shape.of(inputs, units).size();
        return new DenseBackwardSpec(
                fields.integer("b"),
                inputs,
                units,
                UpdateSpec.parse(fields, weights),
                fields.has("packed"),
                fields.has("dx"),
                Epilogue.parse(fields));
    }

    @Override
    public List<Operand> operands() {
        List<Operand> operands = new ArrayList<>();
        operands.add(Operand.read("x", Shape.of(batch, inputs)));
        operands.add(Operand.read("dY", Shape.of(batch, units)));
        operands.addAll(update.fusedOperands("w", Shape.of(inputs, units), packed));
        if (inputGradient) {
            operands.add(Operand.written("dX", Shape.of(batch, inputs)));
        }
        return List.copyOf(operands);
    }

    @Override
    public boolean countsSteps() {
        return update.countsSteps();
    }

    @Override
    public long flops() {
        return (inputGradient ? 2 : 1) * weightProduct().flops() + update.flops();
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        float[][] product = {inputs[X], inputs[DY], new float[update.count()]};
        float[] gradient = reference.run(weightProduct(), product)[2];
        double[] gradientBound = weightProduct().bounds(product, scalars, reference)[2];
        update.fusedBounds(inputs, W, gradient, gradientBound, scalars, bounds);
        if (inputGradient) {
            int dX = bounds.length - 1;
            float[][] operands = {inputs[DY], inputs[W], inputs[dX], inputs[X]};
            bounds[dX] = inputProduct().bounds(operands, scalars, reference)[2];
        }
        return bounds;
    }

    /** Some inputs of all units, since each element of dX is a sum over the units. */
    @Override
    public Part part(SplittableRandom random) {
        int[] rows = Part.some(inputs, Part.ROWS, random);
        int[] x = Part.grid(Part.all(batch), inputs, rows);
        int[] w = Part.rows(rows, units);
        List<int[]> elements = new ArrayList<>(List.of(x, Part.all(batch * units)));
        elements.addAll(Part.same(w, 1 + update.stateTensors()));
        if (inputGradient) {
            elements.add(x);
        }
        return new Part(
                new DenseBackwardSpec(batch, rows.length, units, update.sized(w.length), false, inputGradient, gate),
                elements);
    }
}
