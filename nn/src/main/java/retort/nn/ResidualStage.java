package retort.nn;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import retort.kernels.Tensor;
import retort.kernels.op.AddSpec;
import retort.kernels.op.ReluSpec;

/**
 * block(x) + shortcut(x), with the ReLU after it if there is one.
 *
 * @param name of the layer, as its parameters' names begin
 */
record ResidualStage(String name, Chain block, Chain shortcut, boolean relu) implements Stage {
    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Tensor a = block.forward(pass, x);
        Tensor b = shortcut.forward(pass, x);
        return sum(pass, relu, a, b);
    }

    @Override
    public Tensor backward(Pass pass, Tensor x, Tensor y, Tensor dY, boolean wanted, GradientSink sink) {
        Tensor dSum = dY;
        if (relu) {
            dSum = pass.scope().tensor(dY.shape());
            pass.backend().reluGradient(ReluSpec.gradient(dY.shape().size()), y, dY, dSum);
        }
        Tensor ofBlock = block.backward(pass, dSum, wanted, sink);
        Tensor ofShortcut = shortcut.backward(pass, dSum, wanted, sink);
        return wanted ? sum(pass, false, ofBlock, ofShortcut) : null;
    }

    private static Tensor sum(Pass pass, boolean relu, Tensor a, Tensor b) {
        Tensor y = pass.scope().tensor(a.shape());
        pass.backend().add(new AddSpec(a.shape().size(), relu), a, b, y);
        return y;
    }

    /** A layer of the block or the shortcut; this one where only their sum is not finite. */
    @Override
    public Optional<String> firstNotFinite(Pass pass, Tensor x, Tensor y) {
        return block.firstNotFinite(pass, x)
                .or(() -> shortcut.firstNotFinite(pass, x))
                .or(() -> Stage.isFinite(pass, y) ? Optional.empty() : Optional.of(name));
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(block.parameters().stream(), shortcut.parameters().stream())
                .toList();
    }

    @Override
    public List<Parameter> tensors() {
        return Stream.concat(block.tensors().stream(), shortcut.tensors().stream())
                .toList();
    }
}
