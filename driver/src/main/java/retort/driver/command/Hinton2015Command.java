package retort.driver.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Version;
import retort.driver.study.Hinton2015;

/** The paper's experiments. */
@Command(
        name = Hinton2015.NAME,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Repeats the MNIST experiments of Hinton, Vinyals and Dean 2015 and puts the results beside the paper's.",
            "Continues what is in --out already."
        })
final class Hinton2015Command implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OneEngine engine;

    @Mixin
    private StudyOptions study;

    @Mixin
    private SessionOptions options;

    @Override
    public Integer call() {
        Hinton2015 experiments = new Hinton2015(study.recipe());
        try (Session session = new Session(spec, options, study, engine)) {
            new StudySession(session, study, Hinton2015.NAME, experiments::experiments)
                    .run(experiments.cells(study.seeds()));
        }
        return ExitCode.DONE;
    }
}
