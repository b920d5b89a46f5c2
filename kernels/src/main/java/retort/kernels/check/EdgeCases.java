package retort.kernels.check;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import retort.kernels.Tiling;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.AddSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.ArithmeticSpec;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.BiasBackwardSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.ElementType;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GatherSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.Pass;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.op.StridedCopySpec;
import retort.kernels.op.StridedCopySpec.Axis;
import retort.kernels.op.UpdateSpec;
import retort.kernels.op.WeightDecay;

/**
 * Specs of every op around the edges of an engine's vectors, tiles and blocks: size 1, one less and one more than each,
 * a prime, a tall and a wide one, and some that are worth more than one thread.
 */
public final class EdgeCases {
    /** What a simulator of a device does in a second or so. */
    private static final long SMALL_FLOPS = 400_000;

    private static final long SMALL_BYTES = 60_000;

    private final Tiling tiling;

    private EdgeCases(Tiling tiling) {
        this.tiling = tiling;
    }

    /** All cases of an op. */
    public static Stream<? extends Spec> of(Spec.Op op, Tiling tiling) {
        return new EdgeCases(tiling).of(op);
    }

    /**
     * Small cases of an op, for a check that must not take long: of each form, which is all of an id but its numbers,
     * some from the least to the most work.
     */
    public static List<Spec> few(Spec.Op op, Tiling tiling, int mostOfAForm) {
        Map<String, List<Spec>> forms = of(op, tiling)
                .filter(spec -> spec.flops() <= SMALL_FLOPS && spec.bytes() <= SMALL_BYTES)
                .collect(Collectors.groupingBy(
                        spec -> spec.id().replaceAll("[0-9]+", ""), LinkedHashMap::new, Collectors.toList()));
        return forms.values().stream()
                .flatMap(form -> spread(form, mostOfAForm))
                .toList();
    }

    private static Stream<Spec> spread(List<Spec> form, int most) {
        List<Spec> sorted = form.stream()
                .sorted(Comparator.comparing(spec -> spec.flops() + spec.bytes()))
                .toList();
        int count = Math.min(most, sorted.size());
        return IntStream.rangeClosed(1, count).mapToObj(i -> sorted.get(i * sorted.size() / count - 1));
    }

