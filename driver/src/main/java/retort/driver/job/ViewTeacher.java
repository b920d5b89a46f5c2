package retort.driver.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import retort.driver.data.BadDataException;
import retort.nn.Network;

/**
 * A teacher, or several as one, that labels the very views that a student is shown, in the step that shows them,
 * instead of each image once as it is: a moved 3 is then taught as what the teacher sees in the moved one.
 * Source: Beyer, Zhai, Royer, Markeeva, Anil and Kolesnikov 2022 ("consistent teaching").
 *
 * @param models of the student's backend; dropout off
 * @param ensemble how several become one
 */
public record ViewTeacher(List<Model> models, Ensemble ensemble) implements AutoCloseable {
    /** @param file that it is from */
    public record Model(Network network, Path file) {
        /** @throws BadDataException if a logit is no finite number */
        private Logits logits(float[] pixels, int count) {
            try {
                return new Logits(
                        Inference.logits(network, pixels, count),
                        network.output().size());
            } catch (NotFiniteException e) {
                throw new BadDataException(
                        file.toString(), "the teacher, asked for what a student is shown, " + e.getMessage());
            }
        }
    }

    /**
     * Opens the models of some files, one after the other; if one can't be opened, those before it are closed.
     *
     * @param files at least one
     */
    public static ViewTeacher open(List<Path> files, Ensemble ensemble, Function<Path, Network> load) {
        List<Model> models = new ArrayList<>();
        try {
            files.forEach(file -> models.add(new Model(load.apply(file), file)));
            return new ViewTeacher(models, ensemble);
        } catch (RuntimeException | OutOfMemoryError e) {
            models.forEach(model -> model.network().close());
            throw e;
        }
    }

    /**
     * Writes the teacher's logits of a batch into its targets, of which each is these and the class index.
     *
     * @param pixels of {@code count} images
     * @param targets with room for one number more than there are logits for each
     * @throws BadDataException if a logit is no finite number
     */
    void label(float[] pixels, int count, float[] targets) {
        Logits logits = ensemble.of(
                models.stream().map(model -> model.logits(pixels, count)).toList());
        int classes = logits.classes();
        for (int i = 0; i < count; i++) {
            System.arraycopy(logits.values(), i * classes, targets, i * (classes + 1), classes);
        }
    }

    @Override
    public void close() {
        models.forEach(model -> model.network().close());
    }
}
