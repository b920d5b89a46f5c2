package retort.driver.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Version;

/** Stands for the benchmarks among the commands: they are a program of their own, which the launcher starts. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Times the kernels beside other libraries', under JMH. Its options: retort bench --help",
        footer = {"", "Examples:", "  retort bench --help"})
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "bench is a program of its own, which the launcher 'retort' starts: retort bench");
    }
}
