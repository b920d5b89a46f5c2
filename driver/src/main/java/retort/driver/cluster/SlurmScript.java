package retort.driver.cluster;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import retort.driver.cli.CommandText;

/**
 * A study as a script for Slurm. Started by a user it submits itself: as a job, as an array that depends on it, and as
 * a job that depends on that.
 */
public final class SlurmScript {
    /** What a process takes is below that: the launcher's heap has 768 MiB. */
    private static final String MEMORY = "2G";

    private SlurmScript() {}

    /**
     * @param retort the command, as nodes see it
     * @param folder in which the command line was given, which may name files in it
     * @param version of Retort
     */
    public static String of(StudyJobs jobs, String retort, String folder, String version) {
        StudyJobs inShell = new StudyJobs(jobs.study(), "$out", jobs.tasks(), jobs.trains(), jobs.threads());
        String threads = jobs.threads() ? "" : " \"--threads=${SLURM_CPUS_PER_TASK:-1}\"";
        return Template.filled(
                TEXT,
                Map.ofEntries(
                        Map.entry("version", version),
                        Map.entry("memory", MEMORY),
                        Map.entry("tasks", Integer.toString(jobs.tasks())),
                        Map.entry("threads", threads),
                        Map.entry("ofTeachers", expanded(inShell.ofTeachers())),
                        Map.entry("ofShare", expanded(inShell.ofShare("$SLURM_ARRAY_TASK_ID"))),
                        Map.entry("merge", expanded(inShell.merge())),
                        Map.entry("submitted", jobs.trains() ? TEACHERS_FIRST : TEACHER_GIVEN),
                        Map.entry("retort", CommandText.quoted(retort)),
                        Map.entry("folder", CommandText.quoted(folder)),
                        Map.entry("out", CommandText.quoted(jobs.out())),
                        Map.entry("study", CommandText.quoted(jobs.study()))));
    }

    /** Of our own words, in which the shell is to put its variables. */
    private static String expanded(List<String> words) {
        return words.stream()
                .map(word -> word.contains("$") ? "\"" + word + "\"" : word)
                .collect(Collectors.joining(" "));
    }

    private static final String TEACHERS_FIRST = """
            teachers=$(submit teachers --output="$out/logs/teachers.log" "$@" "$self" teachers)
            shares=$(submit shares --output="$out/logs/share-%a.log" --array="0-$((tasks - 1))" \\
                --dependency="afterok:${teachers%%;*}" "$@" "$self" share)""";

    private static final String TEACHER_GIVEN = """
            shares=$(submit shares --output="$out/logs/share-%a.log" --array="0-$((tasks - 1))" "$@" "$self" share)""";

    private static final String TEXT = """
            #!/bin/bash
            # A study in {tasks} shares for Slurm, by 'retort study sweep --emit=slurm' of Retort {version}.
            #   bash FILE [OPTIONS OF SBATCH]  submits it, such as with --time=4:00:00 --cpus-per-task=8. Once more, it
            #                                  does what is not done.
            #   bash FILE merge --partial      joins what is there where a share failed for good.
            set -euo pipefail

            retort={retort}
            out={out}
            tasks={tasks}
            study=({study})

            self=$(realpath "$0")
            cd {folder}
            case ${1-} in
                teachers) exec "$retort" "${study[@]}"{threads} {ofTeachers} ;;
                share) exec "$retort" "${study[@]}"{threads} {ofShare} ;;
                merge) exec "$retort" {merge} "${@:2}" ;;
            esac

            # A task that was preempted, or whose node failed, is started again and goes on where it was.
            submit() {
                sbatch --parsable --requeue --open-mode=append --kill-on-invalid-dep=yes --mem={memory} --job-name="retort-$1" \\
                    "${@:2}"
            }

            [[ -f $self ]] || { echo "to be submitted, this script has to be in a file" >&2; exit 2; }
            mkdir -p "$out/logs"
            {submitted}
            merge=$(submit merge --output="$out/logs/merge.log" --dependency="afterok:${shares%%;*}" "$@" "$self" merge)
            echo "shares: job ${shares%%;*}, merge: job ${merge%%;*}; results go to $out/merged, what tasks say to $out/logs"
            """;
}
