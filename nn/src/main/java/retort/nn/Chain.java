package retort.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import retort.kernels.Tensor;

/** Stages one behind the other. */
final class Chain {
    private final List<Stage> stages;

    Chain(List<Stage> stages) {
        this.stages = List.copyOf(stages);
    }

    List<Stage> stages() {
        return stages;
    }

    List<Parameter> parameters() {
        return stages.stream().flatMap(stage -> stage.parameters().stream()).toList();
    }

    List<Parameter> tensors() {
        return stages.stream().flatMap(stage -> stage.tensors().stream()).toList();
    }

    /** What the last stage gives; in training all that the stages were given and gave is kept by the pass. */
    Tensor forward(Stage.Pass pass, Tensor x) {
        List<Tensor> values = new ArrayList<>(List.of(x));
        for (Stage stage : stages) {
            values.add(stage.forward(pass, values.getLast()));
        }
        if (pass.training()) {
            pass.kept().put(this, values);
        }
        return values.getLast();
    }

    /** What {@link Stage#firstNotFinite} tells, of all stages in inference. */
    Optional<String> firstNotFinite(Stage.Pass pass, Tensor x) {
        Tensor value = x;
        for (Stage stage : stages) {
            Tensor y = stage.forward(pass, value);
            Optional<String> found = stage.firstNotFinite(pass, value, y);
            if (found.isPresent()) {
                return found;
            }
            value = y;
        }
        return Optional.empty();
    }

    /** What {@link Stage#backward} does, for all stages, or down to the lowest that has parameters. */
    Tensor backward(Stage.Pass pass, Tensor dY, boolean wanted, GradientSink sink) {
        int lowest = 0;
        while (!wanted
                && lowest < stages.size()
                && stages.get(lowest).parameters().isEmpty()) {
            lowest++;
        }
        List<Tensor> values = pass.kept().get(this);
        Tensor gradient = dY;
        for (int i = stages.size() - 1; i >= lowest; i--) {
            Tensor x = values.get(i);
            Tensor y = values.get(i + 1);
            gradient = stages.get(i).backward(pass, x, y, gradient, wanted || i > lowest, sink);
        }
        return gradient;
    }
}
