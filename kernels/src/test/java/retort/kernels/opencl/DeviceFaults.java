package retort.kernels.opencl;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import retort.kernels.BackendException;
import retort.kernels.Fused;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;

/**
 * A process of its own in which calls of OpenCL fail in turn, or all from one on: while devices are listed, a backend
 * is opened, kernels are built, a step is trained, results are downloaded, all is closed. {@link DeviceFaultSoakTest}
 * starts it.
 */
final class DeviceFaults {
    private static final int[] STATUSES = {-4, -5, -6, -30, -36, -9999};
    private static final int BATCH = 5;
    private static final int INPUTS = 60;
    private static final int CLASSES = 7;
    private static final Conv2dSpec CONVOLUTION =
            Conv2dSpec.forward(2, 6, 6, 3).filters(3, 3, 5).stepped(1, 1);
    private static final GemmSpec FORWARD = GemmSpec.nn(BATCH, CLASSES, INPUTS).with(Epilogue.BIAS);
    private static final CrossEntropySpec LOSS = new CrossEntropySpec(BATCH, CLASSES, 1, CrossEntropySpec.Targets.HARD);
    private static final DenseBackwardSpec UPDATE =
            DenseBackwardSpec.of(BATCH, INPUTS, CLASSES, AdamSpec.withDefaults(INPUTS * CLASSES));
    private static final ColumnSumSpec SUMS = new ColumnSumSpec(200, CLASSES);

    private DeviceFaults() {}

    /** Number of tries and seed; prints a line for each thing that is wrong, and last what was seen. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        int count = Integer.parseInt(arguments[0]);
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
        FailingOpenCl library = FailingOpenCl.install();
        float[][] expected = work(false);
        closeAll();
        library.takeAlive();
        library.fail(0, 0, 0);
        work(true);
        closeAll();
        List<String> calls = library.calls();
        List<String> functions = calls.stream().distinct().toList();
        complain("no fault", "", library.takeAlive(), "");
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            boolean lost = random.nextInt(5) == 0;
            // Four of five calls ask for a kernel's arguments, so every other try takes a function first.
            String function = functions.get(random.nextInt(functions.size()));
            int[] ofFunction = IntStream.range(0, calls.size())
                    .filter(call -> calls.get(call).equals(function))
                    .toArray();
            int k = i % 2 == 0 ? ofFunction[random.nextInt(ofFunction.length)] : random.nextInt(calls.size());
            int status = STATUSES[random.nextInt(STATUSES.length)];
            library.fail(k, lost ? Integer.MAX_VALUE : k + 1, status);
            String outcome = outcome(i % 4 < 2);
            String failed = library.failed();
            library.fail(0, 0, 0);
            closeAll();
            String title = "call " + k + (lost ? " and all after it" : "") + ", " + failed + " gave " + status;
            complain(title, failed, lost ? Map.of() : library.takeAlive(), outcome);
            library.takeAlive();
            outcomes.merge(outcome.isEmpty() ? "right all the same" : "refused", 1, Integer::sum);
            float[][] after = work(false);
            if (!Arrays.deepEquals(expected, after)) {
                System.out.println("wrong: " + title + ": a backend opened afterwards gives other numbers");
            }
            closeAll();
            complain(title + ", afterwards", "", library.takeAlive(), "");
        }
        System.out.println(
                "of " + calls.size() + " calls of " + functions.size() + " functions in a step: " + outcomes);
    }

    /** The one line of what was thrown, or empty if the results came all the same. */
    private static String outcome(boolean profiled) {
        try {
            OpenClDevices.Listing listing = OpenClDevices.search();
            if (listing.found().isEmpty()) {
                return listing.reason();
            }
            work(profiled);
            return "";
        } catch (BackendException e) {
            return e.getMessage();
        } catch (RuntimeException | Error e) {
            return "wrong: " + e;
        }
    }

    private static void complain(String title, String failed, Map<Long, String> alive, String outcome) {
        boolean named =
                outcome.contains("opencl: ") && (outcome.contains(" failed: ") || outcome.contains(": no memory for "));
        if (outcome.startsWith("wrong") || outcome.lines().count() > 1 || !outcome.isEmpty() && !named) {
            System.out.println("wrong: " + title + ": " + outcome);
        }
        if (alive.size() > (failed.startsWith("clRelease") ? 1 : 0)) {
            System.out.println("wrong: " + title + ": " + outcome + "; not released: " + alive.values());
        }
    }

    /** What closed backends left for the next one. */
    private static void closeAll() {
        ClContext.take(OpenClDevices.find(null)).discard();
    }

    /** One step from upload to download, on a backend of its own. */
    private static float[][] work(boolean profiled) {
        try (OpenClBackend backend = OpenClBackend.open(null, profiled);
                Scope scope = backend.scope()) {
            Tensor image = scope.filled(Shape.of(2, 6, 6, 3), 0.5f);
            Tensor filter = scope.tensorOf(CONVOLUTION.filterShape(), elements(CONVOLUTION.filterShape()));
            Tensor convolved = scope.tensor(CONVOLUTION.yShape());
            backend.conv2d(CONVOLUTION, image, filter, convolved);
            Tensor x = scope.tensorOf(FORWARD.aShape(), elements(FORWARD.aShape()));
            Tensor w = scope.tensorOf(FORWARD.bShape(), elements(FORWARD.bShape()));
            Tensor m = scope.filled(FORWARD.bShape(), 0);
            Tensor v = scope.filled(FORWARD.bShape(), 0);
            Tensor targets = scope.tensorOf(LOSS.targetsShape(), new float[BATCH]);
            Tensor logits = scope.tensor(LOSS.logitsShape());
            Tensor dLogits = scope.tensor(LOSS.logitsShape());
            Tensor outcome = scope.tensor(LOSS.outcomeShape());
            Tensor bias = scope.filled(Shape.of(CLASSES), 0.25f);
            Tensor rows = scope.filled(SUMS.xShape(), 2);
            Tensor sums = scope.tensor(CLASSES);
            backend.gemm(FORWARD, x, w, logits, Fused.bias(bias));
            backend.crossEntropy(LOSS, logits, targets, dLogits, outcome);
            backend.denseBackward(UPDATE, x, dLogits, w, new Tensor[] {m, v}, null, 1);
            backend.columnSums(SUMS, rows, sums);
            backend.finish();
            return new float[][] {
                backend.download(convolved), backend.download(outcome), backend.download(w), backend.download(sums)
            };
        }
    }

    private static float[] elements(Shape shape) {
        float[] elements = new float[shape.size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = e % 17 / 16f - 0.5f;
        }
        return elements;
    }
}
