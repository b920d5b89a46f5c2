package retort.kernels.check;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
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
import retort.kernels.op.UpdateSpec;
import retort.kernels.op.WeightDecay;
import retort.kernels.op.WindowSpec;

/**
 * Legal specs of every op at random, with all that they may vary: shape, transposes, strides, padding, packed operands,
 * weights of fewer bits, alpha and beta, epilogues, temperatures, rates. A new op does not compile without some here.
 */
final class RandomSpecs {
    private static final Arbitrary<Boolean> FLAG = Arbitraries.of(false, true);

    private final Arbitrary<Integer> extents;
    private final Arbitrary<Integer> counts;
    private final Arbitrary<Integer> sides;
    private final Arbitrary<Integer> batches;
    private final long leastWork;
    private final long mostWork;

    private RandomSpecs(
            Arbitrary<Integer> extents,
            Arbitrary<Integer> counts,
            Arbitrary<Integer> sides,
            Arbitrary<Integer> batches,
            long leastWork,
            long mostWork) {
        this.extents = extents;
        this.counts = counts;
        this.sides = sides;
        this.batches = batches;
        this.leastWork = leastWork;
        this.mostWork = mostWork;
    }

    /** Most of them small, some around an engine's vectors, tiles and blocks, some of them tall or wide. */
    static RandomSpecs small(Tiling tiling) {
        Arbitrary<Integer> extents = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.integers().between(1, 9)),
                Tuple.of(5, around(tiling.lanes(), 2 * tiling.lanes(), 4 * tiling.lanes(), tiling.mr(), tiling.nr())),
                Tuple.of(3, Arbitraries.integers().between(1, 150)),
                Tuple.of(1, around(tiling.kc(), 2 * tiling.kc(), tiling.nc())));
        Arbitrary<Integer> sides = Arbitraries.integers().between(1, 14);
        return new RandomSpecs(extents, extents, sides, Arbitraries.integers().between(1, 9), 0, 100_000);
    }

    /** Worth more than one thread. */
    static RandomSpecs large(Tiling tiling) {
        Arbitrary<Integer> extents = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.integers().between(1, 700)),
                Tuple.of(2, around(tiling.lanes(), tiling.mr(), tiling.nr(), tiling.kc(), tiling.nc())),
                Tuple.of(1, Arbitraries.integers().between(1, 9)),
                Tuple.of(1, Arbitraries.integers().between(700, 6000)));
        Arbitrary<Integer> counts = Arbitraries.integers().between(300_000, 1_500_000);
        Arbitrary<Integer> sides = Arbitraries.integers().between(5, 40);
        return new RandomSpecs(extents, counts, sides, Arbitraries.integers().between(1, 20), 4_000_000, 40_000_000);
    }

    private static Arbitrary<Integer> around(int... sizes) {
        return Combinators.combine(
                        Arbitraries.integers().between(0, sizes.length - 1),
                        Arbitraries.integers().between(-1, 1))
                .as((i, off) -> Math.max(1, sizes[i] + off));
    }

    Arbitrary<Spec> of(Spec.Op op) {
        return any(op).filter(spec -> {
            long work = Math.max(spec.flops(), spec.bytes());
            return work >= leastWork && work <= mostWork;
        });
    }

    private Arbitrary<Spec> any(Spec.Op op) {
        Arbitrary<? extends Spec> specs = switch (op) {
            case ACTIVATION -> activations(Pass.FORWARD);
            case ACTIVATION_DX -> activations(Pass.GRADIENT);
            case ADAM -> counts.flatMap(RandomSpecs::adam);
            case ADD -> Combinators.combine(counts, FLAG).as(AddSpec::new);
            case ARGMAX -> Combinators.combine(extents, extents).as(ArgmaxSpec::new);
            case AVERAGE_POOL2D -> pools(Pool2dSpec.Kind.AVERAGE, Pass.FORWARD);
            case AVERAGE_POOL2D_DX -> pools(Pool2dSpec.Kind.AVERAGE, Pass.GRADIENT);
            case ARITHMETIC -> arithmetic();
            case BATCH_NORM -> batchNorms(BatchNormSpec.Pass.TRAINING);
            case BATCH_NORM_INFERENCE -> batchNorms(BatchNormSpec.Pass.INFERENCE);
            case BATCH_NORM_DX -> batchNorms(BatchNormSpec.Pass.GRADIENT);
            case BIAS -> Combinators.combine(extents, extents).as(BiasSpec::new);
            case BIAS_BACKWARD ->
                Combinators.combine(extents, extents, Arbitraries.<UpdateSpec>oneOf(adam(1), sgd(1)))
                        .as((rows, columns, update) -> new BiasBackwardSpec(rows, columns, update.sized(columns)));
            case COLUMN_SUM -> Combinators.combine(extents, extents).as(ColumnSumSpec::new);
            case CONV2D -> convolutions(Conv2dSpec.Pass.FORWARD);
            case CONV2D_DX -> convolutions(Conv2dSpec.Pass.INPUT_GRADIENT);
            case CONV2D_DF -> convolutions(Conv2dSpec.Pass.FILTER_GRADIENT);
            case CROSS_ENTROPY ->
                Combinators.combine(extents, extents, temperatures(), Arbitraries.of(CrossEntropySpec.Targets.class))
                        .as(CrossEntropySpec::new);
            case DENSE_BACKWARD -> denseBackwards();
            case DEPTHWISE_CONV2D -> depthwise(Conv2dSpec.Pass.FORWARD);
            case DEPTHWISE_CONV2D_DX -> depthwise(Conv2dSpec.Pass.INPUT_GRADIENT);
            case DEPTHWISE_CONV2D_DF -> depthwise(Conv2dSpec.Pass.FILTER_GRADIENT);
            case DISTILLATION ->
                Combinators.combine(extents, extents, divergences(), temperatures(), Arbitraries.of(0f, 0.1f, 0.5f, 1f))
                        .as((rows, classes, divergence, t, share) ->
                                new DistillationSpec(rows, classes + 1, divergence, t, share));
            case DROPOUT -> Combinators.combine(counts, rates()).as(DropoutSpec::new);
            case GATHER ->
                Combinators.combine(batches, sides, sides, extents, batches)
                        .as((table, height, width, channels, count) ->
                                new GatherSpec(table, height, width, channels, count));
            case GEMM -> products();
            case LOG_SOFTMAX -> softmaxes(true);
            case MAX_NORM ->
                Combinators.combine(extents, extents, Arbitraries.of(0.01f, 0.3f, 1f, 1.1f, 3f))
                        .as((inputs, units, factor) ->
                                new MaxNormSpec(inputs, units, factor * (float) Math.sqrt(inputs / 3.0)));
            case MAX_POOL2D -> pools(Pool2dSpec.Kind.MAX, Pass.FORWARD);
            case MAX_POOL2D_DX -> pools(Pool2dSpec.Kind.MAX, Pass.GRADIENT);
            case RELU -> counts.map(ReluSpec::forward);
            case RELU_DX -> counts.map(ReluSpec::gradient);
            case SGD -> counts.flatMap(RandomSpecs::sgd);
            case SOFTMAX -> softmaxes(false);
            case STRIDED_COPY -> stridedCopies();
        };
        return specs.map(spec -> spec);
    }

    private Arbitrary<SoftmaxSpec> softmaxes(boolean log) {
        return Combinators.combine(extents, extents, temperatures())
                .as((rows, classes, temperature) -> new SoftmaxSpec(rows, classes, temperature, log));
    }

    private Arbitrary<ActivationSpec> activations(Pass pass) {
        return Combinators.combine(Arbitraries.of(ActivationSpec.Kind.class), counts)
                .as((kind, count) -> new ActivationSpec(pass, kind, count));
    }

    private Arbitrary<BatchNormSpec> batchNorms(BatchNormSpec.Pass pass) {
        return Combinators.combine(
                        extents, extents, Arbitraries.of(1e-5f, 1e-3f, 0.1f), Arbitraries.of(0.1f, 0.01f, 1f), FLAG)
                .as((rows, channels, epsilon, momentum, relu) ->
                        new BatchNormSpec(pass, rows, channels, epsilon, momentum, relu));
    }

    private Arbitrary<ArithmeticSpec> arithmetic() {
        return Combinators.combine(Arbitraries.of(ArithmeticSpec.Operator.class), extents, extents, FLAG)
                .as((operator, rows, columns, whole) ->
                        new ArithmeticSpec(operator, rows * columns, whole ? rows * columns : columns));
    }

    /** A block of three axes with room around them, in any order in x, in which one may stand still. */
    private Arbitrary<StridedCopySpec> stridedCopies() {
        Arbitrary<Integer> room = Arbitraries.integers().between(0, 3);
        return Combinators.combine(extents, extents, batches, room, room, Arbitraries.of(0, 1, 2, 3), FLAG)
                .as((a, b, c, xRoom, yRoom, still, turned) -> {
                    int[] extent = {a, b, c};
                    int[] order = turned ? new int[] {2, 0, 1} : new int[] {0, 1, 2};
                    int[] xStride = new int[3];
                    int[] yStride = new int[3];
                    int xSize = 1;
                    int ySize = 1;
                    for (int i = 2; i >= 0; i--) {
                        xStride[order[i]] = xSize;
                        xSize *= extent[order[i]] + xRoom;
                        yStride[i] = ySize;
                        ySize *= extent[i] + yRoom;
                    }
                    List<StridedCopySpec.Axis> axes = IntStream.range(0, 3)
                            .mapToObj(i -> new StridedCopySpec.Axis(extent[i], i == still ? 0 : xStride[i], yStride[i]))
                            .toList();
                    return StridedCopySpec.of(xSize, ySize, xRoom, yRoom, axes);
                });
    }

    private static Arbitrary<UpdateSpec> adam(int count) {
        return Combinators.combine(
                        Arbitraries.of(1e-3f, 0.1f, 1f),
                        Arbitraries.of(0.9f, 0f, 0.5f),
                        Arbitraries.of(0.999f, 0f, 0.9f),
                        Arbitraries.of(1e-7f, 1e-3f),
                        decays())
                .as((rate, beta1, beta2, epsilon, decay) -> new AdamSpec(count, rate, beta1, beta2, epsilon, decay));
    }

    private static Arbitrary<UpdateSpec> sgd(int count) {
        return Combinators.combine(Arbitraries.of(0.01f, 0.1f, 2f), Arbitraries.of(0f, 0.9f, 0.5f), FLAG, decays())
                .as((rate, momentum, nesterov, decay) -> new SgdSpec(count, rate, momentum, nesterov, decay));
    }

    private static Arbitrary<WeightDecay> decays() {
        return Arbitraries.of(
                WeightDecay.NONE, WeightDecay.penalty(5e-4f), WeightDecay.penalty(0.5f), WeightDecay.decoupled(0.25f));
    }

    private Arbitrary<GemmSpec> products() {
        Arbitrary<Float> alphas = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(1f)), Tuple.of(3, Arbitraries.of(0f, 2f, -1f, 0.5f, 0.7f, -13.7f)));
        Arbitrary<Float> betas = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(0f)), Tuple.of(3, Arbitraries.of(1f, 2f, -1f, 0.5f, 1.3f)));
        Arbitrary<Epilogue> epilogues =
                Arbitraries.oneOf(Arbitraries.just(Epilogue.NONE), forward(), rates().map(Epilogue::gate));
        Arbitrary<GemmSpec> plain =
                Combinators.combine(extents, extents, extents, FLAG, FLAG).as(GemmSpec::of);
        return Combinators.combine(plain, FLAG, Arbitraries.of(ElementType.class), alphas, betas, epilogues)
                .as((spec, packed, type, alpha, beta, epilogue) -> {
                    GemmSpec full =
                            spec.scaled(alpha, epilogue.gate() ? 0 : beta).with(epilogue);
                    return packed ? full.withPackedB(spec.transB() ? ElementType.FLOAT32 : type) : full;
                });
    }

    private Arbitrary<DenseBackwardSpec> denseBackwards() {
        Arbitrary<UpdateSpec> updates = Arbitraries.oneOf(adam(1), sgd(1));
        Arbitrary<Epilogue> gates = Arbitraries.oneOf(Arbitraries.just(Epilogue.NONE), rates().map(Epilogue::gate));
        return Combinators.combine(extents, extents, extents, updates, FLAG, FLAG, gates)
                .as((batch, inputs, units, update, packed, inputGradient, gate) -> new DenseBackwardSpec(
                        batch,
                        inputs,
                        units,
                        update.sized(inputs * units),
                        packed,
                        inputGradient,
                        inputGradient ? gate : Epilogue.NONE));
    }

    private Arbitrary<Conv2dSpec> convolutions(Conv2dSpec.Pass pass) {
        return Combinators.combine(batches, windows(), extents, extents, epilogues(pass))
                .as((batch, window, channels, filters, epilogue) -> new Conv2dSpec(
                        pass,
                        batch,
                        window.height,
                        window.width,
                        channels,
                        window.kernelHeight,
                        window.kernelWidth,
                        filters,
                        window.stride,
                        window.padding,
                        epilogue));
    }

    private Arbitrary<DepthwiseConv2dSpec> depthwise(Conv2dSpec.Pass pass) {
        return Combinators.combine(batches, windows(), extents, epilogues(pass))
                .as((batch, window, channels, epilogue) -> new DepthwiseConv2dSpec(
                        pass,
                        batch,
                        window.height,
                        window.width,
                        channels,
                        window.kernelHeight,
                        window.kernelWidth,
                        window.stride,
                        window.padding,
                        epilogue));
    }

    private Arbitrary<Pool2dSpec> pools(Pool2dSpec.Kind kind, Pass pass) {
        return Combinators.combine(batches, windows(), extents)
                .as((batch, window, channels) -> new Pool2dSpec(
                        kind,
                        pass,
                        batch,
                        window.height,
                        window.width,
                        channels,
                        window.kernelHeight,
                        window.kernelWidth,
                        window.stride,
                        window.padding));
    }

    /** The part of a {@link WindowSpec} that has rules of its own. */
    private record Window(int height, int width, int kernelHeight, int kernelWidth, int stride, int padding) {
        /** One that fits: the padding is less than the kernel, and the image at least what the kernel needs. */
        static Window fitting(int height, int width, Tuple2<Integer, Integer> kernel, int stride, int padding) {
            int most = Math.min(padding, Math.min(kernel.get1(), kernel.get2()) - 1);
            return new Window(
                    Math.max(height, kernel.get1() - 2 * most),
                    Math.max(width, kernel.get2() - 2 * most),
                    kernel.get1(),
                    kernel.get2(),
                    stride,
                    most);
        }
    }

    private Arbitrary<Window> windows() {
        Arbitrary<Integer> small = Arbitraries.integers().between(1, 7);
        Arbitrary<Tuple2<Integer, Integer>> kernels = Arbitraries.oneOf(
                small.map(size -> Tuple.of(size, size)),
                Combinators.combine(small, small).as(Tuple::of));
        Arbitrary<Integer> strides = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.just(1)),
                Tuple.of(3, Arbitraries.integers().between(1, 5)));
        Arbitrary<Integer> paddings = Arbitraries.integers().between(0, 6);
        return Combinators.combine(sides, sides, kernels, strides, paddings).as(Window::fitting);
    }

    /** Those that a pass has. */
    private static Arbitrary<Epilogue> epilogues(Conv2dSpec.Pass pass) {
        return switch (pass) {
            case FORWARD -> forward();
            case INPUT_GRADIENT -> Arbitraries.oneOf(Arbitraries.just(Epilogue.NONE), rates().map(Epilogue::gate));
            case FILTER_GRADIENT -> Arbitraries.just(Epilogue.NONE);
        };
    }

    private static Arbitrary<Epilogue> forward() {
        return Combinators.combine(FLAG, FLAG, rates()).as((bias, relu, rate) -> new Epilogue(bias, relu, rate, false));
    }

    private static Arbitrary<Float> rates() {
        return Arbitraries.of(0f, 0.5f, 0.25f, 0.3f, 0.9f);
    }

    private static Arbitrary<Float> temperatures() {
        return Arbitraries.of(1f, 3.5f, 20f, 0.25f, 0.05f, 1000f);
    }

    private static Arbitrary<Divergence> divergences() {
        return Arbitraries.of(
                new Divergence.SoftTargets(),
                new Divergence.LogitError(),
                new Divergence.Standardized(),
                new Divergence.Decoupled(1, 8),
                new Divergence.Decoupled(0, 0.5f),
                new Divergence.Decoupled(2, 0));
    }
}
