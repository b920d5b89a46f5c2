package retort.driver.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import retort.driver.data.BadDataException;
import retort.nn.Network;

/**
 * A teacher, or several as one, that is asked in the step that shows a view.
 *
 * @param models of the student's backend; dropout off
 * @param ensemble how several become one
 */
public record ModelTeacher(List<Model> models, Ensemble ensemble) implements ViewTeacher {
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
    public static ModelTeacher open(List<Path> files, Ensemble ensemble, Function<Path, Network> load) {
        List<Model> models = new ArrayList<>();
        try {
            files.forEach(file -> models.add(new Model(load.apply(file), file)));
            return new ModelTeacher(models, ensemble);
        } catch (RuntimeException | OutOfMemoryError e) {
            models.forEach(model -> model.network().close());
            throw e;
        }
    }

    /**
     * What it says of so many images.
     *
     * @throws BadDataException if a logit is no finite number
     */
    public Logits logits(float[] pixels, int count) {
        return ensemble.of(
                models.stream().map(model -> model.logits(pixels, count)).toList());
    }

    @Override
    public Jitter moves(Training training, long seed, int epoch) {
        return training.moves(seed, epoch);
    }

    @Override
    public void label(int[] images, Jitter moves, float[] pixels, float[] targets) {
        Logits logits = logits(pixels, images.length);
        for (int i = 0; i < images.length; i++) {
            logits.copyRow(i, targets, i * (logits.classes() + 1));
        }
    }

    @Override
    public void close() {
        models.forEach(model -> model.network().close());
    }
}
