package retort.driver.command;

import picocli.CommandLine.Option;
import retort.driver.job.Recipe;
import retort.driver.job.Training;

/** How teacher and students are trained. */
class JobOptions extends StudentOptions {
    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Epochs of the teacher (default: 1; hinton2015 100).")
    private Integer epochs;

    @Override
    Recipe recipe() {
        Recipe standard = super.recipe();
        Training teacher = standard.teacher();
        return standard.withTeacher(teacher.withEpochs(given(epochs, teacher.epochs())));
    }
}