    private Stream<? extends Spec> of(Spec.Op op) {
        return switch (op) {
            case ACTIVATION -> activations(Pass.FORWARD);
            case ACTIVATION_DX -> activations(Pass.GRADIENT);
            case ADAM ->
                counts().mapToObj(AdamSpec::withDefaults)
                        .flatMap(s ->
                                Stream.of(s, s.with(WeightDecay.penalty(0.25f)), s.with(WeightDecay.decoupled(0.25f))));
            case ADD -> counts().boxed().flatMap(n -> Stream.of(false, true).map(relu -> new AddSpec(n, relu)));
            case ARGMAX -> matrices().map(size -> new ArgmaxSpec(size[0], size[1]));
            case AVERAGE_POOL2D -> pools(Pool2dSpec.Kind.AVERAGE, Pass.FORWARD);
            case AVERAGE_POOL2D_DX -> pools(Pool2dSpec.Kind.AVERAGE, Pass.GRADIENT);
            case ARITHMETIC -> arithmetic();
            case BATCH_NORM -> batchNorms(BatchNormSpec.Pass.TRAINING);
            case BATCH_NORM_INFERENCE -> batchNorms(BatchNormSpec.Pass.INFERENCE);
            case BATCH_NORM_DX -> batchNorms(BatchNormSpec.Pass.GRADIENT);
            case BIAS -> matrices().map(size -> new BiasSpec(size[0], size[1]));
            case BIAS_BACKWARD ->
                matrices().flatMap(size -> updates(size[1]).map(u -> new BiasBackwardSpec(size[0], size[1], u)));
            case COLUMN_SUM -> matrices().map(size -> new ColumnSumSpec(size[0], size[1]));
            case CONV2D -> forward();
            case CONV2D_DX -> {
                Conv2dSpec.Pass pass = Conv2dSpec.Pass.INPUT_GRADIENT;
                yield geometries().flatMap(s -> Stream.of(s.as(pass), s.as(pass).with(Epilogue.gate(0.5f))));
            }
            case CONV2D_DF -> geometries().map(s -> s.as(Conv2dSpec.Pass.FILTER_GRADIENT));
            case CROSS_ENTROPY ->
                rowsOfClasses()
                        .flatMap(size -> Arrays.stream(CrossEntropySpec.Targets.values())
                                .flatMap(targets -> Stream.of(1f, 3.5f)
                                        .map(t -> new CrossEntropySpec(size[0], size[1], t, targets))));
            case DENSE_BACKWARD -> denseBackwards();
            case DEPTHWISE_CONV2D ->
                depthwise()
                        .flatMap(s -> Stream.of(
                                s,
                                s.with(Epilogue.BIAS),
                                s.with(Epilogue.BIAS_RELU),
                                s.with(Epilogue.biasReluDropout(0.5f))));
            case DEPTHWISE_CONV2D_DX -> {
                Conv2dSpec.Pass pass = Conv2dSpec.Pass.INPUT_GRADIENT;
                yield depthwise().flatMap(s -> Stream.of(s.as(pass), s.as(pass).with(Epilogue.gate(0.5f))));
            }
            case DEPTHWISE_CONV2D_DF -> depthwise().map(s -> s.as(Conv2dSpec.Pass.FILTER_GRADIENT));
            case DISTILLATION -> distillations();
            case DROPOUT ->
                counts().boxed().flatMap(n -> Stream.of(0f, 0.5f, 0.75f).map(p -> new DropoutSpec(n, p)));
            case GATHER -> gathers();
            case GEMM -> products();
            case LOG_SOFTMAX -> softmaxes(true);
            case MAX_NORM -> matrices().map(size -> new MaxNormSpec(size[0], size[1], typicalNorm(size[0])));
            case MAX_POOL2D -> pools(Pool2dSpec.Kind.MAX, Pass.FORWARD);
            case MAX_POOL2D_DX -> pools(Pool2dSpec.Kind.MAX, Pass.GRADIENT);
            case RELU -> counts().mapToObj(ReluSpec::forward);
            case RELU_DX -> counts().mapToObj(ReluSpec::gradient);
            case SGD ->
                counts().boxed()
                        .flatMap(n -> Stream.of(0f, 0.9f).map(m -> new SgdSpec(n, 0.1f, m)))
                        .flatMap(s -> Stream.of(
                                s,
                                s.withNesterov(),
                                s.with(WeightDecay.penalty(0.25f)),
                                s.withNesterov().with(WeightDecay.decoupled(0.25f))));
            case SOFTMAX -> softmaxes(false);
            case STRIDED_COPY -> stridedCopies();
        };
    }

    /** 1, and around each of the sizes. */
    private static IntStream around(int... sizes) {
        return IntStream.concat(
                        IntStream.of(1), Arrays.stream(sizes).flatMap(size -> IntStream.of(size - 1, size, size + 1)))
                .filter(size -> size > 0)
                .distinct();
    }

    /** Around one, two and four vectors, a prime, and one that is worth more than one thread. */
    private IntStream counts() {
        return IntStream.concat(
                        around(tiling.lanes(), 2 * tiling.lanes(), 4 * tiling.lanes()), IntStream.of(1031, 2_500_007))
                .distinct();
    }

    private Stream<ActivationSpec> activations(Pass pass) {
        return counts().boxed()
                .flatMap(count ->
                        Arrays.stream(ActivationSpec.Kind.values()).map(kind -> new ActivationSpec(pass, kind, count)));
    }

    /** Rows x columns: columns around vectors, tall, wide, and one that is worth more than one thread. */
    private Stream<int[]> matrices() {
        Stream<int[]> small = around(tiling.lanes(), 2 * tiling.lanes(), 4 * tiling.lanes())
                .boxed()
                .flatMap(columns -> Stream.of(1, 37, 65).map(rows -> new int[] {rows, columns}));
        return Stream.concat(small, Stream.of(new int[] {5003, 3}, new int[] {3, 5003}, new int[] {1200, 1201}));
    }

