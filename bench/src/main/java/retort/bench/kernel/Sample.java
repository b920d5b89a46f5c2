package retort.bench.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import retort.kernels.OpCase;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;

/**
 * A part of an operation that is an operation of the same kind by itself, so that the reference, which is slow, can be
 * asked for some elements of a large result: some rows and columns of a product, some images of a batch. The first and
 * last are always among them.
 *
 * @param spec of the part
 * @param elements for each operand of the part, where its elements stand in the whole operand
 */
record Sample(Spec spec, List<int[]> elements) {
    private static final int ROWS = 24;
    private static final int COLUMNS = 40;
    private static final int IMAGES = 3;
    private static final int FILTERS = 2;
    private static final int ELEMENTS = 20_000;

    /** Random rows, columns, images or elements of a spec; all of it where a part would not be alike. */
    static Sample of(Spec spec, SplittableRandom random) {
        return switch (spec) {
            case GemmSpec s -> s.epilogue().drops() ? whole(s) : gemm(s, random);
            case GemmAdamSpec s -> gemmAdam(s, random);
            case Conv2dSpec s -> s.epilogue().drops() ? whole(s) : conv2d(s, random);
            case SoftmaxSpec s -> {
                int[] at = rows(some(s.rows(), ROWS, random), s.classes());
                yield new Sample(new SoftmaxSpec(at.length / s.classes(), s.classes(), s.temperature()), twice(at));
            }
            case BiasSpec s -> {
                int[] at = rows(some(s.rows(), ROWS, random), s.columns());
                yield new Sample(new BiasSpec(at.length / s.columns(), s.columns()), List.of(at, all(s.columns())));
            }
            case ColumnSumSpec s -> {
                int[] columns = some(s.columns(), COLUMNS, random);
                int[] x = grid(all(s.rows()), s.columns(), columns);
                yield new Sample(new ColumnSumSpec(s.rows(), columns.length), List.of(x, columns));
            }
            case ArgmaxSpec s -> {
                int[] rows = some(s.rows(), ROWS, random);
                yield new Sample(new ArgmaxSpec(rows.length, s.columns()), List.of(rows(rows, s.columns()), rows));
            }
            case ReluSpec s -> {
                int[] at = some(s.count(), ELEMENTS, random);
                yield new Sample(new ReluSpec(at.length), twice(at));
            }
            case AdamSpec s -> {
                int[] at = some(s.count(), ELEMENTS, random);
                yield new Sample(sized(s, at.length), List.of(at, at, at, at));
            }
            case SgdSpec s -> {
                int[] at = some(s.count(), ELEMENTS, random);
                yield new Sample(new SgdSpec(at.length, s.rate(), s.momentum()), List.of(at, at, at));
            }
            case MaxNormSpec s -> {
                int[] columns = some(s.units(), COLUMNS, random);
                int[] w = grid(all(s.inputs()), s.units(), columns);
                yield new Sample(new MaxNormSpec(s.inputs(), columns.length, s.limit()), List.of(w));
            }
            case CrossEntropySpec s -> whole(s);
            case DistillationSpec s -> whole(s);
            case DropoutSpec s -> whole(s);
        };
    }

    /** The part's elements of each whole operand. */
    float[][] take(float[][] whole) {
        float[][] part = new float[elements.size()][];
        for (int i = 0; i < part.length; i++) {
            part[i] = take(i, whole[i]);
        }
        return part;
    }

    /** The part's elements of one whole operand. */
    float[] take(int operand, float[] whole) {
        int[] at = elements.get(operand);
        float[] part = new float[at.length];
        for (int e = 0; e < part.length; e++) {
            part[e] = whole[at[e]];
        }
        return part;
    }

    private static Sample whole(Spec spec) {
        return new Sample(
                spec,
                OpCase.of(spec).getFirst().operands().stream()
                        .map(operand -> all(operand.shape().size()))
                        .toList());
    }

    private static Sample gemm(GemmSpec s, SplittableRandom random) {
        int[] rows = some(s.m(), ROWS, random);
        int[] columns = some(s.n(), COLUMNS, random);
        int[] c = grid(rows, s.n(), columns);
        GemmSpec part = s.sized(rows.length, columns.length, s.k());
        return new Sample(part, withFused(s.epilogue(), columns, c, a(s, rows), b(s, columns), c));
    }

