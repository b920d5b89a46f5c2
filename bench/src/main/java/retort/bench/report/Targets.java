package retort.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import retort.kernels.Engine;

/** What our kernels are to reach beside their peers, and whether they did. */
final class Targets {
    static final String MET_HARD = "met hard";
    static final String MET_STRETCH = "met stretch";
    static final String MISSED = "missed";

    /** Neither met nor missed: one of the figures has too large an error. */
    static final String NOISE = "noise";

    /** Against our own speed on one thread. */
    private static final String ONE_THREAD = "one-thread";

    /** Against the loop that bounds such work. */
    private static final String PEAK = "peak";

    private static final String RESOURCE = "targets.txt";
    private static final String NONE = "-";
    private static final int WORDS = 5;

    private Targets() {}

    /**
     * One line of the file.
     *
     * @param against a peer's id, {@code one-thread} or {@code peak}
     * @param stretch null if there is none
     */
    record Target(String spec, int threads, String against, double hard, Double stretch) {}

    /** The targets inside. */
    static List<Target> bundled() {
        return TargetFile.bundled(Targets.class, RESOURCE, Targets::target);
    }

    /** @throws IllegalArgumentException if a line is no target; the message names file and line */
    static List<Target> parse(String name, String text) {
        return TargetFile.parse(name, text, Targets::target);
    }

    private static Target target(String[] words) {
        if (words.length != WORDS) {
            throw new IllegalArgumentException(
                    "expected spec, threads, against, hard and stretch, got " + words.length + " words");
        }
        return new Target(
                Work.of(words[0]).id(),
                Integer.parseInt(words[1]),
                words[2],
                Double.parseDouble(words[3]),
                words[4].equals(NONE) ? null : Double.valueOf(words[4]));
    }

    /** The targets for which there is something measured, in their order. */
    static List<BenchReport.Target> reached(List<Target> targets, List<BenchReport.Result> results, Roofs roofs) {
        List<BenchReport.Target> reached = new ArrayList<>();
        for (Target target : targets) {
            find(results, target.spec(), Engine.CPU_SIMD.id(), target.threads()).ifPresent(ours -> {
                Double ratio = over(target.against(), ours);
                if (ratio != null) {
                    boolean noise = ours.noise() || isNoise(target.against(), ours, results, roofs);
                    reached.add(judged(target, ratio, noise));
                }
            });
        }
        return reached;
    }

    private static Optional<BenchReport.Result> find(
            List<BenchReport.Result> results, String spec, String engine, int threads) {
        return results.stream()
                .filter(r -> r.spec().equals(spec) && r.engine().equals(engine) && r.threads() == threads)
                .findFirst();
    }

    private static Double over(String against, BenchReport.Result ours) {
        return switch (against) {
            case ONE_THREAD -> ours.overOneThread();
            case PEAK -> ours.ofPeak();
            default -> ours.ratio().get(against);
        };
    }

    /** Whether what ours is held against is noise. */
    private static boolean isNoise(
            String against, BenchReport.Result ours, List<BenchReport.Result> results, Roofs roofs) {
        return switch (against) {
            case PEAK ->
                roofs.over(Work.of(ours.spec()), ours.engine(), ours.threads())
                        .filter(Roofs.Measured::isNoise)
                        .isPresent();
            case ONE_THREAD ->
                find(results, ours.spec(), ours.engine(), 1)
                        .filter(BenchReport.Result::noise)
                        .isPresent();
            default ->
                find(results, ours.spec(), against, ours.threads())
                        .filter(BenchReport.Result::noise)
                        .isPresent();
        };
    }

    private static BenchReport.Target judged(Target target, double ratio, boolean noise) {
        String verdict;
        if (noise) {
            verdict = NOISE;
        } else if (target.stretch() != null && ratio >= target.stretch()) {
            verdict = MET_STRETCH;
        } else {
            verdict = ratio >= target.hard() ? MET_HARD : MISSED;
        }
        return new BenchReport.Target(
                target.spec(), target.threads(), target.against(), target.hard(), target.stretch(), ratio, verdict);
    }
}