    /** Channels around vectors and such as networks have, over so many rows that lines, blocks and bands have rests. */
    private Stream<BatchNormSpec> batchNorms(BatchNormSpec.Pass pass) {
        Stream<int[]> ofNetworks = Stream.of(16, 32, 48, 64, 300)
                .flatMap(channels -> Stream.of(2, 33, 2050).map(rows -> new int[] {rows, channels}));
        return Stream.concat(matrices(), Stream.concat(ofNetworks, Stream.of(new int[] {70001, 16})))
                .map(size -> BatchNormSpec.of(pass, size[0], size[1]))
                .flatMap(spec -> Stream.of(spec, spec.withRelu()));
    }

    /** Rows x classes. */
    private Stream<int[]> rowsOfClasses() {
        Stream<int[]> small = IntStream.concat(around(tiling.lanes(), 2 * tiling.lanes()), IntStream.of(2, 3, 10, 61))
                .distinct()
                .boxed()
                .flatMap(classes -> Stream.of(1, 13).map(rows -> new int[] {rows, classes}));
        return Stream.concat(small, Stream.of(new int[] {1031, 10}, new int[] {3, 1009}));
    }

    private Stream<SoftmaxSpec> softmaxes(boolean log) {
        return rowsOfClasses()
                .flatMap(size -> Stream.of(0.25f, 1f, 3.5f, 20f).map(t -> new SoftmaxSpec(size[0], size[1], t, log)));
    }

    /** Every operator with b as large as a, a row of it, and one element. */
    private Stream<ArithmeticSpec> arithmetic() {
        return Arrays.stream(ArithmeticSpec.Operator.values())
                .flatMap(operator -> Stream.concat(
                        counts().boxed().flatMap(n -> Stream.of(1, n).map(b -> new ArithmeticSpec(operator, n, b))),
                        matrices().map(size -> new ArithmeticSpec(operator, size[0] * size[1], size[1]))));
    }

    /** Matrices turned over, in a frame, cut out of a larger one, and one row for many; and six axes, all turned. */
    private Stream<StridedCopySpec> stridedCopies() {
        Stream<StridedCopySpec> ofMatrices = matrices().flatMap(size -> {
            int m = size[0];
            int n = size[1];
            return Stream.of(
                    StridedCopySpec.of(m * n, m * n, 0, 0, List.of(new Axis(m, n, 1), new Axis(n, 1, m))),
                    StridedCopySpec.of(
                            m * n, (m + 2) * (n + 3), 0, n + 4, List.of(new Axis(m, n, n + 3), new Axis(n, 1, 1))),
                    StridedCopySpec.of(
                            (m + 2) * (n + 3), m * n, n + 4, 0, List.of(new Axis(m, n + 3, n), new Axis(n, 1, 1))),
                    StridedCopySpec.of(n, m * n, 0, 0, List.of(new Axis(m, 0, n), new Axis(n, 1, 1))),
                    StridedCopySpec.of(m, m * n, 0, 0, List.of(new Axis(m, 1, n), new Axis(n, 0, 1))));
        });
        List<Axis> turned = List.of(
                new Axis(2, 1, 360),
                new Axis(3, 2, 120),
                new Axis(2, 6, 60),
                new Axis(3, 12, 20),
                new Axis(4, 36, 5),
                new Axis(5, 144, 1));
        return Stream.concat(ofMatrices, Stream.of(StridedCopySpec.of(720, 720, 0, 0, turned)));
    }

    /** Rows of matrices, images whose rows are shorter and longer than a vector, and more than one thread's worth. */
    private Stream<GatherSpec> gathers() {
        Stream<GatherSpec> rows = around(tiling.lanes(), 2 * tiling.lanes(), 4 * tiling.lanes())
                .boxed()
                .flatMap(columns -> Stream.of(1, 37).map(count -> new GatherSpec(11, 1, 1, columns, count)));
        Stream<GatherSpec> images = around(tiling.lanes(), 2 * tiling.lanes())
                .boxed()
                .flatMap(width -> Stream.of(1, 3).map(channels -> new GatherSpec(5, 4, width, channels, 9)));
        return Stream.of(
                        rows,
                        images,
                        Stream.of(
                                new GatherSpec(1, 1, 1, 1, 1),
                                new GatherSpec(3, 1, 1, 5003, 7),
                                new GatherSpec(5003, 1, 1, 3, 65),
                                new GatherSpec(7, 13, 2, 2, 19),
                                new GatherSpec(40, 28, 28, 1, 32),
                                new GatherSpec(50, 32, 32, 3, 400)))
                .flatMap(each -> each);
    }

