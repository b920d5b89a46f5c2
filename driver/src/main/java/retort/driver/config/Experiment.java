package retort.driver.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import retort.driver.data.Dataset;
import retort.driver.data.Form;
import retort.driver.data.ImageMemory;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.kernels.Engine;

/**
 * Everything that one run of the job is made of, as a TOML file says it; see {@link ExperimentFile}.
 *
 * @param teacher a model's file; without one the recipe's teacher is trained, and with one it only says what students
 *     have in common
 * @param quick what {@code --quick} makes of it, where it says so
 */
public record Experiment(
        Recipe recipe, Optional<Path> teacher, Data data, Latency latency, Engines engines, Optional<Quick> quick) {

    /**
     * What is trained and tested on.
     *
     * @param folder of the data set, or a file that holds it; without one it is the MNIST inside
     * @param trainImages how many of the training images, the first ones; all, if it is not there
     * @param form what its files don't say
     */
    public record Data(Optional<Path> folder, Optional<Integer> trainImages, Form form) {
        /** Of files that say all. */
        public Data(Optional<Path> folder, Optional<Integer> trainImages) {
            this(folder, trainImages, Form.PLAIN);
        }

        /** The same with other limits of memory. */
        public Data with(ImageMemory memory) {
            return new Data(folder, trainImages, form.with(memory));
        }

        /** A set with what is used of its training images; see {@link Dataset#atMost}. */
        public Dataset trained(Dataset all, long seed) {
            return all.atMost(trainImages.orElse(Integer.MAX_VALUE), seed);
        }
    }

    /**
     * How predictions are timed.
     *
     * @param batches sizes; {@link #WHOLE_TEST_SET} for all test images at once
     * @param calls timed at batch 1; larger batches get fewer
     * @param seconds that a model may take at one batch size
     */
    public record Latency(List<Integer> batches, int calls, double seconds) {
        public static final int WHOLE_TEST_SET = 0;

        public Latency {
            batches = List.copyOf(batches);
        }
    }

    /**
     * What it runs on, as far as it says so.
     *
     * @param backends the first trains, all are timed; empty for the command's own choice
     */
    public record Engines(List<Engine> backends, Optional<String> device, Optional<Integer> threads) {
        /** The command's own choice. */
        public static final Engines ANY = new Engines(List.of(), Optional.empty(), Optional.empty());

        public Engines {
            backends = List.copyOf(backends);
        }
    }

    /**
     * A run for a look; what is not there stays as it is.
     *
     * @param students names of those that are trained; empty for all
     */
    public record Quick(
            Optional<Integer> trainImages,
            Optional<Integer> teacherEpochs,
            Optional<Integer> studentEpochs,
            List<String> students,
            Optional<Integer> latencyCalls,
            Optional<Double> latencySeconds) {
        public Quick {
            students = List.copyOf(students);
        }
    }

    /**
     * The run for a look.
     *
     * @throws java.util.NoSuchElementException if it does not say what that is
     */
    public Experiment forALook() {
        Quick less = quick.orElseThrow();
        Recipe changed = less.teacherEpochs()
                .map(epochs -> recipe.withTeacher(recipe.teacher().withEpochs(epochs)))
                .orElse(recipe);
        List<Student> students = recipe.students().stream()
                .filter(student -> less.students().isEmpty() || less.students().contains(student.name()))
                .map(student -> student.withTraining(student.training()
                        .withEpochs(
                                less.studentEpochs().orElse(student.training().epochs()))))
                .toList();
        return new Experiment(
                changed.withStudents(students),
                teacher,
                new Data(data.folder(), less.trainImages().or(data::trainImages), data.form()),
                new Latency(
                        latency.batches(),
                        less.latencyCalls().orElse(latency.calls()),
                        less.latencySeconds().orElse(latency.seconds())),
                engines,
                Optional.empty());
    }

    public Experiment withRecipe(Recipe other) {
        return new Experiment(other, teacher, data, latency, engines, quick);
    }

    public Experiment withData(Data other) {
        return new Experiment(recipe, teacher, other, latency, engines, quick);
    }

    public Experiment withEngines(Engines other) {
        return new Experiment(recipe, teacher, data, latency, other, quick);
    }
}
