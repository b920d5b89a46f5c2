package retort.bench.report;

import java.util.List;
import java.util.Map;

/** What a benchmark run found out, as {@code bench.json} holds it: components are its keys, in order. */
public record BenchReport(
        int schemaVersion,
        Environment environment,
        List<Peak> peaks,
        List<Result> results,
        List<Absent> absent,
        List<Failed> failed) {

    public static final int SCHEMA_VERSION = 1;

    /**
     * Where it ran.
     *
     * @param engines what each of our engines ran on, by its id
     * @param flags of the JVMs that were timed
     */
    public record Environment(
            String cpu,
            int processors,
            Map<String, String> engines,
            String java,
            List<String> flags,
            String os,
            String commit,
            String time,
            boolean quick) {}

    /** What the machine gave at most. */
    public record Peak(int threads, double gflops, double triadGBs) {}

    /**
     * One contender at one spec.
     *
     * @param error half of the 99.9 % confidence interval; null if there are too few samples to say
     * @param ofPeak score over the measured peak of the same unit; null if none was measured
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
            Map<String, Double> ratio) {}

    /** A peer that was not measured at all. */
    public record Absent(String peer, String reason) {}

    /** A contender that was not timed at one spec: its result was wrong, or it broke. */
    public record Failed(String spec, String engine, int threads, String reason) {}
}
