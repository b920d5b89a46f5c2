package retort.driver.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import retort.driver.data.BadDataException;
import retort.driver.data.ImageSet;
import retort.driver.job.Examples;
import retort.driver.job.Inference;
import retort.driver.job.Logits;
import retort.driver.job.NotFiniteException;
import retort.kernels.Backend;

/** Several models at once, to be asked about the same images. */
final class Teachers implements AutoCloseable {
    private final List<Function<Examples, Logits>> asked = new ArrayList<>();
    private final List<Runnable> open = new ArrayList<>();

    /** Loads them; those that are loaded are closed if one can't be used. */
    Teachers(Backend backend, List<Path> files, ImageSet images) {
        try {
            files.forEach(file -> load(backend, file, images));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void load(Backend backend, Path file, ImageSet images) {
        var model = ModelFiles.load(backend, file, images);
        open.add(model::close);
        asked.add(examples -> {
            try {
                return Inference.logits(model, examples, done -> {});
            } catch (NotFiniteException e) {
                throw new BadDataException(file.toString(), e.getMessage());
            }
        });
    }

    /** What each says of some images. */
    List<Logits> logits(Examples examples) {
        return asked.stream().map(model -> model.apply(examples)).toList();
    }

    @Override
    public void close() {
        open.forEach(Runnable::run);
    }
}
