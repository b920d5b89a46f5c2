package retort.driver.job;

import java.util.List;
import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;
import retort.nn.Parameter;
import retort.nn.Sequential;

/**
 * Whether a model's weights are finite numbers, found out where they are: each matrix is multiplied by a row of ones
 * from the left, and only those sums of columns are downloaded. A NaN or an infinity leaves no finite sum, whatever is
 * added to it.
 */
final class FiniteWeights {
    private final Backend backend;
    private final List<Parameter> parameters;

    private FiniteWeights(Sequential model) {
        backend = model.backend();
        parameters = model.tensors();
    }

    /** The name of the first tensor with an element that is no finite number; empty for none. */
    static Optional<String> missingIn(Sequential model) {
        return new FiniteWeights(model).missing();
    }

    private Optional<String> missing() {
        List<Tensor> weights = parameters.stream().map(Parameter::value).toList();
        float[] sums = sums(weights);
        int column = 0;
        for (Parameter parameter : parameters) {
            Tensor weight = parameter.value();
            boolean finite = areFinite(sums, column, columns(weight));
            column += columns(weight);
            // The sum of large numbers may be infinite where none of them is.
            if (!finite
                    && !areFinite(backend.download(weight), 0, weight.shape().size())) {
                return Optional.of(parameter.name());
            }
        }
        return Optional.empty();
    }

    /** The sums of all columns of one weight after the other. */
    private float[] sums(List<Tensor> weights) {
        int total = weights.stream().mapToInt(FiniteWeights::columns).sum();
        int longest = weights.stream().mapToInt(FiniteWeights::rows).max().orElseThrow();
        try (Scope scope = backend.scope()) {
            Tensor ones = scope.filled(Shape.of(longest), 1);
            Tensor sums = scope.tensor(total);
            int column = 0;
            for (Tensor weight : weights) {
                int rows = rows(weight);
                int columns = columns(weight);
                GemmSpec spec = GemmSpec.nn(1, columns, rows);
                backend.gemm(
                        weight.isPacked() ? spec.withPackedB(weight.elementType()) : spec,
                        ones.rows(0, rows).reshaped(spec.aShape()),
                        weight.isPacked() ? weight : weight.reshaped(spec.bShape()),
                        sums.rows(column, columns).reshaped(spec.cShape()));
                column += columns;
            }
            return backend.download(sums);
        }
    }

    /** Those of the last axis, which may be the only one. */
    private static int columns(Tensor weight) {
        return weight.shape().extent(weight.shape().rank() - 1);
    }

    private static int rows(Tensor weight) {
        return weight.shape().size() / columns(weight);
    }

    private static boolean areFinite(float[] elements, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (!Float.isFinite(elements[i])) {
                return false;
            }
        }
        return true;
    }
}
