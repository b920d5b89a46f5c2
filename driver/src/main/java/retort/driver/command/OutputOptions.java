package retort.driver.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.driver.cli.OutputFolder;

/** Where results go. */
final class OutputOptions {
    @Option(
            names = "--out",
            paramLabel = "DIR",
            converter = Converters.Location.class,
            description = "Folder for results (default: retort-out/<command>-<time>).")
    private Path out;

    @Option(names = "--json", description = "Print the results as JSON on stdout instead of the summary.")
    private boolean json;

    @Option(
            names = "--verbose",
            description = "Print the stack trace of an error too, and what an OpenCL compiler said.")
    private boolean verbose;

    boolean json() {
        return json;
    }

    OutputFolder folder(String command) {
        return OutputFolder.open(out, command);
    }
}
