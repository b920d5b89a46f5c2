package retort.nn;

import retort.kernels.op.Philox;
import retort.kernels.op.Shape;

/**
 * How weights start; biases start at 0. Each element is drawn by its own counter, so a seed means the same everywhere.
 */
public enum Initializer {
    /** Uniform in +-sqrt(6 / (fan in + fan out)). Source: Glorot and Bengio 2010. */
    GLOROT_UNIFORM {
        @Override
        double limit(long fanIn, long fanOut) {
            return Math.sqrt(6.0 / (fanIn + fanOut));
        }
    },
    /** Uniform in +-sqrt(6 / fan in), for ReLU. Source: He, Zhang, Ren and Sun 2015. */
    HE_UNIFORM {
        @Override
        double limit(long fanIn, long fanOut) {
            return Math.sqrt(6.0 / fanIn);
        }
    };

    abstract double limit(long fanIn, long fanOut);

    /**
     * Start values of a weight tensor, ... x inputs x outputs, whose leading extents are a kernel's; a depthwise
     * filter, of three extents, has one input a channel.
     *
     * @param index of the parameter within its model
     */
    float[] draw(Shape shape, long seed, int index) {
        int inputs = shape.rank() == 3 ? 1 : shape.extent(shape.rank() - 2);
        int outputs = shape.extent(shape.rank() - 1);
        long kernel = shape.size() / ((long) inputs * outputs);
        double limit = limit(kernel * inputs, kernel * outputs);
        float[] elements = new float[shape.size()];
        int[] words = new int[4];
        for (int e = 0; e < elements.length; e++) {
            if (e % 4 == 0) {
                Philox.block(seed, e / 4, RandomStream.WEIGHTS.of(index), 0, 0, words, 0);
            }
            double unit = (words[e % 4] >>> 8) * 0x1p-24;
            elements[e] = (float) (limit * (2 * unit - 1));
        }
        return elements;
    }
}
