package retort.kernels.opencl;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import retort.kernels.BackendException;
import retort.kernels.Call;
import retort.kernels.Scope;
import retort.kernels.Tuning;
import retort.kernels.check.EdgeCases;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Spec;
import retort.kernels.opencl.ClTile.Extent;

/**
 * Finds the kernel parameters that are fastest on one device and writes them where the engine reads them. Parameters
 * are tried one or two at a time, in all their legal values; a set counts only if its results on shapes with edges
 * equal the reference's, and the fastest are timed again before one is chosen. Speed is the geometric mean of GFLOP/s
 * over the products or convolutions that the parameters shape.
 */
final class OpenClTuner {
    /** A new value must beat the old by this much: less is noise. */
    private static final double WORTHWHILE = 1.02;

    /** The fastest of a stage's sets, which are timed again beside the best so far. */
    private static final int RIVALS = 6;

    private static final int ROUNDS = 5;

    private static final int REPEATS = 5;
    private static final double REPEAT_NANOS = 30e6;
    private static final long SEED = 1;

    /** Cases of each form of an op that a set of parameters must get right. */
    private static final int EDGES = 1;

    /** Vector registers of processors that have the fewest for their width, AVX2, and of all others. */
    private static final int FEW_REGISTERS = 16;

    private static final int MANY_REGISTERS = 32;

    /** Parameters that are tried together, and what they are timed on. */
    record Stage(List<ClParameter> parameters, List<Spec> timed) {}

