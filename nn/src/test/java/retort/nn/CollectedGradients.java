package retort.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import retort.kernels.Backend;
import retort.kernels.Fused;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;

/** Keeps the gradients that a backward pass hands over; a parameter's second gradient is an error. */
final class CollectedGradients implements GradientSink {
    private final Backend backend;
    private final Scope scope;
    private final Map<String, float[]> gradients = new LinkedHashMap<>();

    /** @param scope for the gradients while they are made */
    CollectedGradients(Backend backend, Scope scope) {
        this.backend = backend;
        this.scope = scope;
    }

    @Override
    public void dense(Parameter weight, Tensor x, Tensor dY, Tensor dX, Epilogue gate) {
        int batch = x.shape().rows();
        int inputs = weight.value().shape().extent(0);
        int units = weight.value().shape().extent(1);
        if (dX != null) {
            GemmSpec product = GemmSpec.nt(batch, inputs, units).withPackedB().with(gate);
            backend.gemm(product, dY, weight.value(), dX, gate.gate() ? Fused.gate(x) : Fused.NONE);
        }
        Tensor gradient = destination(weight);
        backend.gemm(GemmSpec.tn(inputs, units, batch), x, dY, gradient);
        written(weight, gradient);
    }

    @Override
    public void bias(Parameter bias, Tensor dY) {
        Tensor gradient = destination(bias);
        ColumnSumSpec sums =
                new ColumnSumSpec(dY.shape().rows(), bias.value().shape().size());
        backend.columnSums(sums, dY, gradient);
        written(bias, gradient);
    }

    /** Filled with NaN, so that an element nobody writes is seen. */
    @Override
    public Tensor destination(Parameter parameter) {
        return scope.filled(parameter.value().shape(), Float.NaN);
    }

    @Override
    public void written(Parameter parameter, Tensor gradient) {
        if (gradients.put(parameter.name(), backend.download(gradient)) != null) {
            throw new AssertionError(parameter.name() + " was given a second gradient");
        }
    }

    /** By parameter, in the order in which they were given. */
    Map<String, float[]> byName() {
        return gradients;
    }
}
