package retort.driver.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Field;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;

/** Where an option stands in its command's help, from the first group to the last. */
public enum OptionGroup {
    WHAT("What to run"),
    TRAINING("Training"),
    ENGINE("Engine"),
    CLUSTER("Cluster"),
    OUTPUT("Data and output"),
    HELP("Help");

    /** The group of one option, or of all options of a class that name no other. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.TYPE, ElementType.FIELD})
    public @interface Of {
        OptionGroup value();
    }

    private final String title;

    OptionGroup(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Of an option that names none, what its command runs; picocli's own are for help. */
    static OptionGroup of(OptionSpec option) {
        if (option.usageHelp() || option.versionHelp()) {
            return HELP;
        }
        Field field = (Field) option.userObject();
        return Stream.of(field, field.getDeclaringClass())
                .map(declared -> Optional.ofNullable(declared.getAnnotation(Of.class)))
                .flatMap(Optional::stream)
                .map(Of::value)
                .findFirst()
                .orElse(WHAT);
    }
}