    /** Of columns of numbers from -1 to 1, whose squares are 1/3 on average: half of the columns are over it. */
    private static float typicalNorm(int rows) {
        return (float) Math.sqrt(rows / 3.0);
    }

    private Stream<DistillationSpec> distillations() {
        List<Divergence> divergences = List.of(
                new Divergence.SoftTargets(),
                new Divergence.LogitError(),
                new Divergence.Decoupled(1, 8),
                new Divergence.Decoupled(2, 0),
                new Divergence.Decoupled(0, 0.5f),
                new Divergence.Standardized());
        return rowsOfClasses()
                .filter(size -> size[1] > 1)
                .flatMap(size -> divergences.stream()
                        .flatMap(divergence -> Stream.of(
                                new DistillationSpec(size[0], size[1], divergence, 1, 0),
                                new DistillationSpec(size[0], size[1], divergence, 4, 0.5f),
                                new DistillationSpec(size[0], size[1], divergence, 20, 0.1f))));
    }

    private static Stream<GemmSpec> transposed(int m, int n, int k) {
        return Stream.of(GemmSpec.nn(m, n, k), GemmSpec.nt(m, n, k), GemmSpec.tn(m, n, k), GemmSpec.tt(m, n, k));
    }

    private Stream<GemmSpec> products() {
        int mr = tiling.mr();
        int nr = tiling.nr();
        int kc = tiling.kc();
        Stream<GemmSpec> tiles = IntStream.concat(around(mr, tiling.lanes()), IntStream.of(2, 5, 7, 2 * mr + 7))
                .distinct()
                .boxed()
                .flatMap(m -> IntStream.concat(around(tiling.lanes(), nr), IntStream.of(10, 4 * nr + 1))
                        .distinct()
                        .boxed()
                        .flatMap(n -> Stream.of(1, 8, 17).flatMap(k -> transposed(m, n, k))));
        Stream<GemmSpec> blocks = Stream.of(
                        new int[] {8 * mr + 1, 70, kc + 44},
                        new int[] {150, 1100, 37},
                        new int[] {100, 550, kc + 44},
                        new int[] {33, 528, 2 * kc + 88},
                        new int[] {300, 10, 2 * kc + 8},
                        new int[] {6, 200, kc + 1},
                        new int[] {257, 3, 5},
                        new int[] {1, 300, 1000},
                        // Deeper than the deepest block.
                        new int[] {20, 70, 4200})
                .flatMap(size -> transposed(size[0], size[1], size[2]));
        // More rows, and more columns, than a block has.
        Stream<GemmSpec> beyondBlocks =
                Stream.of(GemmSpec.tn(tiling.nc() + 52, 70, kc + 4), GemmSpec.nn(100, tiling.nc() + 52, kc + 4));
        return Stream.of(tiles, blocks, beyondBlocks, scaled(), withEpilogue())
                .flatMap(each -> each)
                .flatMap(EdgeCases::storedB);
    }

    /** B as it is, packed, and of each type that it may have. */
    private static Stream<GemmSpec> storedB(GemmSpec spec) {
        Stream<GemmSpec> float32 = Stream.of(spec, spec.withPackedB());
        return spec.transB()
                ? float32
                : Stream.concat(
                        float32,
                        Stream.of(ElementType.BFLOAT16, ElementType.INT8).map(spec::withPackedB));
    }

    /** Alpha and beta on every way through the engines: one row, few columns, few rows, blocks. */
    private static Stream<GemmSpec> scaled() {
        return Stream.of(1, 7, 100)
                .flatMap(m -> Stream.of(10, 70).flatMap(n -> transposed(m, n, 300)))
                .flatMap(s -> Stream.of(s.scaled(2, 0), s.scaled(1, 1), s.scaled(-1, -2), s.scaled(0, 3)));
    }

