package retort.driver.job;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import retort.driver.data.BadDataException;
import retort.driver.data.ClassNames;
import retort.driver.data.Dataset;
import retort.driver.data.Stretches;
import retort.kernels.Backend;
import retort.nn.Network;
import retort.nn.Sequential;

/** The steps of a recipe on one backend and data set. */
public final class Job {
    /** What the user sees of a running job. */
    public interface Watcher extends Fit.Listener {
        /** The next part of the job begins: a teacher, soft labels, a cross-validation, a student. */
        void next();

        /** A step other than training begins, over so many items. */
        void stepStarts(String name, long items);

        /** Items of the step done so far; may end the job by throwing. */
        void stepProgress(long done);

        /** The same of a training, with its mean loss and accuracy. */
        void stepProgress(long done, double loss, double accuracy);

        /** The step is over. */
        void stepEnds();

        /** A file of the job could not be written; the job goes on without it. */
        default void notWritten(String problem) {}

        /** Something that the user should know, and need not do anything about. */
        default void remark(String line) {}
    }

    private final Backend backend;
    private final DeviceImages device;
    private final Dataset data;
    private final Recipe recipe;
    private final SavedModels models;
    private final Checkpoints checkpoints;
    private final Watcher watcher;
    private final Examples test;

    /**
     * @param folder that exists, for models to be saved to after every epoch; or null to save none
     * @param checkpoints to go on from; with a folder for models, parts of the job that are there are not done again
     */
    public Job(Backend backend, Dataset data, Recipe recipe, Path folder, Checkpoints checkpoints, Watcher watcher) {
        this(new DeviceImages(backend, watcher::remark), data, recipe, folder, checkpoints, watcher);
    }

    /** The same on the backend of images that other jobs use too. */
    public Job(
            DeviceImages device, Dataset data, Recipe recipe, Path folder, Checkpoints checkpoints, Watcher watcher) {
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put("recipe", recipe.name());
        origin.put("dataset", data.name());
        if (!data.classNames().equals(ClassNames.numbers(data.classes()))) {
            origin.put(ClassNames.KEY, ClassNames.text(data.classNames()));
        }
        origin.put("seed", Long.toString(recipe.seed()));
        origin.put("predictionTemperature", Float.toString(recipe.ownTemperature()));
        this.device = device;
        this.backend = device.backend();
        this.data = data;
        this.recipe = recipe;
        this.models = new SavedModels(folder, origin, watcher);
        this.checkpoints = checkpoints;
        this.watcher = watcher;
        this.test = Examples.labelled(data.test()).on(device);
    }

    /** What can be found out before anything is trained. */
    public JobCheck check() {
        return new JobCheck(backend.engine(), data, recipe);
    }

