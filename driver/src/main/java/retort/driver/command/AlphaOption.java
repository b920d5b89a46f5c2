package retort.driver.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.Converters;
import retort.driver.job.Method;

/** How much of a mixed loss is on true labels. */
final class AlphaOption {
    @Option(
            names = "--alpha",
            paramLabel = "SHARE",
            converter = Converters.Share.class,
            description = "Share of the true labels in soft-and-hard, 0 to 1 (default: 0.1).")
    private Float alpha;

    /** @throws ParameterException if the option is given and none of the methods mixes */
    void check(CommandSpec command, List<Method> methods) {
        if (alpha != null && methods.stream().noneMatch(Method::mixesAsAsked)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--alpha=" + alpha + " is for --method=" + Method.SOFT_AND_HARD.id() + " only");
        }
    }

    /** The share of a method: the user's for the one that mixes, the others' own. */
    float of(Method method) {
        return method.alpha(RecipeSource.given(alpha, method.alpha()));
    }
}
