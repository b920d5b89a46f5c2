package retort.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import retort.driver.cli.Sha256;
import retort.kernels.Engine;
import retort.nn.Model;
import retort.nn.ModelFileException;

/** The models of this JVM, an executor: each is read when the first task needs it, and stays. */
final class Models {
    private static final Map<String, Model> BY_DIGEST = new HashMap<>();

    private Models() {}

    /** @throws LabellingException if it can't be read or run here */
    static synchronized Model of(Teacher teacher) {
        return BY_DIGEST.computeIfAbsent(teacher.digest(), digest -> read(teacher));
    }

    private static Model read(Teacher teacher) {
        try {
            Path folder = Files.createTempDirectory("retort");
            Path file = folder.resolve(teacher.name());
            try {
                return read(teacher, Files.write(file, teacher.bytes()));
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException | RuntimeException e) {
            throw new LabellingException("an executor can't read the model: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new LabellingException(
                    "an executor has no memory for the model " + teacher.name()
                            + ": use a larger spark.executor.memory",
                    e);
        }
    }

    private static Model read(Teacher teacher, Path file) {
        String found = Sha256.of(file);
        if (!found.equals(teacher.digest())) {
            throw new ModelFileException(
                    file,
                    "is another file than the driver's: its SHA-256 is " + found + ", expected " + teacher.digest());
        }
        return Model.load(file, Engine.CPU_SIMD);
    }
}
