package retort.driver.command;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.driver.cli.OutputFolder;
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

    @Mixin
    private OutputOptions output;

    @Option(names = "--profile", description = "Print where the time went, by operation, on stderr.")
    private boolean profile;

    boolean profile() {
        return profile;
    }

    boolean json() {
        return output.json();
    }

    Dataset dataset() {
        return data == null ? Dataset.embedded() : Dataset.load(data);
    }

    OutputFolder folder(String command) {
        return output.folder(command);
    }
}
