package retort.driver.job;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import retort.nn.Sequential;

/**
 * Models of a job as files: each is saved after every epoch, and as it was where the user stops its training.
 *
 * @param folder that exists, or null to save none
 * @param origin what the files say of all models: recipe, dataset and seed
 */
record Checkpoints(Path folder, Map<String, String> origin) {
    private static final String SUFFIX = ".safetensors";

    /**
     * Trains a model that is closed if that fails.
     *
     * @param omitted classes that it never sees, for its file
     */
    List<Epoch> train(Sequential model, Fit fit, Set<Integer> omitted, Fit.Listener listener) {
        try {
            return fit.run(model, folder == null ? listener : new Saving(fit, omitted, listener));
        } catch (InterruptedJobException e) {
            throw stopped(model, fit, omitted, e);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** The file of a model of that name, or null. */
    Path file(String name) {
        return folder == null ? null : folder.resolve(name + SUFFIX);
    }

    private InterruptedJobException stopped(
            Sequential model, Fit fit, Set<Integer> omitted, InterruptedJobException interruption) {
        try (model) {
            if (folder == null) {
                return interruption;
            }
            Path file = file(fit.name() + "-interrupted");
            model.save(file, metadata(fit, omitted, "unfinished"));
            return interruption.keeping(file);
        }
    }

    private Map<String, String> metadata(Fit fit, Set<Integer> omitted, String epochs) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("temperature", Float.toString(fit.temperature()));
        metadata.put("omitted", omitted.stream().sorted().map(String::valueOf).collect(Collectors.joining(",")));
        metadata.putAll(origin);
        metadata.put("epochs", epochs);
        return metadata;
    }

    /** Saves the model after each epoch, then lets the user know. */
    private final class Saving implements Fit.Listener {
        private final Fit fit;
        private final Set<Integer> omitted;
        private final Fit.Listener listener;

        Saving(Fit fit, Set<Integer> omitted, Fit.Listener listener) {
            this.fit = fit;
            this.omitted = omitted;
            this.listener = listener;
        }

        @Override
        public void epochStarts(Fit started, int epoch) {
            listener.epochStarts(started, epoch);
        }

        @Override
        public void progress(int done, double loss, double accuracy) {
            listener.progress(done, loss, accuracy);
        }

        @Override
        public void check() {
            listener.check();
        }

        @Override
        public void epochEnds(Sequential model, Epoch epoch) {
            model.save(file(fit.name()), metadata(fit, omitted, Integer.toString(epoch.number())));
            listener.epochEnds(model, epoch);
        }
    }
}
