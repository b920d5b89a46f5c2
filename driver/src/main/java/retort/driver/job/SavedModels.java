package retort.driver.job;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import retort.nn.ModelFileException;
import retort.nn.Sequential;

/** Models of a job as files, each saved after every epoch. One that can't be written is told, and trained on. */
final class SavedModels {
    private static final String SUFFIX = ".safetensors";

    private final Path folder;
    private final Map<String, String> origin;
    private final Job.Watcher watcher;
    private final Set<String> unwritten = new HashSet<>();

    /**
     * @param folder that exists, or null to save none
     * @param origin what the files say of all models: recipe, dataset and seed
     */
    SavedModels(Path folder, Map<String, String> origin, Job.Watcher watcher) {
        this.folder = folder;
        this.origin = origin;
        this.watcher = watcher;
    }

    Path folder() {
        return folder;
    }

    Map<String, String> origin() {
        return origin;
    }

    /** The file of a model as its last epoch left it, or null. */
    Path saved(String name) {
        return unwritten.contains(name) ? null : file(name);
    }

    /** The file of a model of that name, or null. */
    Path file(String name) {
        return folder == null ? null : folder.resolve(name + SUFFIX);
    }

    /**
     * A listener that saves the model after each epoch, then lets another know.
     *
     * @param omitted classes that it never sees, for its file
     */
    Fit.Listener saving(Fit fit, Set<Integer> omitted, Fit.Listener listener) {
        return folder == null ? listener : new Saving(fit, omitted, listener);
    }

    private Map<String, String> metadata(Fit fit, Set<Integer> omitted, int epochs) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("temperature", Float.toString(fit.temperature()));
        metadata.put("omitted", omitted.stream().sorted().map(String::valueOf).collect(Collectors.joining(",")));
        metadata.putAll(origin);
        metadata.put("epochs", Integer.toString(epochs));
        return metadata;
    }

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
        public void stopped(Fit ended, int epoch, int best) {
            listener.stopped(ended, epoch, best);
        }

        @Override
        public void epochEnds(Sequential model, Epoch epoch) {
            try {
                model.save(file(fit.name()), metadata(fit, omitted, epoch.number()));
                unwritten.remove(fit.name());
            } catch (ModelFileException e) {
                unwritten.add(fit.name());
                watcher.notWritten(e.getMessage());
            }
            listener.epochEnds(model, epoch);
        }
    }
}
