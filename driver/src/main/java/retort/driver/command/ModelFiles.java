package retort.driver.command;

import java.nio.file.Path;
import retort.driver.data.ImageSet;
import retort.kernels.Backend;
import retort.kernels.Shape;
import retort.nn.Architecture;
import retort.nn.ModelFileException;
import retort.nn.Sequential;

/** Models that a user names, held against the data that they are to see. */
final class ModelFiles {
    private ModelFiles() {}

    /** @throws ModelFileException if the file is no model, or one for other images or classes */
    static Sequential load(Backend backend, Path file, ImageSet images) {
        Sequential model = Sequential.load(backend, file).model();
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
        return model;
    }
}
