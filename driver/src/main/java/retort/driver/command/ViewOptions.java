package retort.driver.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.OptionGroup;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;

/** What students are shown of an image, and which label it has. */
@OptionGroup.Of(OptionGroup.TRAINING)
final class ViewOptions {
    @Option(
            names = "--student-jitter",
            paramLabel = "PIXELS",
            description =
                    "Move each image that students are shown by at most so many pixels, anew in each epoch (default: as in the"
                            + " recipe).")
    private Integer jitter;

    @Option(
            names = "--consistent",
            description = "The teacher labels the very views that students are shown, in each step (default: each"
                    + " image once, as it is).")
    private boolean consistent;

    /**
     * @param methods of the students
     * @throws ParameterException if {@code --consistent} would do nothing
     */
    void check(CommandSpec command, List<Method> methods) {
        if (consistent && methods.stream().noneMatch(Method::distils)) {
            throw new ParameterException(command.commandLine(), "--consistent is for students that have a teacher");
        }
    }

    Recipe changed(Recipe standard) {
        return standard.withStudents(student -> {
            Student moved = jitter == null
                    ? student
                    : student.withTraining(student.training().withJitter(jitter));
            return consistent && student.method().distils()
                    ? moved.withTraining(moved.training().withConsistent(true))
                    : moved;
        });
    }
}