    private static Stream<GemmSpec> withEpilogue() {
        return Stream.of(
                        GemmSpec.nn(1, 70, 20),
                        GemmSpec.nn(1, 300, 20),
                        GemmSpec.nn(32, 1100, 40),
                        GemmSpec.nn(32, 10, 40),
                        GemmSpec.nt(32, 75, 40),
                        GemmSpec.nn(32, 75, 300),
                        GemmSpec.nn(100, 300, 300),
                        GemmSpec.tn(150, 75, 32))
                .flatMap(spec -> Stream.of(
                        spec.with(Epilogue.BIAS),
                        spec.with(Epilogue.BIAS_RELU),
                        spec.with(new Epilogue(false, true, 0, false)),
                        spec.with(Epilogue.biasReluDropout(0.5f)),
                        spec.scaled(2, -1).with(Epilogue.biasReluDropout(0.5f)),
                        spec.with(Epilogue.gate(0)),
                        spec.with(Epilogue.gate(0.5f))));
    }

    /** Batch, inputs, units. */
    private Stream<DenseBackwardSpec> denseBackwards() {
        Stream<int[]> sizes = Stream.of(
                new int[] {1, 1, 1},
                new int[] {32, 10, 10},
                new int[] {7, 13, 33},
                new int[] {8, tiling.mr(), tiling.nr()},
                new int[] {32, tiling.mr() + 1, tiling.nr() + 1},
                new int[] {17, 3 * tiling.mr() + 1, 2 * tiling.nr() + 1},
                new int[] {tiling.nr() + 1, 4 * tiling.mr() - 1, 3 * tiling.nr()},
                new int[] {tiling.kc() + 44, 25, 17},
                new int[] {600, 5, 7},
                new int[] {40, 300, 10},
                new int[] {33, 700, 130});
        return sizes.flatMap(size -> {
            return updates(size[1] * size[2])
                    .map(update -> DenseBackwardSpec.of(size[0], size[1], size[2], update))
                    .flatMap(spec -> Stream.of(spec, spec.withPackedWeights()))
                    .flatMap(spec -> Stream.of(
                            spec, spec.withInputGradient(Epilogue.NONE), spec.withInputGradient(Epilogue.gate(0.5f))));
        });
    }

    private static Stream<UpdateSpec> updates(int count) {
        AdamSpec adam = AdamSpec.withDefaults(count);
        SgdSpec sgd = new SgdSpec(count, 0.1f, 0.9f);
        return Stream.of(
                adam,
                sgd,
                adam.with(WeightDecay.decoupled(0.25f)),
                sgd.withNesterov().with(WeightDecay.penalty(0.25f)));
    }

    private Stream<Conv2dSpec> geometries() {
        IntFunction<Conv2dSpec> filters =
                count -> Conv2dSpec.forward(2, 5, 9, 3).filters(3, 3, count);
        Stream<Conv2dSpec> around = around(tiling.lanes(), tiling.nr()).mapToObj(filters);
        return Stream.concat(
                around,
                Stream.of(
                        Conv2dSpec.forward(1, 1, 1, 1),
                        Conv2dSpec.forward(2, 28, 28, 1).filters(3, 3, 32),
                        Conv2dSpec.forward(9, 20, 25, 1).filters(3, 3, 64).stepped(1, 1),
                        Conv2dSpec.forward(1, 11, 38, 1).filters(2, 3, 32).stepped(2, 1),
                        Conv2dSpec.forward(3, 12, 27, 1).filters(5, 4, 3).stepped(1, 2),
                        Conv2dSpec.forward(9, 7, 40, 1).filters(7, 6, 2).stepped(1, 3),
                        Conv2dSpec.forward(2, 9, 14, 1).filters(3, 3, Math.max(1, tiling.lanes() / 2)),
                        Conv2dSpec.forward(2, 9, 14, 1).filters(3, 3, Math.max(1, tiling.lanes() - 1)),
                        Conv2dSpec.forward(2, 6, 31, 1)
                                .filters(5, 5, tiling.lanes())
                                .stepped(1, 2),
                        Conv2dSpec.forward(2, 5, 12, 1)
                                .filters(4, 8, tiling.lanes())
                                .stepped(1, 3),
                        Conv2dSpec.forward(2, 4, 9, 1).filters(3, 3, 40),
                        Conv2dSpec.forward(9, 6, 7, 3).filters(3, 3, 10),
                        Conv2dSpec.forward(2, 8, 8, 17).filters(3, 3, 33).stepped(1, 1),
                        Conv2dSpec.forward(1, 9, 10, 5).filters(2, 3, 7).stepped(2, 1),
                        Conv2dSpec.forward(3, 11, 8, 4).filters(5, 4, 16).stepped(3, 2),
                        Conv2dSpec.forward(3, 14, 15, 4).filters(3, 3, 36).stepped(2, 1),
                        Conv2dSpec.forward(2, 9, 15, 33).filters(5, 5, 34).stepped(2, 4),
                        Conv2dSpec.forward(1, 7, 6, 20).filters(2, 2, 8).stepped(3, 1),
                        Conv2dSpec.forward(1, 3, 4, 6).filters(3, 3, 5).stepped(4, 2),
                        Conv2dSpec.forward(2, 5, 5, 8).filters(1, 1, 64),
                        Conv2dSpec.forward(2, 6, 30, 20).filters(1, 1, 40),
                        Conv2dSpec.forward(2, 7, 7, 2).filters(1, 1, 5).stepped(2, 0),
                        Conv2dSpec.forward(1, 4, 40, 31).filters(4, 1, 15),
                        Conv2dSpec.forward(1, 3, 3, 64).filters(3, 3, 65)));
    }

