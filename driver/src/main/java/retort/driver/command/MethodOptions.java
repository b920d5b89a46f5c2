package retort.driver.command;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private AlphaOption alpha;

    /** @throws ParameterException if one of the options would do nothing */
    void check(CommandSpec command) {
        alpha.check(command, method == null ? List.of() : List.of(method));
    }

    Recipe changed(Recipe standard) {
        Method chosen = RecipeSource.given(method, standard.method());
        return standard.withMethod(chosen, alpha.of(chosen));
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
