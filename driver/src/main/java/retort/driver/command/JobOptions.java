package retort.driver.command;

import picocli.CommandLine.Option;
import retort.driver.job.Recipe;

/** How teacher and students are trained. */
final class JobOptions extends StudentOptions {
    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Epochs of the teacher (default: 1).")
    private Integer epochs;

    @Override
    Recipe recipe() {
        Recipe standard = super.recipe();
        return standard.withTeacherEpochs(given(epochs, standard.teacherEpochs()));
    }
}
