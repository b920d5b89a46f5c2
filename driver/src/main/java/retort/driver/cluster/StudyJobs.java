package retort.driver.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * A study as jobs of a cluster: one that trains the teachers, a task for each share of the students, one that joins
 * them. Each goes on where it was stopped when it is started again.
 *
 * @param study the command, from {@code study} on, without what says which share it does and where results go
 * @param out the folder of all results, which all tasks see: {@code teachers}, {@code shards/0}, ..., {@code merged}
 * @param trains whether teachers are trained; otherwise the command names one
 * @param threads whether the command says how many each task computes on
 */
public record StudyJobs(List<String> study, String out, int tasks, boolean trains, boolean threads) {
    public StudyJobs {
        study = List.copyOf(study);
    }

    /** What the job that trains the teachers has beside the study. */
    List<String> ofTeachers() {
        return List.of("--teachers-only", "--out=" + out + "/teachers", "--resume-or-begin");
    }

    /** What a share has beside the study; {@code index} is its number, as the cluster puts it there. */
    List<String> ofShare(String index) {
        List<String> words = new ArrayList<>();
        if (trains) {
            words.add("--teachers=" + out + "/teachers");
        }
        words.add("--shard=" + index + "/" + tasks);
        words.add("--out=" + out + "/shards/" + index);
        words.add("--resume-or-begin");
        return words;
    }

    /** The command that joins them. */
    List<String> merge() {
        return List.of("study", "merge", out + "/shards", "--out=" + out + "/merged", "--force");
    }
}