    private Stream<Conv2dSpec> forward() {
        return geometries()
                .flatMap(spec -> Stream.of(
                        spec,
                        spec.with(Epilogue.BIAS),
                        spec.with(Epilogue.BIAS_RELU),
                        spec.with(Epilogue.biasReluDropout(0.5f))));
    }

    private Stream<DepthwiseConv2dSpec> depthwise() {
        Stream<DepthwiseConv2dSpec> channels = around(tiling.lanes(), 2 * tiling.lanes())
                .mapToObj(
                        count -> DepthwiseConv2dSpec.forward(2, 5, 15, count, 3).stepped(1, 1));
        return Stream.concat(
                channels,
                Stream.of(
                        DepthwiseConv2dSpec.forward(1, 1, 1, 1, 1),
                        DepthwiseConv2dSpec.forward(3, 9, 18, 5, 3).stepped(2, 1),
                        DepthwiseConv2dSpec.forward(2, 7, 7, 19, 5).stepped(1, 2),
                        DepthwiseConv2dSpec.forward(2, 8, 9, 33, 5).stepped(2, 4),
                        DepthwiseConv2dSpec.forward(2, 6, 7, 10, 2).stepped(3, 0),
                        DepthwiseConv2dSpec.forward(1, 3, 4, 6, 3).stepped(4, 2),
                        DepthwiseConv2dSpec.forward(2, 4, 40, 17, 4),
                        DepthwiseConv2dSpec.forward(1, 7, 14, 33, 7).stepped(1, 3),
                        DepthwiseConv2dSpec.forward(1, 9, 11, 18, 8).stepped(1, 3),
                        new DepthwiseConv2dSpec(Conv2dSpec.Pass.FORWARD, 1, 2, 20, 17, 2, 11, 1, 1, Epilogue.NONE),
                        DepthwiseConv2dSpec.forward(9, 40, 41, 34, 3).stepped(1, 1)));
    }

    private Stream<Pool2dSpec> pools(Pool2dSpec.Kind kind, Pass pass) {
        Stream<int[]> channels =
                around(tiling.lanes(), 2 * tiling.lanes()).mapToObj(count -> new int[] {2, 5, 7, count, 2, 2, 2, 0});
        return Stream.concat(
                        channels,
                        Stream.of(
                                new int[] {1, 1, 1, 1, 1, 1, 1, 0},
                                new int[] {3, 9, 8, 5, 3, 3, 2, 1},
                                new int[] {2, 7, 7, 3, 3, 3, 1, 1},
                                new int[] {2, 6, 7, 10, 2, 2, 3, 0},
                                new int[] {1, 4, 4, 2, 4, 4, 4, 0},
                                new int[] {2, 9, 23, 6, 2, 2, 2, 0},
                                new int[] {3, 8, 19, 4, 3, 2, 1, 1},
                                new int[] {3, 5, 6, tiling.lanes() + 3, 5, 6, 1, 0},
                                new int[] {9, 26, 26, 33, 2, 2, 2, 0}))
                .map(s -> new Pool2dSpec(kind, pass, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]));
    }
}
