package retort.bench.report;

import java.util.List;
import java.util.Map;

/** What a benchmark run found out, as {@code bench.json} holds it: components are its keys, in order. */
public record BenchReport(
        int schemaVersion,
        Environment environment,
        List<Peak> peaks,
        List<Result> results,
        List<Target> targets,
        List<Absent> absent,
        List<Failed> failed) {

    public static final int SCHEMA_VERSION = 1;

    /**
     * Where it ran.
     *
     * @param features instruction sets, and the longest vectors that the JVM makes of them
     * @param engines what each of our engines ran on, by its id
     * @param flags of the JVMs that were timed
     * @param parameters where those of an engine's kernels come from, by its id
     */
    public record Environment(
            String cpu,
            List<String> features,
            int processors,
            Map<String, String> engines,
            String java,
            List<String> flags,
            String os,
            String commit,
            String time,
            boolean quick,
            Map<String, String> parameters) {}

    /**
     * What the machine gave at most.
     *
     * @param updateGBs of four arrays read and three of them written back, as an Adam step does; null if not measured
     */
    public record Peak(int threads, double gflops, double triadGBs, Double updateGBs) {}

    /**
     * One contender at one spec.
     *
     * @param error half of the 99.9 % confidence interval; null if there are too few samples to say
     * @param ofPeak score over the measured peak that bounds such work; null if none was measured
     * @param overOneThread our score over ours on one thread; null for a peer, for one thread, and if not measured
     * @param ratio our score over each peer's, above 1 where ours is faster; null for a peer
     */
    public record Result(
            String spec,
            String engine,
            int threads,
            double score,
            Double error,
            String unit,
            Double ofPeak,
            Double overOneThread,
            Map<String, Double> ratio) {}

    /**
     * One thing that was to be reached, at a spec that was measured.
     *
     * @param against a peer's id, {@code one-thread} or {@code peak}
     * @param stretch null if there is none
     * @param reached ours over theirs
     */
    public record Target(
            String spec, int threads, String against, double hard, Double stretch, double reached, String verdict) {}

    /** A peer that was not measured at all. */
    public record Absent(String peer, String reason) {}

    /** A contender that was not timed at one spec: its result was wrong, or it broke. */
    public record Failed(String spec, String engine, int threads, String reason) {}
}
