package retort.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A file with a target on each line, in words; what is behind a # is a remark. */
public final class TargetFile {
    private TargetFile() {}

    /**
     * The targets of a file beside a class.
     *
     * @param target of the words of a line
     */
    public static <T> List<T> bundled(Class<?> beside, String resource, Function<String[], T> target) {
        try (InputStream in = beside.getResourceAsStream(resource)) {
            return parse(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8), target);
        } catch (IOException e) {
            throw new UncheckedIOException(resource + ": can't be read", e);
        }
    }

    /** @throws IllegalArgumentException if a line is no target; the message names file and line */
    public static <T> List<T> parse(String name, String text, Function<String[], T> target) {
        List<T> targets = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String content = line.replaceFirst("#.*", "").strip();
            if (!content.isEmpty()) {
                try {
                    targets.add(target.apply(content.split("\\s+")));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(name + ":" + number + ": " + e.getMessage(), e);
                }
            }
        }
        return targets;
    }
}
