package retort.driver.command;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import retort.driver.job.Recipe;

/** How teacher and students are trained, and one of these distilled. */
final class RunOptions extends JobOptions {
    @Mixin
    private MethodOptions method;

    @Override
    void check(CommandSpec command) {
        method.check(command);
    }

    @Override
    Recipe recipe() {
        return method.changed(super.recipe());
    }
}
