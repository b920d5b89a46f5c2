package retort.driver.command;

import picocli.CommandLine.Mixin;
import retort.driver.job.Recipe;

/** How teacher and students are trained. */
final class JobOptions extends StudentOptions {
    @Mixin
    private TeacherOptions teacher;

    @Override
    Recipe recipe() {
        return teacher.changed(super.recipe());
    }
}
