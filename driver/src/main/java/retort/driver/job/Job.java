package retort.driver.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.report.Report;
import retort.kernels.Backend;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Sequential;

/** The steps of a recipe on one backend and data set. Models are saved to a folder after every epoch. */
public final class Job {
    /** What the user sees of a running job. */
    public interface Watcher extends Fit.Listener {
        /** A step other than training begins, over so many items. */
        void stepStarts(String name, int items);

        /** Items of the step done so far. */
        void stepProgress(int done);

        /** The step is over. */
        void stepEnds();
    }

    private static final String MODEL_SUFFIX = ".safetensors";

    private final Backend backend;
    private final Dataset data;
    private final Recipe recipe;
    private final Path folder;
    private final Watcher watcher;

    /** @param folder that exists, for model files */
    public Job(Backend backend, Dataset data, Recipe recipe, Path folder, Watcher watcher) {
        this.backend = backend;
        this.data = data;
        this.recipe = recipe;
        this.folder = folder;
        this.watcher = watcher;
    }

    /**
     * Finds out, before anything is trained, whether there is enough to train students on.
     *
     * @throws BadDataException if fewer images are left without the omitted classes than the cross-validation has folds
     */
    public void checkTransferSet() {
        int left = 0;
        for (int i = 0; i < data.train().size(); i++) {
            left += recipe.omitted().contains(data.train().label(i)) ? 0 : 1;
        }
        if (left < recipe.folds()) {
            throw new BadDataException(
                    data.name(),
                    "without the classes " + recipe.omitted() + " " + left + " of "
                            + data.train().size() + " training images are left, expected at least " + recipe.folds());
        }
    }

