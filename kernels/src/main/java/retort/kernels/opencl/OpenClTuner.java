package retort.kernels.opencl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.Conv2dSpec;
import retort.kernels.GemmSpec;
import retort.kernels.Scope;
import retort.kernels.Shape;
import retort.kernels.Spec;
import retort.kernels.Tensor;
import retort.kernels.scalar.ScalarBackend;

/**
 * Finds the kernel parameters that are fastest on one device and writes them where the engine reads them. Parameters are tried
 * one or two at a time, in all their legal values; a set counts only if its results on shapes with edges equal the
 * reference's. Speed is the geometric mean of GFLOP/s over the products or convolutions that the parameters shape.
 */
public final class OpenClTuner {
    /** A new value must beat the old by this much: less is noise. */
    private static final double WORTHWHILE = 1.02;

    private static final int REPEATS = 5;
    private static final double REPEAT_NANOS = 30e6;

    /** More accumulators than this fit no register file. */
    private static final int MOST_ACCUMULATORS = 32;

    /** Parameters that are tried together, and what they are timed on. */
    record Stage(List<ClParameter> parameters, List<Spec> timed) {}

    /**
     * What came of it.
     *
     * @param file the parameters' file
     * @param tried sets of parameters that were timed
     * @param refused sets that the device could not run, or ran wrongly
     * @param speedup geometric mean over the stages, of the best set's speed over the first one's
     */
    public record Result(Path file, int tried, int refused, double speedup) {}

    private final OpenClDevices.Found found;
    private final List<Stage> stages;
    private final Path file;
    private ClParameters best;
    private int tried;
    private int refused;

    private OpenClTuner(OpenClDevices.Found found, ClParameters start, List<Stage> stages, Path file) {
        this.found = found;
        this.best = start;
        this.stages = stages;
        this.file = file;
    }

    /**
     * A tuner for a device, starting from the parameters that it has now.
     *
     * @param device as {@link OpenClDevices#select} takes it
     * @throws retort.kernels.BackendUnavailableException if there is no such device
     */
    public static OpenClTuner of(String device) {
        OpenClDevices.Found found = OpenClDevices.find(device);
        ClParameters start = ClParameters.of(found.device());
        return new OpenClTuner(
                found,
                start,
                stages(start.blocked()),
                ClParameters.userFile(found.device().name()));
    }

    /** A tuner with stages and a file of its own. */
    static OpenClTuner of(OpenClDevices.Found found, List<Stage> stages, Path file) {
        return new OpenClTuner(found, ClParameters.of(found.device()), stages, file);
    }

    private static List<Stage> stages(boolean blocked) {
        List<Spec> products =
                List.of(GemmSpec.nn(512, 512, 512), GemmSpec.nn(32, 1200, 1200), GemmSpec.tn(1200, 1200, 32));
        List<Spec> dots = List.of(GemmSpec.nt(32, 1200, 1200));
        Conv2dSpec one = Conv2dSpec.forward(32, 28, 28, 1).filters(3, 3, 32);
        Conv2dSpec many = Conv2dSpec.forward(8, 16, 16, 32).filters(3, 3, 64);
        List<Spec> forward = List.of(one, many);
        List<Spec> gradient =
                List.of(one.as(Conv2dSpec.Pass.FILTER_GRADIENT), many.as(Conv2dSpec.Pass.FILTER_GRADIENT));
        if (blocked) {
            List<Spec> few = List.of(GemmSpec.nn(32, 1200, 1200), GemmSpec.nt(32, 1200, 1200));
            List<Spec> large = List.of(GemmSpec.nn(1024, 1024, 1024), GemmSpec.nt(1024, 1024, 1024));
            return List.of(
                    new Stage(List.of(ClParameter.BLOCK_M, ClParameter.BLOCK_ITEM_M), large),
                    new Stage(List.of(ClParameter.BLOCK_N, ClParameter.BLOCK_ITEM_N), large),
                    new Stage(List.of(ClParameter.BLOCK_K), large),
                    new Stage(List.of(ClParameter.BLOCK_SMALL_M, ClParameter.BLOCK_SPLIT), few));
        }
        return List.of(
                new Stage(List.of(ClParameter.GEMM_ROWS, ClParameter.GEMM_VECTORS), products),
                new Stage(List.of(ClParameter.GEMM_K_BLOCK), products),
                new Stage(List.of(ClParameter.GEMM_ROW_BLOCK), products),
                new Stage(List.of(ClParameter.DOT_ROWS, ClParameter.DOT_COLUMNS), dots),
                new Stage(List.of(ClParameter.CONV_PIXELS, ClParameter.CONV_VECTORS), forward),
                new Stage(List.of(ClParameter.CONV_TAPS), gradient));
    }

    /**
     * Tries everything and writes the best.
     *
     * @param progress is told of every set, one line each
     */
    public Result tune(Consumer<String> progress) {
        double speedup = 1;
        for (Stage stage : stages) {
            speedup *= Math.pow(tune(stage, progress), 1.0 / stages.size());
        }
        best.write(
                file,
                "Found by the tuner on " + found.device().name() + ", driver "
                        + found.device().version() + ".");
        return new Result(file, tried, refused, speedup);
    }

    /** The stage's gain. */
    private double tune(Stage stage, Consumer<String> progress) {
        double first = speed(best, stage, progress);
        double fastest = first;
        for (ClParameters candidate : candidates(stage)) {
            double speed = speed(candidate, stage, progress);
            if (speed > fastest * WORTHWHILE) {
                fastest = speed;
                best = candidate;
            }
        }
        return first > 0 ? fastest / first : 1;
    }

