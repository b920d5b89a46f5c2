package retort.bench.performance;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import retort.driver.cli.ExitCode;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFile;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;

/** Makes one page of raw results. */
@Command(
        name = "retort bench " + PerformanceCommand.NAME,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        description =
                "Makes one page, docs/performance.md, of what bench/job-vs-frameworks.sh and retort bench measured.",
        footer = {
            "",
            "Examples:",
            "  retort bench performance bench/results/performance",
            "  retort bench performance bench/results/performance \\",
            "      --out=docs/performance.md --force",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 4 bad data or file."
        })
public final class PerformanceCommand implements Callable<Integer> {
    public static final String NAME = "performance";

    @CommandLine.Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            description = "Folder with the results: job/*.json and bench.json files, anywhere in it.")
    private Path folder;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--out", paramLabel = "FILE", description = "The file to write (default: the standard output).")
    private Path out;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite the file if it is there already.")
    private boolean force;

    @Mixin
    private VerboseOption verbose;

    @Override
    public Integer call() {
        OutputFile file = out == null ? null : OutputFile.open("--out", out, force);
        String page = PerformancePage.of(Results.read(folder), JobTargets.bundled(), folder);
        PrintWriter stdout = spec.commandLine().getOut();
        if (file == null) {
            stdout.print(page);
        } else {
            file.write(page);
            stdout.println(out);
        }
        stdout.flush();
        return ExitCode.DONE;
    }
}
