package retort.driver.command;

import picocli.CommandLine.Mixin;
import retort.driver.job.Recipe;

/** How teacher and students are trained, and one of these distilled. */
final class RunOptions extends DistillOptions {
    @Mixin
    private TeacherOptions teacher;

    @Override
    Recipe recipe() {
        return teacher.changed(super.recipe());
    }
}