    private static Sample gemmAdam(GemmAdamSpec s, SplittableRandom random) {
        GemmSpec gemm = s.gemm();
        int[] rows = some(gemm.m(), ROWS, random);
        int[] columns = some(gemm.n(), COLUMNS, random);
        int[] w = grid(rows, gemm.n(), columns);
        GemmSpec part = gemm.sized(rows.length, columns.length, gemm.k());
        return new Sample(
                new GemmAdamSpec(part, sized(s.adam(), w.length), false),
                List.of(a(gemm, rows), b(gemm, columns), w, w, w));
    }

    private static AdamSpec sized(AdamSpec s, int count) {
        return new AdamSpec(count, s.rate(), s.beta1(), s.beta2(), s.epsilon());
    }

    private static int[] a(GemmSpec s, int[] rows) {
        return s.transA() ? grid(all(s.k()), s.m(), rows) : grid(rows, s.k(), all(s.k()));
    }

    private static int[] b(GemmSpec s, int[] columns) {
        return s.transB() ? grid(columns, s.k(), all(s.k())) : grid(all(s.k()), s.n(), columns);
    }

    /** Some images, or for the filter's gradient, which sums over images, some filters. */
    private static Sample conv2d(Conv2dSpec s, SplittableRandom random) {
        if (s.pass() == Conv2dSpec.Pass.FILTER_GRADIENT) {
            int[] filters = some(s.filters(), FILTERS, random);
            int[] filter = grid(all(s.filterShape().size() / s.filters()), s.filters(), filters);
            int[] y = grid(all(s.yShape().size() / s.filters()), s.filters(), filters);
            Conv2dSpec part = s.filters(s.kernelHeight(), s.kernelWidth(), filters.length);
            return new Sample(part, List.of(all(s.xShape().size()), filter, y));
        }
        int[] images = some(s.batch(), IMAGES, random);
        int[] x = rows(images, s.xShape().rowSize());
        int[] y = rows(images, s.yShape().rowSize());
        Conv2dSpec part = Conv2dSpec.forward(images.length, s.height(), s.width(), s.channels())
                .filters(s.kernelHeight(), s.kernelWidth(), s.filters())
                .stepped(s.stride(), s.padding())
                .as(s.pass())
                .with(s.epilogue());
        int[] result = s.pass() == Conv2dSpec.Pass.FORWARD ? y : x;
        int[] lastAxis = all(s.resultShape().extent(3));
        return new Sample(
                part,
                withFused(s.epilogue(), lastAxis, result, x, all(s.filterShape().size()), y));
    }

    private static List<int[]> withFused(Epilogue epilogue, int[] bias, int[] gate, int[]... operands) {
        List<int[]> elements = new ArrayList<>(List.of(operands));
        if (epilogue.bias()) {
            elements.add(bias);
        }
        if (epilogue.gate()) {
            elements.add(gate);
        }
        return elements;
    }

    private static int[] all(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** At most {@code most} numbers below {@code count}, in order, the first and the last among them. */
    private static int[] some(int count, int most, SplittableRandom random) {
        if (count <= most) {
            return all(count);
        }
        return IntStream.concat(
                        IntStream.of(0, count - 1),
                        random.ints(0, count).distinct().limit(most - 2L))
                .distinct()
                .sorted()
                .toArray();
    }

    private static int[] rows(int[] rows, int columns) {
        return grid(rows, columns, all(columns));
    }

    /** {@code outer[i] * outerStride + inner[j]}, row by row. */
    private static int[] grid(int[] outer, int outerStride, int[] inner) {
        int[] at = new int[outer.length * inner.length];
        for (int i = 0; i < outer.length; i++) {
            for (int j = 0; j < inner.length; j++) {
                at[i * inner.length + j] = outer[i] * outerStride + inner[j];
            }
        }
        return at;
    }

    private static List<int[]> twice(int[] at) {
        return List.of(at, at);
    }
}
