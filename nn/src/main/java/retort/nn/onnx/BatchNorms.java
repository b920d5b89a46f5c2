package retort.nn.onnx;

import retort.kernels.Tensor;
import retort.kernels.op.ArithmeticSpec;

/** BatchNormalization with the statistics of training: one factor and one summand a channel. */
final class BatchNorms {
    private BatchNorms() {}

    /** y = factor x + summand, by channel. */
    record Scale(float[] factors, float[] summands) {}

    /** Of a node whose four constants are known. */
    static Scale of(Lowering lowering, Node node, int channels) {
        if (node.integer("training_mode", 0) != 0 || node.outputs().size() > 1) {
            throw new Refusal(node, "is in training mode, expected a network exported for inference");
        }
        if (node.integer("spatial", 1) == 0) {
            throw new Refusal(node, "has statistics of its own for each pixel, expected one a channel");
        }
        float[][] constants = new float[4][];
        String[] names = {"scale", "bias", "mean", "variance"};
        for (int i = 0; i < constants.length; i++) {
            constants[i] = lowering.floats(node, i + 1, names[i]).floats();
            if (constants[i].length != channels) {
                throw new Refusal(node, "has a " + names[i] + " of " + constants[i].length + ", expected " + channels);
            }
        }
        float epsilon = node.number("epsilon", 1e-5f);
        float[] factors = new float[channels];
        float[] summands = new float[channels];
        for (int c = 0; c < channels; c++) {
            double factor = constants[0][c] / Math.sqrt((double) constants[3][c] + epsilon);
            factors[c] = (float) factor;
            summands[c] = (float) (constants[1][c] - constants[2][c] * factor);
        }
        return new Scale(factors, summands);
    }

    static void lower(Lowering lowering, Node node) {
        Computed x = lowering.computed(node, 0);
        int rank = x.dims().length;
        if (rank < 2) {
            throw new Refusal(node, "normalizes a value of " + rank + " axes, expected at least 2");
        }
        int channels = x.dims()[1];
        Scale scale = of(lowering, node, channels);
        int[] channelsLast = Value.identity(rank);
        System.arraycopy(Value.identity(rank), 2, channelsLast, 1, rank - 2);
        channelsLast[rank - 1] = 1;
        Computed laid = lowering.laidOut(x, channelsLast);
        Tensor factors = lowering.weights().tensor(node.output() + " factors", channels, scale::factors);
        Tensor summands = lowering.weights().tensor(node.output() + " summands", channels, scale::summands);
        int count = laid.tensor().shape().size();
        Tensor scaled = lowering.tensor(count);
        Tensor y = lowering.tensor(count);
        lowering.backend()
                .arithmetic(
                        new ArithmeticSpec(ArithmeticSpec.Operator.MULTIPLY, count, channels),
                        laid.tensor(),
                        factors,
                        scaled);
        lowering.backend()
                .arithmetic(new ArithmeticSpec(ArithmeticSpec.Operator.ADD, count, channels), scaled, summands, y);
        lowering.put(node.output(), laid.with(y));
    }
}