    /** A trained model, to be closed by the caller, and what is known of it. */
    public record Trained<R>(Sequential model, Path file, R report) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
        }
    }

    /** Steps 1 and 2 of the recipe: the teacher, trained on the first 80 % of the training images, validated on the rest. */
    public Trained<Report.Teacher> trainTeacher() {
        Examples all = Examples.labelled(data.train());
        int trained = Recipe.trainedImages(all.size());
        Examples training = all.range(0, trained);
        Examples validation = trained < all.size() ? all.range(trained, all.size()) : null;
        Sequential model = create(recipe.teacher(), recipe.seed());
        List<Report.Epoch> epochs =
                fit(model, "teacher", training, validation, recipe.teacherEpochs(), recipe.seed(), Set.of());
        double seconds = epochs.stream().mapToDouble(Report.Epoch::seconds).sum();
        Report.Teacher report = new Report.Teacher(
                model.parameterCount(),
                trained,
                seconds,
                (double) trained * epochs.size() / seconds,
                epochs,
                test(model, "teacher"));
        return new Trained<>(model, file("teacher"), report);
    }

    /** What a teacher says of the training images. */
    public record SoftLabelled(float[] probabilities, Report.SoftLabels report) {
        /** The share of the given classes among the teacher's predictions. */
        public double share(Set<Integer> classes) {
            int images = probabilities.length / ImageSet.CLASSES;
            int inside = 0;
            for (int i = 0; i < images; i++) {
                inside +=
                        classes.contains(Logits.argmax(probabilities, i * ImageSet.CLASSES, ImageSet.CLASSES)) ? 1 : 0;
            }
            return inside / (double) images;
        }
    }

    /** Step 3: softmax(logits / T) of the teacher over all training images, dropout off. */
    public SoftLabelled softLabels(Sequential teacher) {
        Examples all = Examples.labelled(data.train());
        long start = System.nanoTime();
        watcher.stepStarts("soft labels", all.size());
        float[] probabilities = Inference.probabilities(teacher, all, recipe.temperature(), watcher::stepProgress);
        watcher.stepEnds();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new SoftLabelled(probabilities, new Report.SoftLabels(recipe.temperature(), all.size(), seconds));
    }

    /** Steps 4 to 6 for the student that learns from soft labels, the omitted classes left out. */
    public Trained<Report.Student> distil(SoftLabelled soft) {
        Examples transfer =
                Examples.softLabelled(data.train(), soft.probabilities()).without(recipe.omitted());
        Report.CrossValidation folds = crossValidate(transfer);
        return student("distilled", "soft", transfer, recipe.omitted(), folds, soft);
    }

    /** Step 5 for a student that learns from true labels. */
    public Trained<Report.Student> trainStudent(String name, Set<Integer> omitted, SoftLabelled soft) {
        Examples examples = Examples.labelled(data.train()).without(omitted);
        return student(name, "hard", examples, omitted, null, soft);
    }

    private Trained<Report.Student> student(
            String name,
            String labels,
            Examples examples,
            Set<Integer> omitted,
            Report.CrossValidation folds,
            SoftLabelled soft) {
        Sequential model = create(recipe.student(), studentSeed());
        List<Report.Epoch> epochs = fit(model, name, examples, null, recipe.studentEpochs(), studentSeed(), omitted);
        Logits logits = Inference.logits(model, Examples.labelled(data.test()), done -> {});
        Report.Student report = new Report.Student(
                name,
                labels,
                new TreeSet<>(omitted),
                recipe.temperature(),
                model.parameterCount(),
                examples.size(),
                epochs.stream().mapToDouble(Report.Epoch::seconds).sum(),
                folds,
                epochs,
                Evaluation.test(logits, Examples.labelled(data.test())),
                omitted.isEmpty() ? null : correct(logits, omitted, soft));
        return new Trained<>(model, file(name), report);
    }

    /** Step 6; without soft labels there is no teacher whose predictions could give the share to match. */
    private List<Report.BiasCorrected> correct(Logits logits, Set<Integer> omitted, SoftLabelled soft) {
        List<Report.BiasCorrected> corrected = new ArrayList<>();
        Examples test = Examples.labelled(data.test());
        corrected.add(corrected("oracle", logits, omitted, BiasCorrection.oracle(logits, test, omitted)));
        if (soft != null) {
            double bias = BiasCorrection.priorMatch(logits, omitted, recipe.temperature(), soft.share(omitted));
            corrected.add(corrected("prior-match", logits, omitted, bias));
        }
        return corrected;
    }

    private Report.BiasCorrected corrected(String method, Logits logits, Set<Integer> omitted, double bias) {
        Report.Test test = Evaluation.test(logits.biased(omitted, bias), Examples.labelled(data.test()));
        return new Report.BiasCorrected(method, new TreeSet<>(omitted), bias, test);
    }

    /** Step 4: contiguous folds; for each a fresh student, trained on the others and held against the teacher on it. */
    private Report.CrossValidation crossValidate(Examples transfer) {
        long start = System.nanoTime();
        List<Double> agreement = new ArrayList<>();
        int folds = recipe.folds();
        for (int fold = 0; fold < folds; fold++) {
            int from = (int) ((long) transfer.size() * fold / folds);
            int to = (int) ((long) transfer.size() * (fold + 1) / folds);
            long seed = studentSeed() + ((fold + 1L) << 32);
            try (Sequential model = create(recipe.student(), seed)) {
                Fit fit = new Fit(
                        "fold " + (fold + 1) + " of " + folds,
                        transfer.outside(from, to),
                        null,
                        recipe.studentEpochs(),
                        recipe.batch(),
                        recipe.learningRate(),
                        recipe.temperature(),
                        seed);
                fit.run(model, watcher);
                Examples heldOut = transfer.range(from, to);
                agreement.add(Inference.logits(model, heldOut, done -> {}).accuracy(heldOut));
            }
        }
        double mean = agreement.stream().mapToDouble(d -> d).average().orElseThrow();
        return new Report.CrossValidation(agreement, mean, (System.nanoTime() - start) / 1e9);
    }

    /** Any model on the test images. */
    public Report.Test test(Sequential model, String name) {
        Examples test = Examples.labelled(data.test());
        watcher.stepStarts("test of " + name, test.size());
        Logits logits = Inference.logits(model, test, watcher::stepProgress);
        watcher.stepEnds();
        return Evaluation.test(logits, test);
    }

    /** A model with fresh weights. */
    private Sequential create(Architecture architecture, long seed) {
        return Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, seed);
    }

    /** All students start from the same weights, which are not the teacher's. */
    private long studentSeed() {
        return recipe.seed() + (1L << 32);
    }

    private List<Report.Epoch> fit(
            Sequential model,
            String name,
            Examples examples,
            Examples validation,
            int epochs,
            long seed,
            Set<Integer> omitted) {
        Fit fit = new Fit(
                name, examples, validation, epochs, recipe.batch(), recipe.learningRate(), recipe.temperature(), seed);
        try {
            return fit.run(model, new Saving(name, omitted));
        } catch (InterruptedJobException e) {
            Path checkpoint = file(name + "-interrupted");
            model.save(checkpoint, metadata(omitted, "unfinished"));
            model.close();
            throw e.keeping(checkpoint);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Saves the model after each epoch, then lets the user know. */
    private final class Saving implements Fit.Listener {
        private final String name;
        private final Set<Integer> omitted;

        Saving(String name, Set<Integer> omitted) {
            this.name = name;
            this.omitted = omitted;
        }

        @Override
        public void epochStarts(Fit fit, int epoch) {
            watcher.epochStarts(fit, epoch);
        }

        @Override
        public void progress(int done, double loss, double accuracy) {
            watcher.progress(done, loss, accuracy);
        }

        @Override
        public void epochEnds(Sequential model, Report.Epoch epoch) {
            model.save(file(name), metadata(omitted, Integer.toString(epoch.epoch())));
            watcher.epochEnds(model, epoch);
        }
    }

    private Map<String, String> metadata(Set<Integer> omitted, String epochs) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("temperature", Float.toString(recipe.temperature()));
        metadata.put("omitted", omitted.stream().sorted().map(String::valueOf).collect(Collectors.joining(",")));
        metadata.put("recipe", recipe.name());
        metadata.put("dataset", data.name());
        metadata.put("seed", Long.toString(recipe.seed()));
        metadata.put("epochs", epochs);
        return metadata;
    }

    private Path file(String name) {
        return folder.resolve(name + MODEL_SUFFIX);
    }
}
