package retort.driver.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A study with a task for each teacher, and then one for each student.
 *
 * @param study the command, from {@code study} on, without what says which share it does and where results go
 * @param out the folder of all results
 * @param seeds whose teachers are trained; none where one is given
 * @param students how many there are
 * @param threads whether the command says how many each task computes on
 */
public record StudyTasks(List<String> study, Path out, List<Long> seeds, int students, boolean threads) {
    public StudyTasks {
        study = List.copyOf(study);
        seeds = List.copyOf(seeds);
    }

    /** What a task does that trains the teacher of a seed, but for where its result goes. */
    public List<String> ofTeacher(long seed) {
        return with("--teachers-only", "--seeds=" + seed + "-" + seed);
    }

    /** What the task of a student does, but for where its result goes and its teacher comes from. */
    public List<String> ofStudent(int index) {
        return with("--shard=" + index + "/" + students);
    }

    private List<String> with(String... more) {
        return Stream.concat(study.stream(), Stream.of(more)).toList();
    }
}
