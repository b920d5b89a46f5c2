package retort.kernels.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ArgmaxSpec;
import retort.kernels.op.BiasSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DistillationSpec;
import retort.kernels.op.Divergence;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.DropoutSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.MaxNormSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SgdSpec;
import retort.kernels.op.Shape;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;
import retort.kernels.scalar.ScalarBackend;

/**
 * Every kernel on shapes around the edges of its tiles, small enough for a simulator: {@code check-opencl.sh} runs this
 * under oclgrind, where reads and writes out of bounds and data races show. Tensors are views at odd offsets between
 * canaries; inputs are whole numbers, so that sums are exact.
 */
final class EdgeShapes {
    private static final DropoutKey KEY = new DropoutKey(0x0123456789ABCDEFL, 7, (3L << 32) + 1);
    private static final float CANARY = -12345;
    private static final int BEFORE = 3;
    private static final int AFTER = 7;

    private final Backend device;
    private final Backend reference = new ScalarBackend();
    private final List<String> failures = new ArrayList<>();
    private int checks;

    EdgeShapes(Backend device) {
        this.device = device;
    }

    /** Runs on the first device, with its own parameters changed by arguments such as {@code GEMM_BLOCKED=1}. */
    public static void main(String[] arguments) {
        OpenClDevices.Found found = OpenClDevices.find(null);
        ClParameters parameters = ClParameters.of(found.device());
        for (String argument : arguments) {
            String[] pair = argument.split("=");
            parameters = parameters.with(ClParameter.valueOf(pair[0]), Integer.parseInt(pair[1]));
        }
        try (OpenClBackend backend = OpenClBackend.open(found, parameters)) {
            EdgeShapes shapes = new EdgeShapes(backend);
            List<String> failures = shapes.run();
            failures.forEach(System.out::println);
            System.out.println(shapes.checks + " checks on " + found.device() + " " + Arrays.toString(arguments) + ", "
                    + failures.size() + " failed");
            System.exit(failures.isEmpty() ? 0 : 1);
        }
    }

    /** What differs from the reference, one line each. */
    List<String> run() {
        elementwise();
        rows();
        distillation();
        products();
        convolutions();
        return failures;
    }

    private interface Call {
        void on(Backend backend, Tensor[] operands);
    }

