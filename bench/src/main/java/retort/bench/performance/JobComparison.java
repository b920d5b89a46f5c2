package retort.bench.performance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Runs of one processor, one number of threads and one width, side by side.
 *
 * @param runs all of them
 */
record JobComparison(String cpu, Vectors vectors, int threads, List<JobRun> runs) {
    static final String OURS = "retort";

    /** In which order they stand; others come last, by name. */
    private static final List<String> ORDER = List.of(OURS, "tensorflow", "djl");

    /** After training, by the number of images. */
    private static final List<String> PREDICTIONS = List.of(
            "teacher-one-image",
            "teacher-one-image-bf16",
            "teacher-one-image-int8",
            "teacher-batch-32",
            "teacher-test-set",
            "student-one-image");

    /** The end of the name of work that is done with weights of fewer bits. */
    private static final Pattern FEWER_BITS = Pattern.compile("-(bf16|int8)$");

    /** One for each that there are runs of: processors by name, AVX-512 first, most threads first. */
    static List<JobComparison> of(List<JobRun> runs) {
        return runs.stream()
                .map(run -> new JobComparison(run.machine().cpu(), vectors(run), run.threads(), List.of()))
                .distinct()
                .sorted(Comparator.comparing(JobComparison::cpu)
                        .thenComparing(JobComparison::vectors)
                        .thenComparing(each -> -each.threads()))
                .map(each -> each.with(runs))
                .toList();
    }

    private static Vectors vectors(JobRun run) {
        return Vectors.of(run.machine().features(), run.width().equals(JobRun.AVX2));
    }

    private JobComparison with(List<JobRun> all) {
        return new JobComparison(
                cpu,
                vectors,
                threads,
                all.stream()
                        .filter(run ->
                                run.machine().cpu().equals(cpu) && vectors(run) == vectors && run.threads() == threads)
                        .toList());
    }

    /** Ids of the frameworks that there are runs of, ours first. */
    List<String> frameworks() {
        return runs.stream()
                .map(JobRun::framework)
                .distinct()
                .sorted(Comparator.comparing((String id) -> ORDER.contains(id) ? ORDER.indexOf(id) : ORDER.size())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /** Those of one framework, round after round. */
    List<JobRun> runs(String framework) {
        return runs.stream()
                .filter(run -> run.framework().equals(framework))
                .sorted(Comparator.comparingInt(JobRun::round))
                .toList();
    }

    /** Numbers of the rounds that a framework was run in. */
    Set<Integer> rounds(String framework) {
        return runs(framework).stream().map(JobRun::round).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Ids of all work that was measured: training first, then predictions. */
    List<String> works() {
        Set<String> measured = new LinkedHashSet<>();
        runs.forEach(run -> run.results().forEach(each -> measured.add(each.work())));
        return measured.stream()
                .sorted(Comparator.comparingInt((String work) -> PREDICTIONS.indexOf(work))
                        .thenComparing(String::length)
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /** At the median over the rounds; nothing where a framework did not do it. */
    Optional<JobRun.Measurement> median(String framework, String work) {
        List<JobRun.Measurement> rounds = rounds(framework).stream()
                .map(round -> measurement(framework, work, round))
                .filter(Objects::nonNull)
                .toList();
        return rounds.isEmpty()
                ? Optional.empty()
                : Optional.of(rounds.getFirst()
                        .taking(Spread.of(rounds.stream()
                                        .map(JobRun.Measurement::seconds)
                                        .toList())
                                .median()));
    }

    /**
     * Another framework's time over ours, each in the same round. Where we have weights of fewer bits for work that is
     * named after them, theirs of 32 stand against these.
     */
    Optional<Spread> ratio(String other, String work) {
        List<Double> ratios = new ArrayList<>();
        for (int round : rounds(OURS)) {
            JobRun.Measurement ours = measurement(OURS, work, round);
            JobRun.Measurement theirs =
                    measurement(other, FEWER_BITS.matcher(work).replaceFirst(""), round);
            if (ours != null && theirs != null) {
                ratios.add(theirs.seconds() / ours.seconds());
            }
        }
        return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
    }

    private JobRun.Measurement measurement(String framework, String work, int round) {
        return runs(framework).stream()
                .filter(run -> run.round() == round)
                .flatMap(run -> run.results().stream())
                .filter(each -> each.work().equals(work))
                .findFirst()
                .orElse(null);
    }
}
