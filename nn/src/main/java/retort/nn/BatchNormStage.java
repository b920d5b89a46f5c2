package retort.nn;

import java.util.List;
import retort.kernels.Norm;
import retort.kernels.Tensor;
import retort.kernels.op.BatchNormSpec;

/** A batch normalisation, with the ReLU after it if there is one. */
record BatchNormStage(
        BatchNorm layer,
        Parameter gamma,
        Parameter beta,
        Parameter runningMean,
        Parameter runningVariance,
        Stage.Activation activation)
        implements Stage {
    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Tensor y = pass.scope().tensor(x.shape());
        Norm norm = new Norm(gamma.value(), beta.value(), runningMean.value(), runningVariance.value());
        if (!pass.training()) {
            BatchNormSpec spec = spec(BatchNormSpec.Pass.INFERENCE, x, activation.relu());
            pass.backend().batchNormInference(spec, x, norm, y);
            return y;
        }
        Tensor mean = pass.scope().tensor(gamma.value().shape());
        Tensor inverse = pass.scope().tensor(gamma.value().shape());
        BatchNormSpec spec = spec(BatchNormSpec.Pass.TRAINING, x, activation.relu());
        pass.backend().batchNorm(spec, x, norm, y, new Norm.Moments(mean, inverse));
        pass.kept().put(this, List.of(mean, inverse));
        return y;
    }

    @Override
    public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
        boolean gated = activation.relu() && !activation.undoneAbove();
        List<Tensor> kept = pass.kept().get(this);
        Tensor dX = pass.scope().tensor(x.shape());
        Tensor dGamma = sink.destination(gamma);
        Tensor dBeta = sink.destination(beta);
        pass.backend()
                .batchNormGradient(
                        spec(BatchNormSpec.Pass.GRADIENT, x, gated),
                        x,
                        y,
                        dY,
                        gamma.value(),
                        new Norm.Moments(kept.getFirst(), kept.getLast()),
                        dX,
                        dGamma,
                        dBeta);
        sink.written(gamma, dGamma);
        sink.written(beta, dBeta);
        return wanted ? dX : null;
    }

    private BatchNormSpec spec(BatchNormSpec.Pass pass, Tensor x, boolean relu) {
        int channels = gamma.value().shape().size();
        int rows = x.shape().size() / channels;
        return new BatchNormSpec(pass, rows, channels, layer.epsilon(), layer.momentum(), relu);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(gamma, beta);
    }

    @Override
    public List<Parameter> tensors() {
        return List.of(gamma, beta, runningMean, runningVariance);
    }
}
