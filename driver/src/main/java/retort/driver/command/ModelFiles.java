package retort.driver.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import retort.driver.data.ImageSet;
import retort.driver.job.Ensemble;
import retort.driver.job.ModelTeacher;
import retort.driver.job.ViewTeacher;
import retort.driver.predict.Classifier;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;
import retort.kernels.op.Temperature;
import retort.nn.Model;
import retort.nn.ModelFileException;
import retort.nn.Network;

/** Models that a user names, held against the data that they are to see. */
final class ModelFiles {
    private ModelFiles() {}

    /** @throws ModelFileException if the file is no model, or one for other images or classes */
    static Network load(Backend backend, Path file, ImageSet images) {
        return read(backend, file, images, null).network();
    }

    /**
     * The same, with the metadata it was saved with.
     *
     * @param weights what its weights are rounded to; null for what the file has
     * @throws ModelFileException if the file is no model, or one for other images or classes
     */
    static Network.Loaded read(Backend backend, Path file, ImageSet images, ElementType weights) {
        Network.Loaded loaded = Network.load(backend, file, weights);
        Network network = loaded.network();
        try {
            check(file, network.input(), network.output(), images.shape(), images.classes());
        } catch (ModelFileException e) {
            network.close();
            throw e;
        }
        return loaded;
    }

    /**
     * Refuses a file that can't be used, before anything is trained or written.
     *
     * @throws ModelFileException if the file is no model, or one for other images or classes
     */
    static void check(Session session, Path file) {
        load(session.backend(), file, session.data().test()).close();
    }

    /** A teacher, or several as one, that labels the views that its students are shown. */
    static ViewTeacher viewTeacher(Session session, List<Path> files, Ensemble ensemble) {
        return ModelTeacher.open(
                files,
                ensemble,
                file -> load(session.backend(), file, session.data().test()));
    }

    private static void check(Path file, Shape input, Shape output, Shape images, int classes) {
        Shape logits = Shape.of(classes);
        if (!Network.takes(input, images) || !output.equals(logits)) {
            throw new ModelFileException(
                    file, "maps " + input + " to " + output + ", expected " + images + " to " + logits);
        }
    }

    /**
     * A model to be asked of images.
     *
     * @param temperature of its probabilities; null for that of its recipe, and 1 where the file names none
     * @param weights what its weights are rounded to; null for what the file has
     * @throws ModelFileException if the file is no model
     */
    static Classifier classifier(
            Path file, String name, Float temperature, ElementType weights, Engine engine, Backends.Options options) {
        Model model = Model.load(file, engine, options, weights);
        try {
            float used = temperature != null ? temperature : temperature(file, model.metadata());
            return new Classifier(name, file, used, model);
        } catch (ModelFileException e) {
            model.close();
            throw e;
        }
    }

    /**
     * T of the predictions of a model's recipe, and 1 where its file names none.
     *
     * @throws ModelFileException if that is no temperature
     */
    static float temperature(Path file, Map<String, String> metadata) {
        String text = metadata.getOrDefault("predictionTemperature", "1");
        try {
            float temperature = Float.parseFloat(text);
            if (Temperature.isLegal(temperature)) {
                return temperature;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number that is no temperature.
        }
        throw new ModelFileException(
                file, "its metadata has the predictionTemperature '" + text + "', expected " + Temperature.EXPECTED);
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
}