    private final OpenClDevices.Found found;
    private final List<Stage> stages;
    private final Path file;
    private ClParameters best;
    private long deadline;
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
                stages(start.family()),
                ClParameterFile.userFile(found.device().name()));
    }

    /** A tuner with stages and a file of its own. */
    static OpenClTuner of(OpenClDevices.Found found, List<Stage> stages, Path file) {
        return new OpenClTuner(found, ClParameters.of(found.device()), stages, file);
    }

    private static List<Stage> stages(ClFamily family) {
        // Weights of 40 MB and more, as the teacher's first dense layer has: what a cache does not hold is read in
        // other runs.
        List<Spec> products = List.of(GemmSpec.nn(512, 512, 512), GemmSpec.nn(32, 1200, 9600));
        List<Spec> gradients = List.of(GemmAdamSpec.withDefaults(GemmSpec.tn(9600, 1200, 32), false));
        List<Spec> dots = List.of(GemmSpec.nt(32, 9600, 1200));
        Conv2dSpec one = Conv2dSpec.forward(32, 28, 28, 1).filters(3, 3, 32);
        Conv2dSpec many = Conv2dSpec.forward(8, 16, 16, 32).filters(3, 3, 64);
        List<Spec> forward = List.of(one, many);
        List<Spec> gradient =
                List.of(one.as(Conv2dSpec.Pass.FILTER_GRADIENT), many.as(Conv2dSpec.Pass.FILTER_GRADIENT));
        if (family == ClFamily.SIMT) {
            Map<ClTile, List<Spec>> timed = Map.of(
                    ClTile.LARGE, List.of(GemmSpec.nn(2048, 2048, 2048), GemmSpec.nt(2048, 2048, 2048)),
                    ClTile.MEDIUM, gradients,
                    ClTile.SHORT, List.of(GemmSpec.nn(32, 1200, 9600), GemmSpec.nt(32, 9600, 1200)),
                    ClTile.NARROW, List.of(one, GemmSpec.nn(32, 10, 1200)));
            return Stream.of(ClTile.values())
                    .flatMap(tile -> stages(tile, timed.get(tile)))
                    .toList();
        }
        return List.of(
                new Stage(List.of(ClParameter.GEMM_MR, ClParameter.GEMM_NR_VECTORS), products),
                new Stage(List.of(ClParameter.GEMM_KC), products),
                new Stage(List.of(ClParameter.GEMM_MC), products),
                new Stage(List.of(ClParameter.ADAM_NC), gradients),
                new Stage(List.of(ClParameter.DOT_MR, ClParameter.DOT_NR), dots),
                new Stage(List.of(ClParameter.CONV_PIXELS, ClParameter.CONV_VECTORS), forward),
                new Stage(List.of(ClParameter.CONV_TAPS), gradient));
    }

    private static Stream<Stage> stages(ClTile tile, List<Spec> timed) {
        return Stream.of(
                new Stage(List.of(tile.parameter(Extent.M), tile.parameter(Extent.N)), timed),
                new Stage(List.of(tile.parameter(Extent.ITEM_M), tile.parameter(Extent.ITEM_N)), timed),
                new Stage(List.of(tile.parameter(Extent.K)), timed),
                new Stage(List.of(tile.groups()), timed));
    }

    /**
     * Tries everything and writes the best; of what there is no time for, nothing is tried.
     *
     * @param limit for trying; null for none
     * @param progress is told of every set, one line each
     */
    public Tuning tune(Duration limit, Consumer<String> progress) {
        deadline = limit == null ? Long.MAX_VALUE : System.nanoTime() + limit.toNanos();
        double speedup = 1;
        for (Stage stage : stages) {
            speedup *= Math.pow(tune(stage, progress), 1.0 / stages.size());
        }
        String comment = "Found by the tuner on " + found.device().name() + ", driver "
                + found.device().version() + ".";
        ClParameterFile.write(file, comment, best);
        return new Tuning(file, tried, refused, speedup);
    }

    private boolean isLate() {
        return System.nanoTime() > deadline;
    }

    /** The stage's gain. */
    private double tune(Stage stage, Consumer<String> progress) {
        if (isLate()) {
            progress.accept(stage.parameters() + ": no time is left");
            return 1;
        }
        boolean runs = attempt(best, stage, progress) > 0;
        Map<ClParameters, Double> speeds = new LinkedHashMap<>();
        for (ClParameters candidate : candidates(stage)) {
            if (!isLate()) {
                speeds.put(candidate, attempt(candidate, stage, progress));
            }
        }
        List<ClParameters> finalists = new ArrayList<>(speeds.keySet().stream()
                .filter(candidate -> speeds.get(candidate) > 0)
                .sorted(Comparator.comparing(speeds::get).reversed())
                .limit(RIVALS)
                .toList());
        if (runs) {
            finalists.addFirst(best);
        }
        double[] again = again(finalists, stage);
        double toBeat = runs ? again[0] * WORTHWHILE : 0;
        for (int i = 0; i < again.length; i++) {
            if (again[i] > toBeat) {
                toBeat = again[i];
                best = finalists.get(i);
            }
        }
        return runs ? again[finalists.indexOf(best)] / again[0] : 1;
    }

    /** The fastest of some rounds, taken in turns: a machine that others use can be slow for seconds. */
    private double[] again(List<ClParameters> finalists, Stage stage) {
        double[] fastest = new double[finalists.size()];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < fastest.length; i++) {
                fastest[i] = Math.max(fastest[i], speed(finalists.get(i), stage, false));
            }
        }
        return fastest;
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
                .filter(candidate -> accumulators(candidate, stage) <= registers())
                .filter(candidate -> !candidate.equals(best))
                .toList();
    }

    private int registers() {
        return found.device().vectorWidth() == 8 ? FEW_REGISTERS : MANY_REGISTERS;
    }

    /** The product of a pair that sets a register tile; 1 for the rest. */
    private static int accumulators(ClParameters candidate, Stage stage) {
        List<ClParameter> pair = stage.parameters();
        boolean tile = candidate.family() == ClFamily.CORES && pair.size() == 2;
        return tile ? candidate.get(pair.getFirst()) * candidate.get(pair.getLast()) : 1;
    }

    /** Geometric mean of GFLOP/s; 0 for a set that can't be used, and says why. */
    private double attempt(ClParameters candidate, Stage stage, Consumer<String> progress) {
        String name = stage.parameters().stream()
                .map(parameter -> parameter + "=" + candidate.get(parameter))
                .toList()
                .toString();
        tried++;
        try {
            double speed = speed(candidate, stage, true);
            progress.accept(String.format(Locale.ROOT, "%s: %.1f GFLOP/s", name, speed));
            return speed;
        } catch (BackendException e) {
            refused++;
            progress.accept(name + ": refused: " + e.getMessage());
            return 0;
        }
    }

    private double speed(ClParameters candidate, Stage stage, boolean check) {
        try (OpenClBackend backend = OpenClBackend.open(found, candidate)) {
            double logarithms = 0;
            for (Spec spec : stage.timed()) {
                if (check) {
                    EdgeCases.few(spec.op(), backend.tiling(), EDGES)
                            .forEach(edge -> KernelCheck.whole(edge, SEED).check("opencl", backend));
                }
                logarithms += Math.log(gigaflops(backend, spec));
            }
            return Math.exp(logarithms / stage.timed().size());
        }
    }

    /** GFLOP/s of the fastest repeat: other work on the machine only ever slows one down. */
    private static double gigaflops(OpenClBackend backend, Spec spec) {
        try (Scope scope = backend.scope()) {
            KernelCheck operands = KernelCheck.whole(spec, SEED);
            Call call = operands.call(operands.tensors(scope));
            backend.run(call);
            backend.finish();
            int count = (int) Math.clamp(REPEAT_NANOS / nanos(backend, call, 1), 1, 1000);
            double nanos = Double.POSITIVE_INFINITY;
            for (int i = 0; i < REPEATS; i++) {
                nanos = Math.min(nanos, nanos(backend, call, count));
            }
            return spec.flops() / nanos;
        }
    }

    /** Of each of some calls, one after the other. */
    private static double nanos(OpenClBackend backend, Call call, int count) {
        long start = System.nanoTime();
        for (int n = 0; n < count; n++) {
            backend.run(call);
        }
        backend.finish();
        return (System.nanoTime() - start) / (double) count;
    }
}
