package retort.driver.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.kernels.Backend;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Loss;
import retort.nn.Sequential;

/** The steps of a recipe on one backend and data set. */
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

    private final Backend backend;
    private final Dataset data;
    private final Recipe recipe;
    private final Checkpoints checkpoints;
    private final Watcher watcher;
    private final Examples test;

    /** @param folder that exists, for models to be saved to after every epoch; or null to save none */
    public Job(Backend backend, Dataset data, Recipe recipe, Path folder, Watcher watcher) {
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put("recipe", recipe.name());
        origin.put("dataset", data.name());
        origin.put("seed", Long.toString(recipe.seed()));
        this.backend = backend;
        this.data = data;
        this.recipe = recipe;
        this.checkpoints = new Checkpoints(folder, origin);
        this.watcher = watcher;
        this.test = Examples.labelled(data.test());
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

    /**
     * A trained model, to be closed by the caller, and what is known of it.
     *
     * @param file that it was saved to, or null
     */
    public record Trained<R>(Sequential model, Path file, R result) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
        }
    }

    /** Steps 1 and 2 of the recipe: the teacher, trained on the first of the training images, validated on the rest. */
    public Trained<TeacherResult> trainTeacher(String name) {
        Examples all = Examples.labelled(data.train());
        int trained = recipe.trainedImages(all.size());
        Fit fit = new Fit(
                name,
                all.range(0, trained),
                trained < all.size() ? all.range(trained, all.size()) : null,
                recipe.teacher(),
                trueLabels(),
                recipe.ownTemperature(),
                recipe.seed());
        Sequential model = create(recipe.teacher().architecture(), recipe.seed());
        List<Epoch> epochs = checkpoints.train(model, fit, Set.of(), watcher);
        TeacherResult result = new TeacherResult(model.parameterCount(), trained, epochs, test(model, name));
        return new Trained<>(model, checkpoints.file(name), result);
    }

    /**
     * What a teacher says of all training images.
     *
     * @param temperature T of the soft labels, which are the softmax of the logits at it
     */
    public record Taught(Logits logits, float temperature, double seconds) {}

    /** Step 3: the teacher's logits of all training images, dropout off. */
    public Taught teach(String name, Sequential teacher) {
        long start = System.nanoTime();
        Logits logits = logits(name, teacher, Examples.labelled(data.train()));
        return new Taught(logits, recipe.temperature(), (System.nanoTime() - start) / 1e9);
    }

    /** Steps 4 to 6 for the student of the recipe's method, the omitted classes left out. */
    public Trained<StudentResult> distil(String name, Taught taught) {
        Method method = recipe.method();
        Examples transfer = method.examples(data.train(), taught.logits()).without(recipe.omitted());
        Loss loss = method.loss(recipe.temperature(), recipe.alpha());
        Fit fit = studentFit(name, transfer, loss, recipe.temperature(), recipe.studentSeed());
        Optional<StudentResult.CrossValidation> folds =
                recipe.folds() == 0 ? Optional.empty() : Optional.of(crossValidate(fit));
        return student(fit, method, recipe.omitted(), folds, Optional.of(taught));
    }

    /**
     * Step 5 for a student that learns from true labels.
     *
     * @param taught gives the share of predictions to match when biases are corrected
     */
    public Trained<StudentResult> trainStudent(String name, Set<Integer> omitted, Optional<Taught> taught) {
        Examples examples = Examples.labelled(data.train()).without(omitted);
        Fit fit = studentFit(name, examples, trueLabels(), recipe.ownTemperature(), recipe.studentSeed());
        return student(fit, Method.HARD_LABELS, omitted, Optional.empty(), taught);
    }

    private Loss trueLabels() {
        return Method.HARD_LABELS.loss(recipe.ownTemperature(), 1);
    }

    private Fit studentFit(String name, Examples examples, Loss loss, float temperature, long seed) {
        return new Fit(name, examples, null, recipe.student(), loss, temperature, seed);
    }

    private Trained<StudentResult> student(
            Fit fit,
            Method method,
            Set<Integer> omitted,
            Optional<StudentResult.CrossValidation> folds,
            Optional<Taught> taught) {
        Sequential model = create(recipe.student().architecture(), fit.seed());
        List<Epoch> epochs = checkpoints.train(model, fit, omitted, watcher);
        Logits logits = Inference.logits(model, test, done -> {});
        StudentResult result = new StudentResult(
                fit.name(),
                method,
                method.distils() ? recipe.alpha() : method.alpha(),
                omitted,
                fit.temperature(),
                model.parameterCount(),
                fit.images(),
                folds,
                epochs,
                evaluated(logits),
                omitted.isEmpty() ? Optional.empty() : Optional.of(correct(logits, omitted, taught)));
        return new Trained<>(model, checkpoints.file(fit.name()), result);
    }

    /** Step 6; without a teacher there are no predictions that could give the share to match. */
    private StudentResult.Corrections correct(Logits logits, Set<Integer> omitted, Optional<Taught> taught) {
        return new StudentResult.Corrections(
                corrected(logits, omitted, BiasCorrection.oracle(logits, test, omitted)),
                taught.map(Taught::logits)
                        .map(teacher -> BiasCorrection.priorMatch(
                                logits, omitted, recipe.ownTemperature(), teacher.share(omitted)))
                        .map(bias -> corrected(logits, omitted, bias)));
    }

    private StudentResult.Corrected corrected(Logits logits, Set<Integer> omitted, double bias) {
        return new StudentResult.Corrected(bias, evaluated(logits.biased(omitted, bias)));
    }

    /** Step 4: contiguous folds; for each a fresh student, trained on the others and held against the teacher on it. */
    private StudentResult.CrossValidation crossValidate(Fit whole) {
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
        return new StudentResult.CrossValidation(agreement, (System.nanoTime() - start) / 1e9);
    }

    /** Any model on the test images. */
    public Evaluation test(Sequential model, String name) {
        return evaluated(logits("test of " + name, model, test));
    }

    private Evaluation evaluated(Logits ofTest) {
        return Evaluation.of(ofTest, test, recipe.ownTemperature());
    }

    /** As a step that the user sees. */
    private Logits logits(String step, Sequential model, Examples examples) {
        watcher.stepStarts(step, examples.size());
        Logits logits = Inference.logits(model, examples, watcher::stepProgress);
        watcher.stepEnds();
        return logits;
    }

    /** Saves a model with the recipe, data set and seed that it comes from. */
    public void save(Sequential model, Path file) {
        model.save(file, checkpoints.origin());
    }

    /** A model with fresh weights. */
    private Sequential create(Architecture architecture, long seed) {
        return Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, seed);
    }
}
