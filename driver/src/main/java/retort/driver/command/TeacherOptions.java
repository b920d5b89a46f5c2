package retort.driver.command;

import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.driver.job.Recipe;
import retort.driver.job.Training;

/** How long a teacher is trained. */
final class TeacherOptions {
    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Epochs of the teacher (default: 1; hinton2015 40).")
    private Integer epochs;

    Recipe changed(Recipe standard) {
        Training teacher = standard.teacher();
        return standard.withTeacher(teacher.withEpochs(RecipeSource.given(epochs, teacher.epochs())));
    }
}
