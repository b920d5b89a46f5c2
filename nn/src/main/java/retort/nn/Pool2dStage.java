package retort.nn;

import retort.kernels.Tensor;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Shape;

/**
 * Max or average pooling.
 *
 * @param spec for one image
 * @param output of one image
 */
record Pool2dStage(Pool2dSpec spec, Shape output) implements Stage {
    static Pool2dStage of(Pool2D layer, Shape input) {
        return new Pool2dStage(layer.spec(1, input), layer.outputShape(input));
    }

    static Pool2dStage of(GlobalAveragePool2D layer, Shape input) {
        Pool2dSpec spec = Pool2dSpec.globalAverage(1, input.extent(0), input.extent(1), input.extent(2));
        return new Pool2dStage(spec, layer.outputShape(input));
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        int batch = x.shape().rows();
        Pool2dSpec ofBatch = spec.batched(batch);
        Tensor y = pass.scope().tensor(ofBatch.yShape());
        pass.backend().pool2d(ofBatch, x, y);
        return y.reshaped(Sequential.batchShape(batch, output));
    }

    @Override
    public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
        if (!wanted) {
            return null;
        }
        Pool2dSpec gradient = spec.batched(x.shape().rows()).as(retort.kernels.op.Pass.GRADIENT);
        Tensor dX = pass.scope().tensor(x.shape());
        pass.backend().pool2dGradient(gradient, x, dY.reshaped(gradient.yShape()), dX);
        return dX;
    }
}
