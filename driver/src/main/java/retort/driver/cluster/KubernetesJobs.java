package retort.driver.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.driver.cli.Json;

/**
 * A study as Jobs of Kubernetes: one for the teachers, an Indexed Job with an index for each share, one for the merge.
 * Jobs can't wait for each other, so all but the first are suspended, and the text's first lines say how they go on.
 *
 * @param retort the command in the volume
 * @param image that containers are of: any with a C library and a shell
 * @param claim of the volume that holds Retort, data and results
 * @param threads processors that each task asks for
 * @param version of Retort
 */
public record KubernetesJobs(StudyJobs jobs, String retort, String image, String claim, int threads, String version) {
    /** Where the volume is, and where commands are run. */
    public static final String VOLUME = "/retort";

    /** Of a label, as Kubernetes has them, what a pod's index and ours leave. */
    private static final int LONGEST_NAME = 40;

    /** Starts of a task that fails; those that were cut short do not count. */
    private static final int STARTS = 3;

    /** What becomes of a task that no second start would help. */
    private static final String FAIL_JOB = "FailJob";

    private static final String FAIL_INDEX = "FailIndex";

    public String yaml() {
        String name = name();
        List<String> texts = new ArrayList<>();
        if (jobs.trains()) {
            texts.add(job(name + "-teachers", List.of("backoffLimit: " + STARTS), FAIL_JOB, with(jobs.ofTeachers())));
        }
        List<String> indexed = Stream.concat(
                        Stream.of(
                                "completionMode: Indexed",
                                "completions: " + jobs.tasks(),
                                "parallelism: " + jobs.tasks(),
                                "backoffLimitPerIndex: " + STARTS),
                        jobs.trains() ? Stream.of("suspend: true") : Stream.of())
                .toList();
        List<String> share = with(jobs.ofShare("\0"));
        texts.add(job(name + "-shares", indexed, FAIL_INDEX, share));
        texts.add(job(name + "-merge", List.of("backoffLimit: " + STARTS, "suspend: true"), FAIL_JOB, jobs.merge()));
        return head(name) + String.join("---\n", texts);
    }

    private String head(String name) {
        String go = "kubectl patch job %s --patch='{\"spec\": {\"suspend\": false}}'";
        String wait = "kubectl wait job %s --for=condition=complete --timeout=-1s && ";
        Stream<String> teachers =
                jobs.trains() ? Stream.of(String.format(wait + go, name + "-teachers", name + "-shares")) : Stream.of();
        return Stream.of(
                        Stream.of(
                                "A study in " + jobs.tasks()
                                        + " shares for Kubernetes, by 'retort study sweep --emit=k8s'" + " of Retort "
                                        + version + ".",
                                "The volume of the claim " + claim + " is to hold " + retort
                                        + ", which is in the archive" + " for Linux.",
                                "  kubectl apply -f FILE"),
                        teachers.map(line -> "  " + line),
                        Stream.of(
                                "  " + String.format(wait + go, name + "-shares", name + "-merge"),
                                "Where a share failed for good, 'study merge " + jobs.out()
                                        + "/shards --partial' joins the others."))
                .flatMap(lines -> lines)
                .map(line -> "# " + line + "\n")
                .collect(Collectors.joining());
    }

    /** A label: of the folder's name what Kubernetes takes. */
    private String name() {
        String last = jobs.out().replaceAll("/+$", "").replaceFirst(".*/", "");
        String plain = last.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String cut = plain.substring(0, Math.min(LONGEST_NAME, plain.length())).replaceAll("^-+|-+$", "");
        return "retort" + (cut.isEmpty() ? "" : "-" + cut);
    }

    private List<String> with(List<String> more) {
        Stream<String> own = jobs.threads() ? Stream.of() : Stream.of("--threads=" + threads);
        return Stream.of(jobs.study().stream(), own, more.stream())
                .flatMap(words -> words)
                .toList();
    }

    private String job(String name, List<String> counts, String hopeless, List<String> words) {
        String args = words.stream()
                .map(word -> "            - " + argument(word) + "\n")
                .collect(Collectors.joining());
        String spec = counts.stream().map(line -> "  " + line + "\n").collect(Collectors.joining());
        return Template.filled(
                JOB,
                Map.of(
                        "name", name,
                        "counts", spec,
                        "hopeless", hopeless,
                        "claim", Json.embedded(claim),
                        "image", Json.embedded(image),
                        "retort", Json.embedded(retort),
                        "volume", VOLUME,
                        "threads", Integer.toString(threads),
                        "args", args));
    }

    /** In double quotes; Kubernetes puts no variable but the index into it. */
    private static String argument(String word) {
        return Json.embedded(word.replace("$", "$$").replace("\0", "$(JOB_COMPLETION_INDEX)"));
    }

    private static final String JOB = """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: {name}
            spec:
            {counts}  podFailurePolicy:
                rules:
                  # A node that goes away is no fault of the task, which goes on elsewhere.
                  - action: Ignore
                    onPodConditions:
                      - type: DisruptionTarget
                        status: "True"
                  # Wrong usage, bad files, a training that diverged: they would be the same again.
                  - action: {hopeless}
                    onExitCodes:
                      operator: In
                      values: [2, 4, 5]
              template:
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 60
                  containers:
                    - name: retort
                      image: {image}
                      workingDir: {volume}
                      command:
                        - {retort}
                      args:
            {args}          resources:
                        requests:
                          cpu: "{threads}"
                          memory: 2Gi
                        limits:
                          memory: 2Gi
                      volumeMounts:
                        - name: volume
                          mountPath: {volume}
                  volumes:
                    - name: volume
                      persistentVolumeClaim:
                        claimName: {claim}
            """;
}
