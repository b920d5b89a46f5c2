package retort.kernels.op;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * The backward pass of a bias with the optimiser's step in it: b, state = one step of the optimiser with gradient
 * g[j] = sum over i of dY[i][j]. dY is rows x columns, b and its state have columns elements.
 *
 * <p>Equal to {@link ColumnSumSpec sums} and an {@link UpdateSpec update}, in one launch of a device: the bounds are
 * the update's for a gradient that is off by the sums' bound.
 *
 * @param update the optimiser's step; its count is {@code columns}
 */
public record BiasBackwardSpec(int rows, int columns, UpdateSpec update) implements Spec {
    private static final Pattern ID = SpecId.pattern("{rows}x{columns}:" + UpdateSpec.ID);

    private static final int DY = 0;
    private static final int B = 1;

    public BiasBackwardSpec {
        Require.positive("bias-backward", "rows", rows);
        Require.positive("bias-backward", "columns", columns);
        if (columns != update.count()) {
            throw new IllegalArgumentException(
                    "bias-backward: there are " + columns + " columns, the update is of " + update.count());
        }
    }

    /** g, the sums of dY. */
    public ColumnSumSpec sums() {
        return new ColumnSumSpec(rows, columns);
    }

    static BiasBackwardSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCOLUMNS:adam");
        int columns = fields.integer("columns");
        return new BiasBackwardSpec(fields.integer("rows"), columns, UpdateSpec.parse(fields, columns));
    }

    @Override
    public Op op() {
        return Op.BIAS_BACKWARD;
    }

    @Override
    public String id() {
        return "bias-backward:" + rows + "x" + columns + ":" + update.op().stem() + update.idSuffix();
    }

    @Override
    public List<Operand> operands() {
        List<Operand> operands = new ArrayList<>();
        operands.add(Operand.read("dY", Shape.of(rows, columns)));
        operands.addAll(update.fusedOperands("b", Shape.of(columns), false));
        return List.copyOf(operands);
    }

    @Override
    public boolean countsSteps() {
        return update.countsSteps();
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        float[][] sum = {inputs[DY], new float[columns]};
        float[] gradient = reference.run(sums(), sum)[1];
        double[] gradientBound = sums().bounds(sum, scalars, reference)[1];
        double[][] bounds = Bounds.exact(operands());
        update.fusedBounds(inputs, B, gradient, gradientBound, scalars, bounds);
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(columns, Part.COLUMNS, random);
        List<int[]> elements = new ArrayList<>(List.of(Part.grid(Part.all(rows), columns, some)));
        elements.addAll(Part.same(some, 1 + update.stateTensors()));
        return new Part(new BiasBackwardSpec(rows, some.length, update.sized(some.length)), elements);
    }
}
