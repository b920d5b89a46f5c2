package retort.driver.command;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Json;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFolder;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.driver.data.BadDataException;
import retort.driver.report.Comparison;
import retort.driver.report.ComparisonPage;
import retort.driver.report.ComparisonText;
import retort.driver.report.Report;
import retort.driver.report.ReportFile;
import retort.driver.report.ReportReader;

/** Lays reports side by side. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Lays reports side by side: what differs in configuration and environment, then the results.",
        footer = {
            "",
            "JSON: reports[]; configuration[], environment[] and results[]",
            "{name, format, differs, values[]}; of two reports on the same test images",
            "tests[] {model, images, onlyA, onlyB, p, adjusted, better}.",
            "",
            "Examples:",
            "  retort compare retort-out/one retort-out/other",
            "  retort compare one/report.json other/report.json --out=comparison"
        })
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "REPORT",
            arity = "2..26",
            description = "A report.json, or the folder that one is in; two or more.")
    private List<Path> paths;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for comparison.html, .json and .csv (default: none is written).")
    private Path out;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite what is in --out already.")
    private boolean force;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--json", description = "Print the comparison as JSON on stdout instead of the tables.")
    private boolean json;

    @Mixin
    private VerboseOption verbose;

    @Override
    public Integer call() {
        Map<String, Report> reports = new LinkedHashMap<>();
        for (Path path : paths) {
            Path file = Files.isDirectory(path) ? path.resolve(ReportFile.NAME) : path;
            if (!Files.exists(file) && Files.isDirectory(path)) {
                throw new BadDataException(path.toString(), "the folder holds no " + ReportFile.NAME);
            }
            if (reports.put(file.toString(), ReportReader.read(file)) != null) {
                throw new ParameterException(spec.commandLine(), file + " is there twice");
            }
        }
        Comparison comparison = Comparison.of(reports);
        if (out == null) {
            print(comparison);
            return ExitCode.DONE;
        }
        OutputFolder.Existing existing = force ? OutputFolder.Existing.OVERWRITTEN : OutputFolder.Existing.REFUSED;
        try (OutputFolder folder = OutputFolder.open(out, spec.name(), existing)) {
            List<Path> files = ComparisonPage.write(comparison, folder);
            print(comparison);
            if (!json) {
                stdout().println();
                stdout().println("FILES");
                files.forEach(file -> stdout().println("  " + file));
                stdout().flush();
            }
        }
        return ExitCode.DONE;
    }

    private void print(Comparison comparison) {
        stdout().print(json ? Json.text(comparison) + "\n" : ComparisonText.of(comparison));
        stdout().flush();
    }

    private PrintWriter stdout() {
        return spec.commandLine().getOut();
    }
}
