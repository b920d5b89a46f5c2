package retort.bench.report;

import java.util.List;
import java.util.Map;

/**
 * What a benchmark run found out, as {@code bench.json} holds it: components are its keys, in order.
 *
 * @param baseline what the run is beside an earlier one; null if none was named
 */
public record BenchReport(
        int schemaVersion,
        Environment environment,
        List<Peak> peaks,
        List<PeakAgain> peaksAgain,
        List<Result> results,
        List<OddFork> oddForks,
        List<Target> targets,
        Comparison baseline,
        List<Absent> absent,
        List<Failed> failed) {

    /**
     * 1 had neither noise, forks, bytes per call nor peaks measured again: its shares are all of the peaks measured
     * first, and its targets were judged however large the error.
     */
    public static final int SCHEMA_VERSION = 2;

    /** The same beside an earlier run. */
    BenchReport with(Comparison earlier) {
        return new BenchReport(
                schemaVersion, environment, peaks, peaksAgain, results, oddForks, targets, earlier, absent, failed);
    }

    /** Of a peak that was measured first and those measured again, the highest. */
    double highest(String loop, int threads, double first) {
        return peaksAgain.stream()
                .filter(again -> again.threads() == threads && again.loop().equals(loop))
                .mapToDouble(PeakAgain::peak)
                .reduce(first, Math::max);
    }

    /** How many of our kernels got slower than in the earlier run, beyond noise. */
    public long slower() {
        return baseline == null
                ? 0
                : baseline.changes().stream()
                        .filter(change -> change.verdict().equals(Baseline.SLOWER))
                        .count();
    }

    /**
     * Where it ran.
     *
     * @param features instruction sets, and the longest vectors that the JVM makes of them
     * @param engines what each of our engines ran on, by its id
     * @param elsewhere engines on a device of their own, which the peaks say nothing of
     * @param flags of the JVMs that were timed
     * @param parameters where those of an engine's kernels come from, by its id
     */
    public record Environment(
            String cpu,
            List<String> features,
            int processors,
            Map<String, String> engines,
            List<String> elsewhere,
            String java,
            List<String> flags,
            String os,
            String commit,
            String time,
            boolean quick,
            Map<String, String> parameters) {}

    /**
     * What the machine gave at most, as measured first. An error is half of the 99.9 % confidence interval; null if
     * there are too few samples to say.
     *
     * @param updateGBs of four arrays read and three of them written back, as an Adam step does; null if not measured
     */
    public record Peak(
            int threads,
            double gflops,
            Double gflopsError,
            double triadGBs,
            Double triadError,
            Double updateGBs,
            Double updateError) {}

    /**
     * The same, measured again after a kernel that was faster than it allows.
     *
     * @param spec of that kernel
     * @param loop {@code fma}, {@code triad} or {@code update}
     */
    public record PeakAgain(String spec, int threads, String loop, double peak, Double error, String unit) {}

    /**
     * One contender at one spec.
     *
     * @param error half of the 99.9 % confidence interval; null if there are too few samples to say
     * @param noise whether the error is over a tenth of the score
     * @param ofPeak score over the peak that bounds such work: the one measured again beside it, else the highest; null
     *     if none was measured
     * @param overOneThread our score over ours on one thread; null for a peer, for one thread, and if not measured
     * @param bytesPerCall allocated; null if not measured
     * @param forks of each JVM its score
     * @param ratio our score over each peer's, above 1 where ours is faster; null for a peer
     */
    public record Result(
            String spec,
            String engine,
            int threads,
            double score,
            Double error,
            String unit,
            boolean noise,
            Double ofPeak,
            Double overOneThread,
            Double bytesPerCall,
            List<Double> forks,
            Map<String, Double> ratio) {

        /** Whether it is one of ours that allocates. */
        boolean allocates() {
            return Results.isOurs(engine) && bytesPerCall != null && bytesPerCall > 0;
        }
    }

    /**
     * A fork that ran at another speed than its siblings.
     *
     * @param fork its number, from 1
     * @param siblings their mean score
     */
    public record OddFork(
            String spec, String engine, int threads, int fork, double score, double siblings, String unit) {}

    /**
     * One thing that was to be reached, at a spec that was measured.
     *
     * @param against a peer's id, {@code one-thread} or {@code peak}
     * @param stretch null if there is none
     * @param reached ours over theirs
     */
    public record Target(
            String spec, int threads, String against, double hard, Double stretch, double reached, String verdict) {}

    /**
     * This run beside an earlier one.
     *
     * @param file the earlier report
     * @param commit that it is of
     * @param judged whether the machine is the same: else quotients say nothing of the program
     * @param differences between the two runs, apart from their results
     * @param peersChange geometric mean of the peers' speeds over their earlier ones; null where none is in both
     * @param drift how far the peers, whose code is the same, are from 1: the root mean square, as a share
     * @param unmatched results of this run that the earlier one has not
     */
    public record Comparison(
            String file,
            String commit,
            String time,
            boolean judged,
            List<Difference> differences,
            Double peersChange,
            double drift,
            List<Change> changes,
            int unmatched) {}

    /** What was another then. */
    public record Difference(String what, String then, String now) {}

    /**
     * One of our kernels then and now.
     *
     * @param quotient its speed over the earlier one, below 1 where it got slower
     * @param error half of the interval of that, the drift within it; null if one of both is not known
     */
    public record Change(
            String spec,
            String engine,
            int threads,
            double then,
            double now,
            String unit,
            double quotient,
            Double error,
            String verdict) {}

    /** A peer that was not measured at all. */
    public record Absent(String peer, String reason) {}

    /** A contender that was not timed at one spec: its result was wrong, or it broke. */
    public record Failed(String spec, String engine, int threads, String reason) {}
}
