package retort.driver.command;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import retort.driver.job.Recipe;

/** How a student is distilled and trained. */
class DistillOptions extends StudentOptions {
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
