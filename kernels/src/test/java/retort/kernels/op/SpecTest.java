package retort.kernels.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecTest {
    @Property
    void parseIsTheInverseOfId(@ForAll("specs") Spec spec) {
        assertEquals(spec, Spec.parse(spec.id()));
    }

    @Example
    void anImageThatPaddingMakesTooLongIsRefusedWithItsLength() {
        int side = 1_500_000_000;
        int padding = 1_400_000_000;
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new Conv2dSpec(
                                Conv2dSpec.Pass.FORWARD, 1, side, 1, 1, side, side, 1, 1, padding, Epilogue.NONE))
                .getMessage();
        assertEquals(
                "conv2d: an image of 1500000000 x 1 with padding 1400000000 is 4300000000 pixels long, expected at most "
                        + "2147483647",
                message);
    }

    @Example
    void everyOpIsAmongTheTried() {
        Set<Spec.Op> tried = specs().sampleStream().limit(2000).map(Spec::op).collect(Collectors.toSet());
        assertEquals(Set.of(Spec.Op.values()), tried);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gemm",
                "gem:m1n1k1:nn",
                "gemm:m1n1k1",
                "gemm:m0n1k1:nn",
                "gemm:m01n1k1:nn",
                "gemm:m1n1k1:nn:alpha1",
                "gemm:m1n1k1:nn:alpha1.2.3",
                "gemm:m1n1k1:nn+relu+bias",
                "gemm:m1n1k1:nn+gate+bias",
                "gemm:m99999999999n1k1:nn",
                "gemm:m1n1k1:nn ",
                "gemm:m1n1k1:nn:bf16",
                "gemm:m1n1k1:nt:packed:int8",
                "gemm:m1n1k1:nn:packed:float32",
                "dense-backward:b2i2o2:adam:dx+bias",
                "dense-backward:b2i2o2:adam+gate",
                "dense-backward:b2i2o2:momentum",
                "bias-backward:2x2",
                "conv2d:n1h2w2c1:k3x3o1:s1p0",
                "conv2d-df:n1h3w3c1:k3x3o1:s1p0+bias",
                "depthwise-conv2d:n1h2w2c1:k3x3:s1p0",
                "depthwise-conv2d-df:n1h3w3c1:k3x3:s1p0+bias",
                "max-pool2d:n1h2w2c1:k3x3:s1p0",
                "max-pool2d:n1h3w3c1:k3x3:s0p0",
                "batch-norm:4",
                "batch-norm:4x0",
                "batch-norm-dx:4x2+bias",
                "arithmetic:add:7:b2",
                "arithmetic:power:6:b2",
                "strided-copy:4from0y4to0:2/1/1,2/2/1",
                "strided-copy:4from1y4to0:4/1/1",
                "strided-copy:4from0y4to0:4/1/0",
                "strided-copy:4from0y4to0:99999999999/1/1",
                "gather:2of0:4x4x1",
                "gather:2of16777217:1x1x1",
                "gather:2of40000:28x28x300",
                "gather:2of4:4x4",
                "softmax:2x2",
                "softmax:2x2:T0",
                "log-softmax:2x2",
                "average-pool2d:n1h2w2c1:k3x3:s1p0",
                "add:5+relu+relu",
                "cross-entropy:2x2:T1:firm",
                "distillation:2x10:soft-targets:T20",
                "distillation:2x1:soft-targets:T20:hard0",
                "distillation:2x10:soft-targets:T0:hard0",
                "distillation:2x10:soft-targets:T1:hard1.5",
                "distillation:2x10:decoupled1:T4:hard0",
                "distillation:2x10:decoupled0,0:T4:hard0",
                "distillation:2x10:decoupled-1,8:T4:hard0",
                "max-norm:2x2",
                "max-norm:2x2:limit0",
                "dropout:5:p1",
                "adam:-5",
                "relu:5x5",
                "activation:relu:5",
                "activation:gelu"
            })
    void refusesWhatIsNoId(String id) {
        String message = assertThrows(IllegalArgumentException.class, () -> Spec.parse(id))
                .getMessage();
        assertTrue(message.contains(":"), message);
    }

    @Provide
    Arbitrary<Spec> specs() {
        return Arbitraries.oneOf(
                gemms().map(s -> s),
                denseBackwards().map(s -> s),
                convolutions().map(s -> s),
                depthwise().map(s -> s),
                pools().map(s -> s),
                Combinators.combine(sizes(), sizes(), temperatures(), Arbitraries.of(true, false))
                        .as(SoftmaxSpec::new),
                Combinators.combine(sizes(), sizes(), temperatures(), Arbitraries.of(CrossEntropySpec.Targets.class))
                        .as(CrossEntropySpec::new),
                Combinators.combine(sizes(), sizes(), divergences(), temperatures(), shares())
                        .as((rows, classes, divergence, temperature, share) ->
                                new DistillationSpec(rows, classes + 1, divergence, temperature, share)),
                Combinators.combine(
                                Arbitraries.of(BatchNormSpec.Pass.class), sizes(), sizes(), Arbitraries.of(true, false))
                        .as((pass, rows, channels, relu) -> {
                            BatchNormSpec spec = BatchNormSpec.of(pass, rows, channels);
                            return relu ? spec.withRelu() : spec;
                        }),
                Combinators.combine(sizes(), sizes()).as(BiasSpec::new),
                Combinators.combine(sizes(), sizes(), Arbitraries.of(true, false))
                        .as((rows, columns, adam) -> new BiasBackwardSpec(
                                rows, columns, adam ? adam(columns) : SgdSpec.withDefaults(columns))),
                Combinators.combine(Arbitraries.of(ArithmeticSpec.Operator.class), sizes(), sizes())
                        .as((operator, rows, period) -> new ArithmeticSpec(operator, rows * period, period)),
                Combinators.combine(sizes(), sizes(), sizes())
                        .as((m, n, more) -> StridedCopySpec.of(
                                m * n + more,
                                m * n,
                                more - 1,
                                0,
                                List.of(new StridedCopySpec.Axis(m, n, 1), new StridedCopySpec.Axis(n, 1, m)))),
                Combinators.combine(sizes(), sides(), sides(), sides(), sizes()).as(GatherSpec::new),
                Combinators.combine(sizes(), sizes()).as(ColumnSumSpec::new),
                Combinators.combine(sizes(), sizes()).as(ArgmaxSpec::new),
                Combinators.combine(sizes(), rates()).as(DropoutSpec::new),
                Combinators.combine(sizes(), sizes(), positives()).as(MaxNormSpec::new),
                Combinators.combine(Arbitraries.of(Pass.class), sizes()).as(ReluSpec::new),
                Combinators.combine(Arbitraries.of(Pass.class), Arbitraries.of(ActivationSpec.Kind.class), sizes())
                        .as(ActivationSpec::new),
                Combinators.combine(sizes(), Arbitraries.of(true, false)).as(AddSpec::new),
                Combinators.combine(sizes(), Arbitraries.of(true, false)).as(AdamSpec::named),
                Combinators.combine(sizes(), Arbitraries.of(true, false), Arbitraries.of(true, false))
                        .as(SgdSpec::named));
    }

    private static Arbitrary<DenseBackwardSpec> denseBackwards() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(sizes(), sizes(), sizes(), flags, flags, flags, rates())
                .as((batch, inputs, units, adam, packed, inputGradient, rate) -> {
                    int weights = inputs * units;
                    UpdateSpec update =
                            adam ? AdamSpec.named(weights, packed) : SgdSpec.named(weights, packed, !packed);
                    DenseBackwardSpec spec = DenseBackwardSpec.of(batch, inputs, units, update);
                    DenseBackwardSpec laidOut = packed ? spec.withPackedWeights() : spec;
                    return inputGradient ? laidOut.withInputGradient(Epilogue.gate(rate)) : laidOut;
                });
    }

    private static AdamSpec adam(int count) {
        return AdamSpec.withDefaults(count);
    }

    private static Arbitrary<GemmSpec> plainProducts() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(sizes(), sizes(), sizes(), flags, flags)
                .as((m, n, k, transA, transB) -> GemmSpec.of(m, n, k, transA, transB));
    }

    private static Arbitrary<GemmSpec> gemms() {
        Arbitrary<Float> scales = Arbitraries.floats().map(x -> x == 0 ? 0 : x).edgeCases(edges -> edges.add(1f, 0f));
        Arbitrary<ElementType> types = Arbitraries.of(ElementType.class);
        return Combinators.combine(plainProducts(), epilogues(), scales, scales, Arbitraries.of(true, false), types)
                .as((gemm, epilogue, alpha, beta, packed, type) -> {
                    GemmSpec spec = gemm.with(epilogue).scaled(alpha, epilogue.gate() ? 0 : beta);
                    return packed ? spec.withPackedB(gemm.transB() ? ElementType.FLOAT32 : type) : spec;
                });
    }

    private static Arbitrary<Conv2dSpec> convolutions() {
        Arbitrary<Integer> kernel = Arbitraries.integers().between(1, 7);
        return Combinators.combine(sizes(), sizes(), sizes(), sizes(), kernel, kernel, kernel, epilogues())
                .as((batch, extent, channels, filters, height, width, stride, epilogue) -> {
                    Conv2dSpec forward = Conv2dSpec.forward(batch, extent + height, extent + width, channels)
                            .filters(height, width, filters)
                            .stepped(stride, Math.min(height, width) / 2);
                    return passes(forward, epilogue)[(batch + extent) % 3];
                });
    }

    private static Arbitrary<DepthwiseConv2dSpec> depthwise() {
        Arbitrary<Integer> kernel = Arbitraries.integers().between(1, 7);
        return Combinators.combine(Arbitraries.of(Conv2dSpec.Pass.class), sizes(), sizes(), sizes(), kernel, kernel)
                .as((pass, batch, extent, channels, size, stride) -> DepthwiseConv2dSpec.forward(
                                batch, extent + size, extent + size, channels, size)
                        .stepped(stride, size / 2)
                        .as(pass));
    }

    private static Arbitrary<Pool2dSpec> pools() {
        Arbitrary<Integer> kernel = Arbitraries.integers().between(1, 7);
        return Combinators.combine(Arbitraries.of(Pass.class), sizes(), sizes(), sizes(), kernel, kernel, kernel)
                .as((pass, batch, extent, channels, height, width, stride) -> new Pool2dSpec(
                        Pool2dSpec.Kind.values()[(batch + extent) % 2],
                        pass,
                        batch,
                        extent + height,
                        extent + width,
                        channels,
                        height,
                        width,
                        stride,
                        Math.min(height, width) / 2));
    }

    /** The passes, each with as much of an epilogue as it can have. */
    private static Conv2dSpec[] passes(Conv2dSpec forward, Epilogue epilogue) {
        Conv2dSpec.Pass gated = Conv2dSpec.Pass.INPUT_GRADIENT;
        return new Conv2dSpec[] {
            epilogue.gate() ? forward : forward.with(epilogue),
            epilogue.gate() ? forward.as(gated).with(epilogue) : forward.as(gated),
            forward.as(Conv2dSpec.Pass.FILTER_GRADIENT)
        };
    }

    private static Arbitrary<Epilogue> epilogues() {
        Arbitrary<Epilogue> forward = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.of(true, false), rates())
                .as((bias, relu, dropout) -> new Epilogue(bias, relu, dropout, false));
        return Arbitraries.oneOf(forward, rates().map(Epilogue::gate));
    }

    private static Arbitrary<Integer> sizes() {
        return Arbitraries.integers().between(1, 2000);
    }

    private static Arbitrary<Integer> sides() {
        return Arbitraries.integers().between(1, 40);
    }

    private static Arbitrary<Float> temperatures() {
        return Arbitraries.floats()
                .between(Temperature.LOWEST, Temperature.HIGHEST)
                .ofScale(3);
    }

    private static Arbitrary<Float> positives() {
        return Arbitraries.floats().greaterThan(0);
    }

    private static Arbitrary<Divergence> divergences() {
        Arbitrary<Float> weights = Arbitraries.floats().greaterOrEqual(0).map(x -> x == 0 ? 0 : x);
        return Arbitraries.oneOf(
                Arbitraries.of(
                        new Divergence.SoftTargets(), new Divergence.LogitError(), new Divergence.Standardized()),
                Combinators.combine(weights, positives()).as(Divergence.Decoupled::new),
                Combinators.combine(positives(), weights).as(Divergence.Decoupled::new));
    }

    private static Arbitrary<Float> shares() {
        return Arbitraries.floats()
                .between(0, 1)
                .map(share -> share == 0 ? 0 : share)
                .edgeCases(edges -> edges.add(0f, 0.1f, 1f));
    }

    private static Arbitrary<Float> rates() {
        return Arbitraries.floats()
                .between(0, true, 1, false)
                .map(rate -> rate == 0 ? 0 : rate)
                .edgeCases(edges -> edges.add(0f, 0.5f));
    }
}
