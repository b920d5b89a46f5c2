package retort.driver.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import retort.driver.data.Dataset;

/** Data in, results out: what every command of the job has. */
final class SessionOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            converter = Converters.Location.class,
            description =
                    "Folder with MNIST's four IDX files, gzip or plain, or others of the same names (default: the MNIST inside).")
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            converter = Converters.Location.class,
            description = "Folder for results (default: retort-out/<command>-<time>).")
    private Path out;

    @Option(names = "--json", description = "Print report.json on stdout instead of the summary.")
    private boolean json;

    @Option(names = "--profile", description = "Print where the time went, by operation, on stderr.")
    private boolean profile;

    @Option(names = "--verbose", description = "Print the stack trace of an error too.")
    private boolean verbose;

    boolean profile() {
        return profile;
    }

    boolean json() {
        return json;
    }

    Dataset dataset() {
        return data == null ? Dataset.embedded() : Dataset.load(data);
    }

    OutputFolder output(String command) {
        return OutputFolder.open(out, command);
    }
}
