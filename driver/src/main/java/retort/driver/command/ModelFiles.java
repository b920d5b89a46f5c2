package retort.driver.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import retort.driver.data.ImageSet;
import retort.kernels.Backend;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.ModelFileException;
import retort.nn.Sequential;

/** Models that a user names, held against the data that they are to see. */
final class ModelFiles {
    private ModelFiles() {}

    /** @throws ModelFileException if the file is no model, or one for other images or classes */
    static Sequential load(Backend backend, Path file, ImageSet images) {
        return read(backend, file, images).model();
    }

    /**
     * The same, with the metadata it was saved with.
     *
     * @throws ModelFileException if the file is no model, or one for other images or classes
     */
    static Sequential.Loaded read(Backend backend, Path file, ImageSet images) {
        Sequential.Loaded loaded = Sequential.load(backend, file);
        Sequential model = loaded.model();
        Architecture architecture = model.architecture();
        Shape input = Shape.of(images.height(), images.width(), 1);
        Shape output = Shape.of(ImageSet.CLASSES);
        if (!architecture.input().equals(input) || !architecture.output().equals(output)) {
            model.close();
            throw new ModelFileException(
                    file,
                    "maps " + architecture.input() + " to " + architecture.output() + ", expected " + input + " to "
                            + output);
        }
        return loaded;
    }

    /**
     * The seed that a model's metadata names, or null.
     *
     * @throws ModelFileException if that is no seed
     */
    static Long seed(Path file, Map<String, String> metadata) {
        String seed = metadata.get("seed");
        try {
            return seed == null ? null : Long.valueOf(seed);
        } catch (NumberFormatException e) {
            throw new ModelFileException(file, "its metadata has the seed '" + seed + "', expected a whole number");
        }
    }

    /** The SHA-256 of a file, in hexadecimal. */
    static String digest(Path file) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(digest);
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot be read");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
