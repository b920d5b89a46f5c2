package retort.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.ArithmeticSpec.Operator;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Shape;

/**
 * Gradients that wait until all of a step are there: together they are one vector, which is multiplied by
 * limit / (norm + 1e-6) if its norm is above the limit. The norm is a sum over columns by the backend and over those in
 * double, in the same order with any number of threads.
 *
 * <p>Source: Pascanu, Mikolov and Bengio 2013, as PyTorch's {@code clip_grad_norm_} has it.
 */
final class ClippedGradients {
    private static final double ROOM = 1e-6;

    private final Backend backend;
    private final float limit;
    private final List<Gradient> waiting = new ArrayList<>();

    private record Gradient(Parameter of, Tensor value) {
        int count() {
            return value.shape().size();
        }

        /** Those of the last axis, which may be the only one. */
        int columns() {
            return value.shape().extent(value.shape().rank() - 1);
        }
    }

    /** @throws IllegalArgumentException if the limit is not positive and finite */
    ClippedGradients(Backend backend, float limit) {
        Require.positive("optimizer", "gradient norm", limit);
        this.backend = backend;
        this.limit = limit;
    }

    void add(Parameter parameter, Tensor gradient) {
        waiting.add(new Gradient(parameter, gradient));
    }

    void forget() {
        waiting.clear();
    }

    /** Gives each gradient, as short as it has to be, to an update, in the order in which they came. */
    void use(BiConsumer<Parameter, Tensor> update) {
        double norm = norm();
        // A norm that is no number has to show in the weights.
        boolean fits = norm <= limit;
        try (Scope scope = backend.scope()) {
            Tensor factor = scope.filled(Shape.of(1), (float) (limit / (norm + ROOM)));
            for (Gradient gradient : waiting) {
                try (Scope own = backend.scope()) {
                    Tensor shortened = fits ? gradient.value() : times(own, gradient, factor, 1);
                    update.accept(gradient.of(), laidOut(own, gradient.of(), shortened));
                }
            }
        }
        forget();
    }

    /** The gradient as its parameter lies. */
    private Tensor laidOut(Scope scope, Parameter parameter, Tensor gradient) {
        if (!parameter.value().isPacked()) {
            return gradient;
        }
        Tensor packed = scope.like(parameter.value());
        backend.copy(gradient, packed);
        return packed;
    }

    private Tensor times(Scope scope, Gradient gradient, Tensor factor, int period) {
        Tensor product = scope.tensor(gradient.value().shape());
        ArithmeticSpec spec = new ArithmeticSpec(Operator.MULTIPLY, gradient.count(), period);
        backend.arithmetic(spec, gradient.value(), factor, product);
        return product;
    }

    private double norm() {
        int columns = waiting.stream().mapToInt(Gradient::columns).sum();
        try (Scope scope = backend.scope()) {
            Tensor sums = scope.tensor(columns, 1);
            int column = 0;
            for (Gradient gradient : waiting) {
                ColumnSumSpec spec = new ColumnSumSpec(gradient.count() / gradient.columns(), gradient.columns());
                try (Scope own = backend.scope()) {
                    Tensor squares = times(own, gradient, gradient.value(), gradient.count());
                    Tensor of = sums.rows(column, spec.columns()).reshaped(Shape.of(spec.columns()));
                    backend.columnSums(spec, squares.reshaped(Shape.of(spec.rows(), spec.columns())), of);
                }
                column += spec.columns();
            }
            double sum = 0;
            for (float each : backend.download(sums)) {
                sum += each;
            }
            return Math.sqrt(sum);
        }
    }
}
