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
import retort.nn.Sequential;

/** The steps of a recipe on one backend and data set. */
public final class Job {
    /** What the user sees of a running job. */
    public interface Watcher extends Fit.Listener {
        /** The next part of the job begins: a teacher, soft labels, a cross-validation, a student. */
        void next();

        /** A step other than training begins, over so many items. */
        void stepStarts(String name, int items);

        /** Items of the step done so far; may end the job by throwing. */
        void stepProgress(int done);

        /** The same of a training, with its mean loss and accuracy. */
        void stepProgress(int done, double loss, double accuracy);

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
        origin.put("predictionTemperature", Float.toString(recipe.ownTemperature()));
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
     * @throws BadDataException if fewer images are left without a student's omitted classes than its cross-validation
     *     has folds
     */
    public void checkTransferSet(List<Student> students) {
        for (Student student : students) {
            int left = 0;
            for (int i = 0; i < data.train().size(); i++) {
                left += student.omitted().contains(data.train().label(i)) ? 0 : 1;
            }
            int needed = Math.max(1, student.folds());
            if (left < needed) {
                throw new BadDataException(
                        data.name(),
                        "without the classes " + student.omitted() + " " + left + " of "
                                + data.train().size() + " training images are left, expected at least " + needed);
            }
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
                Method.HARD_LABELS.loss(recipe.ownTemperature(), 1),
                recipe.ownTemperature(),
                recipe.seed());
        watcher.next();
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
        watcher.next();
        long start = System.nanoTime();
        Logits logits = logits(name, teacher, Examples.labelled(data.train()));
        return new Taught(logits, recipe.temperature(), (System.nanoTime() - start) / 1e9);
    }

    /**
     * Steps 4 to 6 for one student, the classes that it omits left out.
     *
     * @param taught what a student that distils learns from; for others it gives the share of predictions to match when
     *     biases are corrected
     * @throws IllegalArgumentException if it is missing for a student that distils
     */
    public Trained<StudentResult> trainStudent(Student student, Optional<Taught> taught) {
        Method method = student.method();
        if (method.distils() && taught.isEmpty()) {
            throw new IllegalArgumentException("student " + student.name() + ": " + method.id() + " needs a teacher");
        }
        Examples examples = method.examples(
                        data.train(), taught.map(Taught::logits).orElse(null))
                .without(student.omitted());
        Fit fit = fit(student, student.name(), examples, recipe.seed(student));
        Optional<StudentResult.CrossValidation> folds =
                student.folds() == 0 ? Optional.empty() : Optional.of(crossValidate(student, fit));
        watcher.next();
        Sequential model = create(student.training().architecture(), fit.seed());
        List<Epoch> epochs = checkpoints.train(model, fit, student.omitted(), watcher);
        Logits logits = Inference.logits(model, test, done -> watcher.check());
        StudentResult result = new StudentResult(
                student.name(),
                method,
                student.alpha(),
                student.omitted(),
                student.temperature(),
                model.parameterCount(),
                fit.images(),
                folds,
                epochs,
                evaluated(logits),
                correct(student, logits, taught));
        return new Trained<>(model, checkpoints.file(student.name()), result);
    }

    private static Fit fit(Student student, String name, Examples examples, long seed) {
        float temperature = student.temperature();
        return new Fit(
                name,
                examples,
                null,
                student.training(),
                student.method().loss(temperature, student.alpha()),
                temperature,
                seed);
    }

    /** Step 6; without a teacher there are no predictions that could give the share to match. */
    private Optional<StudentResult.Corrections> correct(Student student, Logits logits, Optional<Taught> taught) {
        Set<Integer> omitted = student.omitted();
        if (omitted.isEmpty()) {
            return Optional.empty();
        }
        Optional<Double> oracle = student.corrections().contains(BiasCorrection.Kind.ORACLE)
                ? Optional.of(BiasCorrection.oracle(logits, test, omitted))
                : Optional.empty();
        Optional<Double> priorMatch = student.corrections().contains(BiasCorrection.Kind.PRIOR_MATCH)
                ? taught.map(Taught::logits)
                        .map(teacher -> BiasCorrection.priorMatch(
                                logits, omitted, recipe.ownTemperature(), teacher.share(omitted)))
                : Optional.empty();
        return Optional.of(new StudentResult.Corrections(
                oracle.map(bias -> corrected(logits, omitted, bias)),
                priorMatch.map(bias -> corrected(logits, omitted, bias))));
    }

    private StudentResult.Corrected corrected(Logits logits, Set<Integer> omitted, double bias) {
        return new StudentResult.Corrected(bias, evaluated(logits.biased(omitted, bias)));
    }

    /** Step 4: contiguous folds; for each a fresh student, trained on the others and held against the teacher on it. */
    private StudentResult.CrossValidation crossValidate(Student student, Fit whole) {
        watcher.next();
        long start = System.nanoTime();
        List<Double> agreement = new ArrayList<>();
        Examples transfer = whole.examples();
        int folds = student.folds();
        for (int fold = 0; fold < folds; fold++) {
            int from = (int) ((long) transfer.size() * fold / folds);
            int to = (int) ((long) transfer.size() * (fold + 1) / folds);
            long seed = whole.seed() + ((fold + 1L) << 32);
            try (Sequential model = create(student.training().architecture(), seed)) {
                String name = "fold " + (fold + 1) + " of " + folds;
                fit(student, name, transfer.outside(from, to), seed).run(model, watcher);
                Examples heldOut = transfer.range(from, to);
                agreement.add(Inference.logits(model, heldOut, done -> watcher.check())
                        .accuracy(heldOut));
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
