package retort.bench.performance;

import java.util.List;
import java.util.Optional;
import retort.bench.report.TargetFile;

/** What the whole job is to reach beside another framework. */
record JobTargets(List<Target> targets) {
    private static final String RESOURCE = "job-targets.txt";
    private static final String NONE = "-";
    private static final int WORDS = 6;

    /**
     * One line of the file.
     *
     * @param work its id
     * @param against the other framework's id
     * @param stretch null if there is none
     */
    record Target(String work, int threads, Vectors vectors, String against, double hard, Double stretch) {}

    /** The targets inside. */
    static JobTargets bundled() {
        return new JobTargets(TargetFile.bundled(JobTargets.class, RESOURCE, JobTargets::target));
    }

    /** @throws IllegalArgumentException if a line is no target; the message names file and line */
    static JobTargets parse(String name, String text) {
        return new JobTargets(TargetFile.parse(name, text, JobTargets::target));
    }

    private static Target target(String[] words) {
        if (words.length != WORDS) {
            throw new IllegalArgumentException(
                    "expected work, threads, vectors, against, hard and stretch, got " + words.length + " words");
        }
        return new Target(
                words[0],
                Integer.parseInt(words[1]),
                Vectors.byId(words[2])
                        .orElseThrow(() -> new IllegalArgumentException("there are no vectors " + words[2])),
                words[3],
                Double.parseDouble(words[4]),
                words[5].equals(NONE) ? null : Double.valueOf(words[5]));
    }

    Optional<Target> find(String work, int threads, Vectors vectors, String against) {
        return targets.stream()
                .filter(t -> t.work().equals(work)
                        && t.threads() == threads
                        && t.vectors() == vectors
                        && t.against().equals(against))
                .findFirst();
    }
}
