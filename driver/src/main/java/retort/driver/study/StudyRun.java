package retort.driver.study;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.BiasCorrection;
import retort.driver.job.Evaluation;
import retort.driver.job.Examples;
import retort.driver.job.Fit;
import retort.driver.job.Inference;
import retort.driver.job.Job;
import retort.driver.job.Logits;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Training;
import retort.driver.report.Report;
import retort.kernels.Backend;
import retort.nn.Initializer;
import retort.nn.Sequential;

/**
 * Does the cells of a study that are not done yet, one after the other. Each result is handed over as soon as it is there,
 * so that a study can be stopped at any time and continued.
 */
public final class StudyRun {
    private final Backend backend;
    private final Dataset data;
    private final Recipe recipe;
    private final Path folder;
    private final Path givenTeacher;
    private final Job.Watcher watcher;
    private final Examples test;

    /**
     * @param folder that teachers are saved to
     * @param givenTeacher a model of these images and classes to use for every seed, or null to train one for each
     */
    public StudyRun(Backend backend, Dataset data, Recipe recipe, Path folder, Path givenTeacher, Job.Watcher watcher) {
        this.backend = backend;
        this.data = data;
        this.recipe = recipe;
        this.folder = folder;
        this.givenTeacher = givenTeacher;
        this.watcher = watcher;
        this.test = Examples.labelled(data.test());
    }

