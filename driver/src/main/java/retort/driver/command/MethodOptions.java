package retort.driver.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import retort.driver.job.Method;
import retort.driver.job.Recipe;

/** How a student is distilled. */
final class MethodOptions {
    @Option(
            names = "--method",
            paramLabel = "NAME",
            converter = MethodConverter.class,
            description =
                    "soft-targets, soft-and-hard, logits, decoupled, standardized, smoothed-labels or hard-labels (default:"
                            + " soft-targets).")
    private Method method;

    @Option(
            names = "--alpha",
            paramLabel = "SHARE",
            converter = Converters.Share.class,
            description = "Share of the true labels in soft-and-hard, 0 to 1 (default: 0.1).")
    private Float alpha;

    /** @throws ParameterException if one of the options would do nothing */
    void check(CommandSpec command) {
        if (alpha != null && method != Method.SOFT_AND_HARD) {
            throw new ParameterException(
                    command.commandLine(),
                    "--alpha=" + alpha + " is for --method=" + Method.SOFT_AND_HARD.id() + " only");
        }
    }

    Recipe changed(Recipe standard) {
        Method chosen = RecipeSource.given(method, standard.method());
        return standard.withMethod(chosen, RecipeSource.given(alpha, chosen.alpha()));
    }

    /** A method by its name. */
    static final class MethodConverter implements ITypeConverter<Method> {
        @Override
        public Method convert(String id) {
            return Method.byId(id)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + id + "' is no method, expected one of " + Method.ids()));
        }
    }
}
