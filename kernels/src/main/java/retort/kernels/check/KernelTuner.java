package retort.kernels.check;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.Call;
import retort.kernels.Scope;
import retort.kernels.Tuning;
import retort.kernels.op.Spec;

/**
 * Finds the kernel parameters that are fastest here, by coordinate descent. Parameters are tried one or two at a time,
 * beside the best so far; a set counts only if its results on shapes with edges equal the reference's. The fastest are
 * timed again in turns with the best so far, and one takes its place if it is ahead by more than noise. Speed is the
 * geometric mean of GFLOP/s over the ops that the parameters shape.
 *
 * @param <P> a parameter
 * @param <S> a set of values for all parameters, equal to another with the same values
 */
public abstract class KernelTuner<P, S> {
    /** A new value must beat the old by this much: less is noise. */
    private static final double WORTHWHILE = 1.02;

    /** Rounds of the last comparison, and in how many of them a set must have been the faster one. */
    private static final int ROUNDS = 5;

    private static final int ROUNDS_TO_WIN = 4;

    private static final int REPEATS = 5;
    private static final long SEED = 1;

    /** Cases of each form of an op that a set of parameters must get right. */
    private static final int EDGES = 1;

    /** Parameters that are tried together, and what they are timed on. */
    public record Stage<P>(List<P> parameters, List<Spec> timed) {}

    /**
     * How much is timed.
     *
     * @param repeatNanos of one measurement, of which the fastest of some counts
     * @param rivals the fastest of a stage's sets, which are timed again
     * @param warmUpNanos that each op of a stage is done before it is timed, where code is compiled as it runs
     */
    public record Effort(double repeatNanos, int rivals, double warmUpNanos) {}

    private final List<Stage<P>> stages;
    private final Effort effort;
    private final Path file;
    private S best;
    private long deadline;
    private int tried;
    private int refused;

    /**
     * @param start where the search begins
     * @param file for the result
     */
    protected KernelTuner(S start, List<Stage<P>> stages, Effort effort, Path file) {
        this.best = start;
        this.stages = stages;
        this.effort = effort;
        this.file = file;
    }

    /** The engine with these parameters. */
    protected abstract Backend open(S parameters);

    protected abstract int value(S parameters, P parameter);

    /** What a stage tries in place of the best so far. */
    protected abstract List<S> candidates(S soFar, Stage<P> stage);

    /** Writes them where the engine reads them, whole or not at all. */
    protected abstract void write(S parameters, Path to);

    /**
     * Tries everything and writes the best; of what there is no time for, nothing is tried.
     *
     * @param limit for trying; null for none
     * @param progress is told of every set, one line each
     */
    public final Tuning tune(Duration limit, Consumer<String> progress) {
        deadline = limit == null ? Long.MAX_VALUE : System.nanoTime() + limit.toNanos();
        double speedup = 1;
        for (Stage<P> stage : stages) {
            speedup *= Math.pow(tune(stage, progress), 1.0 / stages.size());
        }
        write(best, file);
        return new Tuning(file, tried, refused, speedup);
    }

    private boolean isLate() {
        return System.nanoTime() > deadline;
    }

    /** The stage's gain. */
    private double tune(Stage<P> stage, Consumer<String> progress) {
        if (isLate()) {
            progress.accept(stage.parameters() + ": no time is left");
            return 1;
        }
        List<KernelCheck> timed = stage.timed().stream()
                .map(spec -> KernelCheck.whole(spec, SEED))
                .toList();
        warmUp(timed);
        boolean runs = attempt(best, stage, timed, progress) > 0;
        Map<S, Double> speeds = new LinkedHashMap<>();
        for (S candidate : candidates(best, stage)) {
            if (!isLate()) {
                speeds.put(candidate, attempt(candidate, stage, timed, progress));
            }
        }
        List<S> finalists = new ArrayList<>(speeds.keySet().stream()
                .filter(candidate -> speeds.get(candidate) > 0)
                .sorted(Comparator.comparing(speeds::get).reversed())
                .limit(effort.rivals())
                .toList());
        if (runs) {
            finalists.addFirst(best);
        }
        double[][] again = again(finalists, timed);
        int winner = winner(again, runs);
        if (winner < 0) {
            progress.accept(name(best, stage) + " stays");
            return 1;
        }
        double gain = runs ? fastest(again[winner]) / fastest(again[0]) : 1;
        best = finalists.get(winner);
        progress.accept(
                runs ? String.format(Locale.ROOT, "%s is taken: x%.2f", name(best, stage), gain) : name(best, stage));
        return gain;
    }