    /** Compares every operand after the call, inputs too; {@code tolerance} is relative to the largest element. */
    private void check(Spec spec, double tolerance, Call call, Shape... shapes) {
        checks++;
        float[][] expected = operandsAfter(reference, call, shapes);
        float[][] actual = operandsAfter(device, call, shapes);
        for (int operand = 0; operand < shapes.length; operand++) {
            double largest = 1;
            for (float value : expected[operand]) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int e = 0; e < expected[operand].length; e++) {
                if (!(Math.abs(expected[operand][e] - actual[operand][e]) <= tolerance * largest)) {
                    failures.add(spec.id() + ": operand " + operand + "[" + (e - BEFORE) + "] is " + actual[operand][e]
                            + ", expected " + expected[operand][e]);
                    return;
                }
            }
        }
    }

    /** Every operand with the canaries around it. */
    private static float[][] operandsAfter(Backend backend, Call call, Shape[] shapes) {
        try (Scope scope = backend.scope()) {
            Tensor[] whole = new Tensor[shapes.length];
            Tensor[] operands = new Tensor[shapes.length];
            for (int i = 0; i < shapes.length; i++) {
                float[] elements = new float[BEFORE + shapes[i].size() + AFTER];
                Arrays.fill(elements, CANARY);
                SplittableRandom random = new SplittableRandom(i);
                for (int e = 0; e < shapes[i].size(); e++) {
                    elements[BEFORE + e] = i < 4 ? random.nextInt(-3, 4) : random.nextInt(1, 4);
                }
                whole[i] = scope.tensorOf(Shape.of(elements.length), elements);
                operands[i] = whole[i].rows(BEFORE, shapes[i].size()).reshaped(shapes[i]);
            }
            call.on(backend, operands);
            return Arrays.stream(whole).map(backend::download).toArray(float[][]::new);
        }
    }

    private void elementwise() {
        for (int count : new int[] {1, 4, 15, 16, 17, 1029}) {
            Shape shape = Shape.of(count);
            ReluSpec relu = new ReluSpec(count);
            check(relu, 0, (b, t) -> b.relu(relu, t[0], t[1]), shape, shape);
            check(relu, 0, (b, t) -> b.reluGradient(relu, t[0], t[1], t[2]), shape, shape, shape);
            check(relu, 0, (b, t) -> b.fill(t[0], 2), shape);
            check(relu, 0, (b, t) -> b.copy(t[0], t[1]), shape, shape);
            DropoutSpec dropout = new DropoutSpec(count, 0.5f);
            check(dropout, 0, (b, t) -> b.dropout(dropout, KEY, t[0], t[1]), shape, shape);
            SgdSpec sgd = new SgdSpec(count, 0.5f, 0.5f);
            check(sgd, 0, (b, t) -> b.sgd(sgd, t[0], t[1], t[2]), shape, shape, shape);
            AdamSpec adam = adam(count);
            Shape unread = Shape.of(1);
            check(adam, 1e-6, (b, t) -> b.adam(adam, t[0], t[1], t[2], t[4], 3), shape, shape, shape, unread, shape);
        }
    }

    private static AdamSpec adam(int count) {
        return new AdamSpec(count, 1e-2f, 0.9f, 0.999f, 1e-7f);
    }

    private void rows() {
        for (int rows : new int[] {1, 5, 67}) {
            for (int columns : new int[] {1, 10, 16, 17, 129}) {
                Shape matrix = Shape.of(rows, columns);
                Shape column = Shape.of(rows);
                BiasSpec bias = new BiasSpec(rows, columns);
                check(bias, 0, (b, t) -> b.addBias(bias, t[0], t[1]), matrix, Shape.of(columns));
                ColumnSumSpec sums = new ColumnSumSpec(rows, columns);
                check(sums, 0, (b, t) -> b.columnSums(sums, t[0], t[1]), matrix, Shape.of(columns));
                MaxNormSpec maxNorm = new MaxNormSpec(rows, columns, 2);
                check(maxNorm, 1e-6, (b, t) -> b.maxNorm(maxNorm, t[0]), matrix);
                SoftmaxSpec softmax = new SoftmaxSpec(rows, columns, 2);
                check(softmax, 1e-6, (b, t) -> b.softmax(softmax, t[0], t[1]), matrix, matrix);
                ArgmaxSpec argmax = new ArgmaxSpec(rows, columns);
                check(argmax, 0, (b, t) -> b.argmax(argmax, t[0], t[1]), matrix, column);
                for (CrossEntropySpec.Targets targets : CrossEntropySpec.Targets.values()) {
                    CrossEntropySpec loss = new CrossEntropySpec(rows, columns, 2, targets);
                    check(
                            loss,
                            1e-5,
                            (b, t) -> b.crossEntropy(loss, t[0], t[1], t[2], t[3]),
                            matrix,
                            loss.targetsShape(),
                            matrix,
                            loss.outcomeShape());
                }
            }
        }
    }

    private void distillation() {
        List<Divergence> divergences = List.of(
                new Divergence.SoftTargets(),
                new Divergence.LogitError(),
                new Divergence.Decoupled(1, 8),
                new Divergence.Standardized());
        for (int rows : new int[] {1, 67}) {
            for (int classes : new int[] {2, 10, 17}) {
                for (Divergence divergence : divergences) {
                    DistillationSpec loss = new DistillationSpec(rows, classes, divergence, 2, 0.25f);
                    check(
                            loss,
                            1e-5,
                            (b, t) -> b.distillation(loss, t[0], t[1], t[2], t[3]),
                            loss.logitsShape(),
                            loss.targetsShape(),
                            loss.logitsShape(),
                            loss.outcomeShape());
                }
            }
        }
    }

    private void products() {
        int[][] sizes = {
            {1, 1, 1},
            {1, 17, 9},
            {7, 47, 33},
            {8, 48, 32},
            {9, 49, 40},
            {33, 10, 65},
            {70, 131, 17},
            {5, 7, 300},
            {7, 300, 260},
            {3, 1300, 2}
        };
        for (int[] size : sizes) {
            for (int layout = 0; layout < 4; layout++) {
                product(GemmSpec.of(size[0], size[1], size[2], layout % 2 == 1, layout / 2 == 1));
            }
        }
    }

    private void product(GemmSpec gemm) {
        Shape a = gemm.aShape();
        Shape b = gemm.bShape();
        Shape c = gemm.cShape();
        check(gemm, 0, (x, t) -> x.gemm(gemm, t[0], t[1], t[2]), a, b, c);
        GemmSpec scaled = gemm.scaled(2, -1).with(Epilogue.biasReluDropout(0.5f));
        check(
                scaled,
                0,
                (x, t) -> x.gemm(scaled, t[0], t[1], t[2], Epilogue.Operands.biasDropout(t[3], KEY)),
                a,
                b,
                c,
                Shape.of(gemm.n()));
        GemmSpec gated = gemm.with(Epilogue.gate(0.5f));
        check(gated, 0, (x, t) -> x.gemm(gated, t[0], t[1], t[2], Epilogue.Operands.gate(t[3])), a, b, c, c);
        GemmAdamSpec adam = new GemmAdamSpec(gemm, adam(c.size()), false);
        check(adam, 1e-6, (x, t) -> x.gemmAdam(adam, t[0], t[1], t[2], t[3], t[4], 3), a, b, c, c, c);
    }

    private void convolutions() {
        convolution(Conv2dSpec.forward(1, 3, 3, 1).filters(3, 3, 1));
        convolution(Conv2dSpec.forward(2, 7, 12, 1).filters(3, 3, 33));
        convolution(Conv2dSpec.forward(2, 6, 5, 3).filters(3, 2, 17).stepped(2, 1));
        convolution(Conv2dSpec.forward(3, 9, 9, 5).filters(5, 5, 7).stepped(3, 2));
        convolution(Conv2dSpec.forward(2, 4, 11, 16).filters(1, 1, 32));
    }

    private void convolution(Conv2dSpec spec) {
        Shape x = spec.xShape();
        Shape f = spec.filterShape();
        Shape y = spec.yShape();
        Conv2dSpec forward = spec.with(Epilogue.biasReluDropout(0.5f));
        check(
                forward,
                0,
                (b, t) -> b.conv2d(forward, t[0], t[1], t[2], Epilogue.Operands.biasDropout(t[3], KEY)),
                x,
                f,
                y,
                Shape.of(spec.filters()));
        Conv2dSpec toInput = spec.as(Conv2dSpec.Pass.INPUT_GRADIENT).with(Epilogue.gate(0.5f));
        check(toInput, 0, (b, t) -> b.conv2d(toInput, t[0], t[1], t[2], Epilogue.Operands.gate(t[3])), x, f, y, x);
        Conv2dSpec toFilter = spec.as(Conv2dSpec.Pass.FILTER_GRADIENT);
        check(toFilter, 0, (b, t) -> b.conv2d(toFilter, t[0], t[1], t[2]), x, f, y);
    }
}