    /**
     * Does what {@code study} lacks.
     *
     * @param cells in groups of one seed, so that a teacher is needed once
     * @param keep gets the study after each result
     * @return the study with everything
     */
    public Study complete(Study study, List<Cell> cells, Consumer<Study> keep) {
        Study known = study;
        Logits taught = null;
        long taughtSeed = 0;
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (known.cell(cell).isPresent()) {
                continue;
            }
            if (taught == null || taughtSeed != cell.seed()) {
                Teaching teaching = teacher(known, cell.seed());
                if (known.teacher(cell.seed()).isEmpty()) {
                    known = known.with(teaching.result());
                    keep.accept(known);
                }
                taught = teaching.logits();
                taughtSeed = cell.seed();
            }
            String title = String.format(Locale.ROOT, "%d of %d, %s", i + 1, cells.size(), cell.id());
            known = known.with(student(cell, taught, title));
            keep.accept(known);
        }
        return known;
    }

    /** A teacher's logits of the training images, and what is to be kept of it. */
    private record Teaching(Logits logits, Study.TeacherResult result) {}

    /** The teacher of a seed: given, trained before, or trained now. */
    private Teaching teacher(Study known, long seed) {
        Path file = givenTeacher != null ? givenTeacher : folder.resolve("teacher-seed" + seed + ".safetensors");
        boolean trained = givenTeacher != null || known.teacher(seed).isPresent();
        double seconds = 0;
        if (!trained) {
            Examples all = Examples.labelled(data.train());
            Fit fit = new Fit(
                    "teacher, seed " + seed,
                    all.range(0, recipe.trainedImages(all.size())),
                    null,
                    recipe.teacher(),
                    Method.HARD_LABELS.loss(recipe.ownTemperature(), 1),
                    recipe.ownTemperature(),
                    seed);
            long start = System.nanoTime();
            try (Sequential model = fitted(fit, fit.name())) {
                model.save(file, Map.of("recipe", recipe.name(), "seed", Long.toString(seed), "dataset", data.name()));
            }
            seconds = (System.nanoTime() - start) / 1e9;
        }
        try (Sequential model = Sequential.load(backend, file).model()) {
            Examples training = Examples.labelled(data.train());
            watcher.stepStarts("soft labels, seed " + seed, training.size());
            Logits logits = Inference.logits(model, training, watcher::stepProgress);
            watcher.stepEnds();
            Optional<Study.TeacherResult> before = known.teacher(seed);
            return new Teaching(logits, before.isPresent() ? before.get() : result(seed, seconds, model, logits));
        }
    }

    private Study.TeacherResult result(long seed, double seconds, Sequential model, Logits taught) {
        Study.Measured measured = measured(Inference.logits(model, test, done -> {}), Set.of());
        List<Study.SoftLabels> softLabels = List.of(softLabels(taught, 1), softLabels(taught, recipe.temperature()));
        return new Study.TeacherResult(seed, seconds, measured, softLabels);
    }

    private Study.SoftLabels softLabels(Logits logits, float temperature) {
        double[][] sums = new double[ImageSet.CLASSES][ImageSet.CLASSES];
        int[] images = new int[ImageSet.CLASSES];
        for (int i = 0; i < logits.rows(); i++) {
            int label = data.train().label(i);
            images[label]++;
            double[] p = logits.probabilities(i, temperature);
            for (int c = 0; c < ImageSet.CLASSES; c++) {
                sums[label][c] += p[c];
            }
        }
        List<List<Double>> mean = IntStream.range(0, ImageSet.CLASSES)
                .mapToObj(label -> Arrays.stream(sums[label])
                        .mapToObj(sum -> images[label] == 0 ? 0 : sum / images[label])
                        .toList())
                .toList();
        return new Study.SoftLabels(temperature, mean);
    }

    private Study.CellResult student(Cell cell, Logits taught, String title) {
        Examples examples = cell.method().examples(data.train(), taught).without(cell.omitted());
        Training training = recipe.student().withArchitecture(Recipe.student(cell.width()));
        Fit fit = new Fit(
                cell.id(),
                examples,
                null,
                training,
                cell.method().loss(cell.temperature(), cell.alpha()),
                recipe.ownTemperature(),
                recipe.withSeed(cell.seed()).studentSeed());
        long start = System.nanoTime();
        try (Sequential model = fitted(fit, title)) {
            double seconds = (System.nanoTime() - start) / 1e9;
            Logits logits = Inference.logits(model, test, done -> {});
            Set<Integer> omitted = cell.omitted();
            boolean whole = omitted.isEmpty();
            return new Study.CellResult(
                    cell.id(),
                    cell.method().id(),
                    cell.temperature(),
                    cell.alpha(),
                    cell.width(),
                    List.copyOf(omitted),
                    cell.seed(),
                    examples.size(),
                    training.epochs(),
                    model.parameterCount(),
                    seconds,
                    measured(logits, omitted),
                    whole ? null : corrected(logits, omitted, BiasCorrection.oracle(logits, test, omitted)),
                    whole
                            ? null
                            : corrected(
                                    logits,
                                    omitted,
                                    BiasCorrection.priorMatch(
                                            logits, omitted, recipe.ownTemperature(), taught.share(omitted))));
        }
    }

    private Study.Corrected corrected(Logits logits, Set<Integer> omitted, double bias) {
        return new Study.Corrected(bias, measured(logits.biased(omitted, bias), omitted));
    }

    private Study.Measured measured(Logits logits, Set<Integer> omitted) {
        Report.Test result = Evaluation.test(logits, test);
        return new Study.Measured(
                result.errors(),
                result.accuracy(),
                Arrays.stream(result.recall()).boxed().toList(),
                omitted.isEmpty() ? null : result.recall(omitted),
                logits.negativeLogLikelihood(test, recipe.ownTemperature()),
                logits.calibrationError(test, recipe.ownTemperature()));
    }

    /** A new model, trained; the user sees the whole training as one step. */
    private Sequential fitted(Fit fit, String title) {
        Training training = fit.training();
        Sequential model = Sequential.create(backend, training.architecture(), Initializer.GLOROT_UNIFORM, fit.seed());
        try {
            watcher.stepStarts(title, (int) Math.min((long) training.epochs() * fit.images(), Integer.MAX_VALUE));
            fit.run(model, new WholeTraining());
            watcher.stepEnds();
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Tells of a training as of one step. */
    private final class WholeTraining implements Fit.Listener {
        private int before;

        @Override
        public void epochStarts(Fit fit, int epoch) {
            before = (epoch - 1) * fit.images();
        }

        @Override
        public void progress(int done, double loss, double accuracy) {
            watcher.stepProgress(before + done);
        }

        @Override
        public void epochEnds(Sequential model, Report.Epoch epoch) {
            // Told of at the end of the step.
        }
    }
}
