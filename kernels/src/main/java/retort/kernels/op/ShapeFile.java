package retort.kernels.op;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Spec ids in plain text, one a line; from {@code #} on a line is a comment. Tests and benchmarks read the same files,
 * which lie beside this class.
 */
public final class ShapeFile {
    private ShapeFile() {}

    /**
     * The shapes of one kernel that come with the library.
     *
     * @param name {@code adam, conv2d, elementwise, gemm} or {@code softmax}; {@code quick} for a few of each
     */
    public static List<Spec> bundled(String name) {
        String resource = "shapes/" + name + ".txt";
        try (InputStream in = ShapeFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("shapes: there is no " + resource);
            }
            return parse(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(resource + ": can't be read", e);
        }
    }

    /**
     * @throws UncheckedIOException if the file can't be read
     * @throws IllegalArgumentException if a line is no spec id; the message names file and line
     */
    public static List<Spec> read(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A pipe would be waited for.
            throw new UncheckedIOException(file + ": is no regular file", new IOException());
        }
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be read: " + e, e);
        }
    }

    private static List<Spec> parse(String name, String text) {
        List<Spec> specs = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String id = line.replaceFirst("#.*", "").strip();
            if (!id.isEmpty()) {
                try {
                    specs.add(Spec.parse(id));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(name + ":" + number + ": " + e.getMessage(), e);
                }
            }
        }
        return specs;
    }
}