    /**
     * A trained model, to be closed by the caller, and what is known of it.
     *
     * @param file that it was saved to; null for none, or if it could not be written
     */
    public record Trained<R>(Sequential model, Path file, R result) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
        }
    }

    /** Steps 1 and 2 of the recipe: the teacher, trained on most of the training images, validated on the rest. */
    public Trained<TeacherResult> trainTeacher(String name) {
        watcher.next();
        return doneBefore(name, TeacherResult.class).orElseGet(() -> newTeacher(name));
    }

    private Trained<TeacherResult> newTeacher(String name) {
        Examples all = Examples.labelled(data.train()).on(device);
        EarlyStopping stopping = recipe.teacher().stopping();
        Stretches validating = stopping.isOn() && recipe.heldOut() == 0
                ? stopping.heldOut(all, recipe.seed())
                : recipe.validating(all);
        Examples training = all.at(validating.others(0));
        Examples validation = all.at(validating.positions().getFirst());
        int trained = training.size();
        Fit fit = new Fit(
                name,
                training,
                validation.size() > 0 ? validation : null,
                recipe.teacher(),
                Method.HARD_LABELS.loss(recipe.ownTemperature(), 1),
                recipe.ownTemperature(),
                recipe.seed());
        return train(
                fit,
                Set.of(),
                (model, epochs) -> new TeacherResult(
                        model.parameterCount(), trained, epochs, fit.training().plannedEpochs(), tested(fit, model)));
    }

    /** A teacher that is there already, on the test images. */
    public TeacherResult bring(String name, Network teacher, Path file) {
        watcher.next();
        return checkpoints.part(name, TeacherResult.class).orElseGet(() -> {
            TeacherResult result = new TeacherResult(
                    teacher.parameterCount(), 0, List.of(), Optional.empty(), test(teacher, name, file));
            checkpoints.keep(name, result);
            return result;
        });
    }

    /** A part of the job that was done before it was stopped, with its model from the file. */
    private <R> Optional<Trained<R>> doneBefore(String name, Class<R> type) {
        return models.folder() == null
                ? Optional.empty()
                : checkpoints.part(name, type).map(result -> {
                    Path file = models.file(name);
                    return new Trained<>(Sequential.load(backend, file).model(), file, result);
                });
    }

    /** Trains a fresh model and finds out about it; the model is closed if that fails. */
    private <R> Trained<R> train(Fit fit, Set<Integer> omitted, BiFunction<Sequential, List<Epoch>, R> findOut) {
        Sequential model = fit.create(backend);
        try {
            Fit.Listener listener = models.saving(fit, omitted, watcher);
            R result = fit.run(model, listener, checkpoints, fit.name(), epochs -> findOut.apply(model, epochs));
            // What goes on needs the model's file.
            Path file = models.saved(fit.name());
            if (file != null) {
                checkpoints.keep(fit.name(), result);
            }
            return new Trained<>(model, file, result);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * What a teacher says of all training images.
     *
     * @param temperature T of the soft labels, which are the softmax of the logits at it
     */
    public record Taught(Logits logits, float temperature, double seconds) {}

    /**
     * Step 3: the logits that a teacher which was just trained gives all training images, dropout off.
     *
     * @throws DivergedException if one is no finite number
     */
    public Taught teach(String name, Trained<TeacherResult> teacher) {
        try {
            return taught(name, teacher.model());
        } catch (NotFiniteException e) {
            float rate = recipe.teacher().descent().rate();
            throw DivergedException.logits("teacher", e.getMessage(), rate);
        }
    }

    /**
     * The same of a teacher from a file.
     *
     * @throws BadDataException if a logit is no finite number
     */
    public Taught teach(String name, Network teacher, Path file) {
        try {
            return taught(name, teacher);
        } catch (NotFiniteException e) {
            throw new BadDataException(file.toString(), e.getMessage());
        }
    }

    private Taught taught(String name, Network teacher) {
        watcher.next();
        return new Teaching(data, device, recipe.temperature(), checkpoints, watcher).of(name, teacher);
    }

    /**
     * Steps 4 to 6 for one student, the classes that it omits left out.
     *
     * @param taught what a student that distils learns from; for others it gives the share of predictions to match when
     *     biases are corrected
     * @throws IllegalArgumentException if it is missing for a student that distils
     */
    public Trained<StudentResult> trainStudent(Student student, Optional<Taught> taught) {
        return trainStudent(student, taught, () -> {
            throw new IllegalArgumentException(
                    "student " + student.name() + ": to label what it is shown needs a teacher");
        });
    }

    /**
     * The same with a teacher at hand.
     *
     * @param teacher opens the model that taught, for a student whose views it labels; it is closed again
     */
    public Trained<StudentResult> trainStudent(
            Student student, Optional<Taught> taught, Supplier<ViewTeacher> teacher) {
        if (student.method().distils() && taught.isEmpty()) {
            throw new IllegalArgumentException(
                    "student " + student.name() + ": " + student.method().id() + " needs a teacher");
        }
        if (!student.isTaughtViews()) {
            return trainStudent(student, taught, Optional.empty());
        }
        try (ViewTeacher opened = teacher.get()) {
            return trainStudent(student, taught, Optional.of(opened));
        }
    }

    private Trained<StudentResult> trainStudent(
            Student student, Optional<Taught> taught, Optional<ViewTeacher> teacher) {
        Method method = student.method();
        Examples examples = method.examples(
                        data.train(), taught.map(Taught::logits).orElse(null))
                .on(device)
                .without(student.omitted());
        Fit fit = student.fit(student.name(), examples, recipe.seed(student)).taughtBy(teacher);
        Optional<StudentResult.CrossValidation> folds = student.folds() == 0
                ? Optional.empty()
                : Optional.of(new CrossValidation(backend, student, fit, checkpoints, watcher).run());
        watcher.next();
        return doneBefore(student.name(), StudentResult.class)
                .orElseGet(() -> train(
                        fit, student.omitted(), (model, epochs) -> result(student, fit, folds, taught, model, epochs)));
    }

    private StudentResult result(
            Student student,
            Fit fit,
            Optional<StudentResult.CrossValidation> folds,
            Optional<Taught> taught,
            Sequential model,
            List<Epoch> epochs) {
        Logits logits = fit.logits(model, test, done -> watcher.check());
        List<StudentResult.Correction> corrections = student.omitted().isEmpty()
                ? List.of()
                : new Corrections(data, recipe, student, fit, watcher).of(model, logits, taught.map(Taught::logits));
        return new StudentResult(
                student.name(),
                student.method(),
                student.alpha(),
                student.omitted(),
                student.temperature(),
                model.parameterCount(),
                fit.images(),
                folds,
                epochs,
                fit.training().plannedEpochs(),
                evaluated(logits),
                corrections);
    }

    /** A model that was just trained, on the test images. */
    private Evaluation tested(Fit fit, Sequential model) {
        watcher.stepStarts(testOf(fit.name()), test.size());
        Logits logits = fit.logits(model, test, watcher::stepProgress);
        watcher.stepEnds();
        return evaluated(logits);
    }

    private static String testOf(String name) {
        return "test of " + name;
    }

    /**
     * Any model on the test images.
     *
     * @param name for people
     * @param file that it is from
     * @throws BadDataException if it gives a logit that is no finite number
     */
    public Evaluation test(Network model, String name, Path file) {
        watcher.stepStarts(testOf(name), test.size());
        try {
            Logits logits = Inference.logits(model, test, watcher::stepProgress);
            watcher.stepEnds();
            return evaluated(logits);
        } catch (NotFiniteException e) {
            throw new BadDataException(file.toString(), e.getMessage());
        }
    }

    private Evaluation evaluated(Logits ofTest) {
        return Evaluation.of(ofTest, test, recipe.ownTemperature());
    }

    /** Saves a model with the recipe, data set and seed that it comes from. */
    public void save(Sequential model, Path file) {
        model.save(file, models.origin());
    }
}
