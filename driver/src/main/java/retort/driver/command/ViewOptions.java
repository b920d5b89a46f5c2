package retort.driver.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.Converters;
import retort.driver.cli.OptionGroup;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.Training;

/** What students are shown of an image, and which label it has. */
@OptionGroup.Of(OptionGroup.TRAINING)
final class ViewOptions {
    @Option(
            names = "--student-jitter",
            paramLabel = "PIXELS",
            converter = Converters.FromZero.class,
            description =
                    "Move each image that students are shown by at most so many pixels, anew in each epoch (default: as in the"
                            + " recipe).")
    private Integer jitter;

    @Option(
            names = "--consistent",
            negatable = true,
            fallbackValue = "true",
            description = "The teacher labels the very views that students are shown, in each step, or each image once,"
                    + " as it is (default: as in the recipe).")
    private Boolean consistent;

    /**
     * @param methods of the students
     * @param students of the recipe, as the options have them
     * @throws ParameterException if {@code --consistent}, or what a file says of it, would do nothing
     */
    void check(CommandSpec command, List<Method> methods, List<Student> students) {
        if (consistent != null && consistent && methods.stream().noneMatch(Method::distils)) {
            throw new ParameterException(command.commandLine(), "--consistent is for students that have a teacher");
        }
        students.stream()
                .filter(student ->
                        student.isTaughtViews() && !student.training().isMoved())
                .findFirst()
                .ifPresent(student -> {
                    throw new ParameterException(
                            command.commandLine(),
                            "student " + student.name() + " is consistent, which is for images that are moved, and sees"
                                    + " them as they are: --student-jitter moves them, --no-consistent turns it off");
                });
    }

    Recipe changed(Recipe standard) {
        return standard.withStudents(student -> {
            Training standardTraining = student.training();
            Training moved = jitter == null ? standardTraining : standardTraining.withJitter(jitter);
            boolean asked = consistent == null ? moved.consistent() : consistent;
            return student.withTraining(
                    moved.withConsistent(asked && student.method().distils()));
        });
    }
}