    private void warmUp(List<KernelCheck> timed) {
        if (effort.warmUpNanos() == 0) {
            return;
        }
        try (Backend backend = open(best);
                Scope scope = backend.scope()) {
            for (KernelCheck operands : timed) {
                Call call = operands.call(operands.tensors(scope));
                double end = System.nanoTime() + effort.warmUpNanos();
                while (System.nanoTime() < end) {
                    backend.run(call);
                }
            }
        }
    }

    /**
     * The set that takes the place of the best so far, or -1.
     *
     * @param again speeds of each set in each round
     * @param runs whether the first is the best so far
     */
    private static int winner(double[][] again, boolean runs) {
        double toBeat = runs ? fastest(again[0]) * WORTHWHILE : 0;
        int winner = -1;
        for (int i = runs ? 1 : 0; i < again.length; i++) {
            if (fastest(again[i]) > toBeat && (!runs || roundsWon(again[i], again[0]) >= ROUNDS_TO_WIN)) {
                toBeat = fastest(again[i]);
                winner = i;
            }
        }
        return winner;
    }

    private static int roundsWon(double[] speeds, double[] others) {
        int won = 0;
        for (int round = 0; round < ROUNDS; round++) {
            won += speeds[round] > others[round] ? 1 : 0;
        }
        return won;
    }

    private static double fastest(double[] speeds) {
        double fastest = 0;
        for (double speed : speeds) {
            fastest = Math.max(fastest, speed);
        }
        return fastest;
    }

    /** Speeds in some rounds, taken in turns: a machine that others use can be slow for seconds. */
    private double[][] again(List<S> finalists, List<KernelCheck> timed) {
        double[][] speeds = new double[finalists.size()][ROUNDS];
        for (int round = 0; round < ROUNDS && finalists.size() > 1 && !isLate(); round++) {
            for (int i = 0; i < speeds.length; i++) {
                speeds[i][round] = speed(finalists.get(i), timed, false);
            }
        }
        return speeds;
    }

    private String name(S candidate, Stage<P> stage) {
        return stage.parameters().stream()
                .map(parameter -> parameter + "=" + value(candidate, parameter))
                .collect(Collectors.toList())
                .toString();
    }

    /** Geometric mean of GFLOP/s; 0 for a set that can't be used, and says why. */
    private double attempt(S candidate, Stage<P> stage, List<KernelCheck> timed, Consumer<String> progress) {
        String name = name(candidate, stage);
        tried++;
        try {
            double speed = speed(candidate, timed, true);
            progress.accept(String.format(Locale.ROOT, "%s: %.1f GFLOP/s", name, speed));
            return speed;
        } catch (BackendException e) {
            refused++;
            progress.accept(name + ": refused: " + e.getMessage());
            return 0;
        }
    }

    private double speed(S candidate, List<KernelCheck> timed, boolean check) {
        try (Backend backend = open(candidate)) {
            double logarithms = 0;
            for (KernelCheck operands : timed) {
                if (check) {
                    EdgeCases.few(operands.spec().op(), backend.tiling(), EDGES)
                            .forEach(edge -> KernelCheck.whole(edge, SEED)
                                    .check(backend.engine().id(), backend));
                }
                logarithms += Math.log(gigaflops(backend, operands));
            }
            return Math.exp(logarithms / timed.size());
        }
    }

    /** GFLOP/s of the fastest repeat: other work on the machine only ever slows one down. */
    private double gigaflops(Backend backend, KernelCheck operands) {
        try (Scope scope = backend.scope()) {
            Call call = operands.call(operands.tensors(scope));
            backend.run(call);
            backend.finish();
            int count = (int) Math.clamp(effort.repeatNanos() / nanos(backend, call, 1), 1, 1000);
            double nanos = Double.POSITIVE_INFINITY;
            for (int i = 0; i < REPEATS; i++) {
                nanos = Math.min(nanos, nanos(backend, call, count));
            }
            return operands.spec().flops() / nanos;
        }
    }

    /** Of each of some calls, one after the other. */
    private static double nanos(Backend backend, Call call, int count) {
        long start = System.nanoTime();
        for (int n = 0; n < count; n++) {
            backend.run(call);
        }
        backend.finish();
        return (System.nanoTime() - start) / (double) count;
    }
}