    private List<ClParameters> candidates(Stage stage) {
        List<ClParameters> candidates = List.of(best);
        for (ClParameter parameter : stage.parameters()) {
            List<ClParameters> more = new ArrayList<>();
            for (ClParameters candidate : candidates) {
                for (int value : parameter.legal()) {
                    candidate.tryWith(parameter, value).ifPresent(more::add);
                }
            }
            candidates = more;
        }
        return candidates.stream()
                .filter(candidate -> accumulators(candidate, stage) <= MOST_ACCUMULATORS)
                .filter(candidate -> !candidate.equals(best))
                .toList();
    }

    /** The product of a pair that sets a register tile; 1 for the rest. */
    private static int accumulators(ClParameters candidate, Stage stage) {
        List<ClParameter> pair = stage.parameters();
        boolean tile = pair.size() == 2 && !pair.getFirst().name().startsWith("BLOCK");
        return tile ? candidate.get(pair.getFirst()) * candidate.get(pair.getLast()) : 1;
    }

    /** Geometric mean of GFLOP/s; 0 for a set that can't be used, and says why. */
    private double speed(ClParameters candidate, Stage stage, Consumer<String> progress) {
        String name = stage.parameters().stream()
                .map(parameter -> parameter + "=" + candidate.get(parameter))
                .toList()
                .toString();
        try (OpenClBackend backend = OpenClBackend.open(found, candidate)) {
            tried++;
            for (Spec spec : stage.timed()) {
                checkEdges(backend, spec);
            }
            double logarithms = 0;
            for (Spec spec : stage.timed()) {
                logarithms += Math.log(gigaflops(backend, spec));
            }
            double speed = Math.exp(logarithms / stage.timed().size());
            progress.accept(String.format(Locale.ROOT, "%s: %.1f GFLOP/s", name, speed));
            return speed;
        } catch (BackendException e) {
            refused++;
            progress.accept(name + ": refused: " + e.getMessage());
            return 0;
        }
    }

    private static double gigaflops(Backend backend, Spec spec) {
        try (Scope scope = backend.scope()) {
            Tensor[] operands = operands(scope, spec);
            run(backend, spec, operands);
            backend.finish();
            long start = System.nanoTime();
            run(backend, spec, operands);
            backend.finish();
            int count = (int) Math.clamp(REPEAT_NANOS / (System.nanoTime() - start), 1, 1000);
            double[] nanos = new double[REPEATS];
            for (int i = 0; i < REPEATS; i++) {
                start = System.nanoTime();
                for (int n = 0; n < count; n++) {
                    run(backend, spec, operands);
                }
                backend.finish();
                nanos[i] = (System.nanoTime() - start) / (double) count;
            }
            Arrays.sort(nanos);
            return spec.flops() / nanos[REPEATS / 2];
        }
    }

    /** Compares the op with the reference on extents that no tile divides; whole numbers, so the sums are exact. */
    private static void checkEdges(Backend backend, Spec spec) {
        Spec edges = switch (spec) {
            case GemmSpec gemm ->
                new GemmSpec(
                        Math.min(gemm.m(), 131),
                        137,
                        Math.min(gemm.k(), 517),
                        gemm.transA(),
                        gemm.transB(),
                        false,
                        1,
                        0,
                        gemm.epilogue());
            case Conv2dSpec conv ->
                Conv2dSpec.forward(2, 11, 15, conv.channels())
                        .filters(3, 3, conv.filters() + 1)
                        .as(conv.pass());
            default -> throw new IllegalArgumentException("opencl: nothing tunes " + spec.id());
        };
        float[] expected = result(new ScalarBackend(), edges);
        float[] actual = result(backend, edges);
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0) {
            throw new BackendException(
                    "opencl: " + edges.id() + ": element " + at + " is " + actual[at] + ", expected " + expected[at]);
        }
    }

    private static float[] result(Backend backend, Spec spec) {
        try (Scope scope = backend.scope()) {
            Tensor[] operands = operands(scope, spec);
            run(backend, spec, operands);
            boolean isFilter = spec instanceof Conv2dSpec conv && conv.pass() == Conv2dSpec.Pass.FILTER_GRADIENT;
            return backend.download(operands[isFilter ? 1 : 2]);
        }
    }

    private static Tensor[] operands(Scope scope, Spec spec) {
        List<Shape> shapes = switch (spec) {
            case GemmSpec gemm -> List.of(gemm.aShape(), gemm.bShape(), gemm.cShape());
            case Conv2dSpec conv -> List.of(conv.xShape(), conv.filterShape(), conv.yShape());
            default -> throw new IllegalArgumentException("opencl: nothing tunes " + spec.id());
        };
        SplittableRandom random = new SplittableRandom(1);
        return shapes.stream()
                .map(shape -> {
                    float[] elements = new float[shape.size()];
                    for (int e = 0; e < elements.length; e++) {
                        elements[e] = random.nextInt(-3, 4);
                    }
                    return scope.tensorOf(shape, elements);
                })
                .toArray(Tensor[]::new);
    }

    private static void run(Backend backend, Spec spec, Tensor[] operands) {
        switch (spec) {
            case GemmSpec gemm -> backend.gemm(gemm, operands[0], operands[1], operands[2]);
            case Conv2dSpec conv -> backend.conv2d(conv, operands[0], operands[1], operands[2]);
            default -> throw new IllegalArgumentException("opencl: nothing tunes " + spec.id());
        }
    }
}
