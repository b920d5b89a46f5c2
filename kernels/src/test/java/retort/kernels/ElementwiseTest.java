package retort.kernels;

import java.util.stream.Stream;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.Spec;

/** Bias, column sums, ReLU and its gradient, dropout, argmax: on counts around lanes, chunks and bands. */
class ElementwiseTest extends KernelContract {
    @Override
    Stream<Spec> specs() {
        Stream<Spec> counts = Stream.of(1, 3, 15, 16, 17, 37, 1000, 32768, 70001)
                .flatMap(count ->
                        Stream.of(new ReluSpec(count), new DropoutSpec(count, 0.5f), new DropoutSpec(count, 0)));
        Stream<Spec> matrices = Stream.of(
                        new int[] {1, 1}, new int[] {33, 10}, new int[] {7, 17}, new int[] {700, 33}, new int[] {2, 1200
                        })
                .flatMap(size -> Stream.of(
                        new BiasSpec(size[0], size[1]),
                        new ColumnSumSpec(size[0], size[1]),
                        new ArgmaxSpec(size[0], size[1])));
        return Stream.concat(counts, matrices);
    }
}
