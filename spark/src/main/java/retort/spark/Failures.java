package retort.spark;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import retort.driver.cli.OutputTakenException;
import retort.kernels.BackendUnavailableException;
import retort.nn.ModelFileException;

/** What Spark throws, as what went wrong: a task's own exception comes back within a text of many lines. */
final class Failures {
    private static final List<Class<? extends Exception>> OURS = List.of(
            LabellingException.class,
            SweepException.class,
            ModelFileException.class,
            OutputTakenException.class,
            BackendUnavailableException.class);

    private static final Pattern OURS_AS_TEXT = Pattern.compile(OURS.stream()
            .map(Class::getName)
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "(?:", "): ([^\n]*)")));

    private static final String OLD_JAVA = "UnsupportedClassVersionError";

    private Failures() {}

    /** The same, or what a task said. */
    static Exception reason(Exception thrown) {
        if (OURS.stream().anyMatch(type -> type.isInstance(thrown))) {
            return thrown;
        }
        List<String> texts = Stream.iterate((Throwable) thrown, cause -> cause != null, Throwable::getCause)
                .map(String::valueOf)
                .toList();
        Optional<String> ours = texts.stream()
                .map(OURS_AS_TEXT::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .findFirst();
        if (ours.isPresent()) {
            return new LabellingException(ours.get(), thrown);
        }
        if (texts.stream().anyMatch(text -> text.contains(OLD_JAVA))) {
            return Executors.tooOld("an older Java");
        }
        if (texts.stream().anyMatch(text -> text.contains("OutOfMemoryError"))) {
            return new SweepException(
                    "out of memory: a smaller --batch, or more of spark.executor.memory and spark.driver.memory",
                    thrown);
        }
        if (texts.stream().anyMatch(text -> text.contains("data source: image"))) {
            return new LabellingException("this Spark has no reader of images: it is in spark-mllib", thrown);
        }
        boolean file = thrown instanceof AnalysisException
                || texts.stream().anyMatch(text -> text.contains("FAILED_READ_FILE") || text.contains("No FileSystem"));
        return file ? new LabellingException(first(thrown.getMessage()), thrown) : thrown;
    }

    /** The same, to be thrown where no checked one may be. */
    static RuntimeException unchecked(Exception thrown) {
        return reason(thrown) instanceof RuntimeException reason
                ? reason
                : new SweepException(String.valueOf(thrown.getMessage()), thrown);
    }

    private static String first(String text) {
        return text.lines().findFirst().orElse("");
    }
}
