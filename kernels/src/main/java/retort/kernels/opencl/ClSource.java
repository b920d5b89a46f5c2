package retort.kernels.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The OpenCL C files of the jar. The compiler can't see them, so {@code #include "name.cl"} is resolved here. */
final class ClSource {
    private static final String INCLUDE = "#include \"";

    private ClSource() {}

    /**
     * The text of a file behind the macros of {@link ClConstants}, its includes in place; {@code #line} keeps the
     * compiler's messages true.
     */
    static String of(String file) {
        StringBuilder text = new StringBuilder(ClConstants.defines());
        append(file, text);
        return text.toString();
    }

    private static void append(String file, StringBuilder text) {
        text.append("#line 1 \"").append(file).append("\"\n");
        int number = 0;
        for (String line : read(file).split("\n", -1)) {
            number++;
            if (line.startsWith(INCLUDE)) {
                append(line.substring(INCLUDE.length(), line.lastIndexOf('"')), text);
                text.append("#line ")
                        .append(number + 1)
                        .append(" \"")
                        .append(file)
                        .append("\"\n");
            } else {
                text.append(line).append('\n');
            }
        }
    }

    private static String read(String file) {
        try (InputStream stream = ClSource.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("opencl: " + file + " is missing from the jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("opencl: can't read " + file, e);
        }
    }
}
