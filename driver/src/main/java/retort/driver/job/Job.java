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
import retort.driver.report.Report;
import retort.kernels.Backend;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Loss;
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
        int needed = Math.max(1, recipe.folds());
        if (left < needed) {
            throw new BadDataException(
                    data.name(),
                    "without the classes " + recipe.omitted() + " " + left + " of "
                            + data.train().size() + " training images are left, expected at least " + needed);
        }
    }

    /** A trained model, to be closed by the caller, and what is known of it. */
    public record Trained<R>(Sequential model, Path file, R report) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
        }
    }

    /** Steps 1 and 2 of the recipe: the teacher, trained on the first of the training images, validated on the rest. */
    public Trained<Report.Teacher> trainTeacher() {
        Examples all = Examples.labelled(data.train());
        int trained = recipe.trainedImages(all.size());
        Examples training = all.range(0, trained);
        Examples validation = trained < all.size() ? all.range(trained, all.size()) : null;
        Sequential model = create(recipe.teacher().architecture(), recipe.seed());
        List<Report.Epoch> epochs = fit(
                model,
                new Fit(
                        "teacher",
                        training,
                        validation,
                        recipe.teacher(),
                        trueLabels(),
                        recipe.ownTemperature(),
                        recipe.seed()),
                Set.of());
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

    /** What a teacher says of all training images. */
    public record Taught(Logits logits, Report.SoftLabels report) {}

    /** Step 3: the teacher's logits of all training images, dropout off; soft labels are their softmax at T. */
    public Taught teach(Sequential teacher) {
        Examples all = Examples.labelled(data.train());
        long start = System.nanoTime();
        watcher.stepStarts("soft labels", all.size());
        Logits logits = Inference.logits(teacher, all, watcher::stepProgress);
        watcher.stepEnds();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Taught(logits, new Report.SoftLabels(recipe.temperature(), all.size(), seconds));
    }

    /** Steps 4 to 6 for the student that a teacher has a part in, the omitted classes left out. */
    public Trained<Report.Student> distil(Taught taught) {
        Examples transfer =
                recipe.method().examples(data.train(), taught.logits()).without(recipe.omitted());
        Fit fit = studentFit("distilled", transfer, distillation(), recipe.temperature(), recipe.studentSeed());
        return student(fit, recipe.method(), recipe.omitted(), recipe.folds() == 0 ? null : crossValidate(fit), taught);
    }

    /**
     * Step 5 for a student that learns from true labels.
     *
     * @param taught gives the share of predictions to match when biases are corrected; may be null
     */
    public Trained<Report.Student> trainStudent(String name, Set<Integer> omitted, Taught taught) {
        Examples examples = Examples.labelled(data.train()).without(omitted);
        Fit fit = studentFit(name, examples, trueLabels(), recipe.ownTemperature(), recipe.studentSeed());
        return student(fit, Method.HARD_LABELS, omitted, null, taught);
    }

    private Loss trueLabels() {
        return Method.HARD_LABELS.loss(recipe.ownTemperature(), 1);
    }

    private Loss distillation() {
        return recipe.method().loss(recipe.temperature(), recipe.alpha());
    }

    private Fit studentFit(String name, Examples examples, Loss loss, float temperature, long seed) {
        return new Fit(name, examples, null, recipe.student(), loss, temperature, seed);
    }

    private Trained<Report.Student> student(
            Fit fit, Method method, Set<Integer> omitted, Report.CrossValidation folds, Taught taught) {
        Sequential model = create(recipe.student().architecture(), fit.seed());
        List<Report.Epoch> epochs = fit(model, fit, omitted);
        Logits logits = Inference.logits(model, Examples.labelled(data.test()), done -> {});
        Report.Student report = new Report.Student(
                fit.name(),
                method.labels(),
                method.distils() ? method.id() : null,
                method.distils() ? recipe.alpha() : null,
                new TreeSet<>(omitted),
                fit.temperature(),
                model.parameterCount(),
                fit.images(),
                epochs.stream().mapToDouble(Report.Epoch::seconds).sum(),
                folds,
                epochs,
                Evaluation.test(logits, Examples.labelled(data.test())),
                omitted.isEmpty() ? null : correct(logits, omitted, taught));
        return new Trained<>(model, file(fit.name()), report);
    }

    /** Step 6; without a teacher there are no predictions that could give the share to match. */
    private List<Report.BiasCorrected> correct(Logits logits, Set<Integer> omitted, Taught taught) {
        List<Report.BiasCorrected> corrected = new ArrayList<>();
        Examples test = Examples.labelled(data.test());
        corrected.add(corrected("oracle", logits, omitted, BiasCorrection.oracle(logits, test, omitted)));
        if (taught != null) {
            double share = taught.logits().share(omitted);
            double bias = BiasCorrection.priorMatch(logits, omitted, recipe.ownTemperature(), share);
            corrected.add(corrected("prior-match", logits, omitted, bias));
        }
        return corrected;
    }

    private Report.BiasCorrected corrected(String method, Logits logits, Set<Integer> omitted, double bias) {
        Report.Test test = Evaluation.test(logits.biased(omitted, bias), Examples.labelled(data.test()));
        return new Report.BiasCorrected(method, new TreeSet<>(omitted), bias, test);
    }

    /** Step 4: contiguous folds; for each a fresh student, trained on the others and held against the teacher on it. */
    private Report.CrossValidation crossValidate(Fit whole) {
        long start = System.nanoTime();
        List<Double> agreement = new ArrayList<>();
        Examples transfer = whole.examples();
        int folds = recipe.folds();
        for (int fold = 0; fold < folds; fold++) {
            int from = (int) ((long) transfer.size() * fold / folds);
            int to = (int) ((long) transfer.size() * (fold + 1) / folds);
            long seed = whole.seed() + ((fold + 1L) << 32);
            try (Sequential model = create(recipe.student().architecture(), seed)) {
                String name = "fold " + (fold + 1) + " of " + folds;
                studentFit(name, transfer.outside(from, to), whole.loss(), whole.temperature(), seed)
                        .run(model, watcher);
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

    private List<Report.Epoch> fit(Sequential model, Fit fit, Set<Integer> omitted) {
        try {
            return fit.run(model, new Saving(fit, omitted));
        } catch (InterruptedJobException e) {
            Path checkpoint = file(fit.name() + "-interrupted");
            model.save(checkpoint, metadata(fit, omitted, "unfinished"));
            model.close();
            throw e.keeping(checkpoint);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Saves the model after each epoch, then lets the user know. */
    private final class Saving implements Fit.Listener {
        private final Fit fit;
        private final Set<Integer> omitted;

        Saving(Fit fit, Set<Integer> omitted) {
            this.fit = fit;
            this.omitted = omitted;
        }

        @Override
        public void epochStarts(Fit started, int epoch) {
            watcher.epochStarts(started, epoch);
        }

        @Override
        public void progress(int done, double loss, double accuracy) {
            watcher.progress(done, loss, accuracy);
        }

        @Override
        public void epochEnds(Sequential model, Report.Epoch epoch) {
            model.save(file(fit.name()), metadata(fit, omitted, Integer.toString(epoch.epoch())));
            watcher.epochEnds(model, epoch);
        }
    }

    private Map<String, String> metadata(Fit fit, Set<Integer> omitted, String epochs) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("temperature", Float.toString(fit.temperature()));
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
