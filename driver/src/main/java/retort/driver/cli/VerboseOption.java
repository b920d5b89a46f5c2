package retort.driver.cli;

import picocli.CommandLine.Option;

/** Has a command accept --verbose; {@link Complaints} reads it. */
@OptionGroup.Of(OptionGroup.OUTPUT)
public final class VerboseOption {
    @Option(names = "--verbose", description = "Print stack traces of errors.")
    private boolean verbose;
}
