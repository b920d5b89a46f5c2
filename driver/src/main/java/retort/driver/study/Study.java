package retort.driver.study;

import com.google.gson.annotations.JsonAdapter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import retort.driver.cli.Json;
import retort.driver.data.ImageSet;
import retort.driver.job.BiasCorrection.Kind;
import retort.driver.job.Evaluation;
import retort.driver.job.Logits;
import retort.driver.job.StudentResult;
import retort.driver.json.HoldsNulls;
import retort.driver.json.MayBeMissing;
import retort.driver.report.Report;
import retort.driver.statistics.ErrorSet;

/**
 * What a study has found out so far, as {@code study.json} holds it: components are its keys, in order. Keys are stable
 * within a schema version; more may be added.
 *
 * @param study its name: hinton2015 or sweep
 * @param share which of its students this is about; null where that was not kept
 * @param experiments rows of the table of hinton2015, made from teachers and cells
 */
public record Study(
        int schemaVersion,
        String study,
        Settings settings,
        Report.Environment environment,
        @MayBeMissing Share share,
        List<Experiment> experiments,
        List<TeacherResult> teachers,
        List<CellResult> cells) {

    public static final int SCHEMA_VERSION = 1;

    /**
     * What all results of a study have in common; studies that differ in it don't fit together.
     *
     * @param teacher how teachers were trained, or the digest of the one that was given
     * @param corrections ways to correct that were asked for, as users write them; null in studies of before that was
     *     kept
     * @param data checksums of what was trained and tested on
     * @param digest of all settings that trainings depend on, beside those of a cell
     */
    public record Settings(
            String recipe,
            String backend,
            String dataset,
            int trainImages,
            String teacher,
            String student,
            @MayBeMissing String corrections,
            @MayBeMissing String data,
            @MayBeMissing String digest) {

        /**
         * What is different here, or empty: {@code "was made with backend opencl, expected cpu-simd"}. Where one does
         * not say its corrections, the digest still tells whether they differ.
         */
        Optional<String> difference(Settings expected) {
            boolean bothCorrections = corrections != null && expected.corrections != null;
            return Arrays.stream(Settings.class.getRecordComponents())
                    .filter(component -> bothCorrections || !component.getName().equals("corrections"))
                    .filter(component -> !Objects.equals(value(component), expected.value(component)))
                    .map(component -> "was made with " + component.getName() + " "
                            + Objects.requireNonNullElse(value(component), "of no name") + ", expected "
                            + expected.value(component))
                    .findFirst();
        }

        private Object value(RecordComponent component) {
            try {
                return component.getAccessor().invoke(this);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * A row of a table, over the seeds.
     *
     * @param paperErrors of Hinton, Vinyals and Dean 2015; null where the paper has none
     * @param errors on the test images, one for each seed, as the rest
     * @param sd standard deviation of a sample; null for one seed
     * @param recallOmitted share of the test images of omitted classes that were named right; null where there are none
     * @param bias added to the logits of the omitted classes
     */
    public record Experiment(
            String id,
            @MayBeMissing Double paperErrors,
            List<Long> seeds,
            List<Integer> errors,
            double mean,

            @MayBeMissing @JsonAdapter(value = Json.WithNull.class, nullSafe = false)
            Double sd,

            @MayBeMissing List<Double> recallOmitted,
            @MayBeMissing List<Double> bias,
            List<Double> seconds) {}

    /**
     * A model on the test images.
     *
     * @param recall of each class; null without images of it
     * @param recallOmitted over the images of omitted classes; null where none is omitted, or there are none
     * @param negativeLogLikelihood of the true labels at T = 1, and the calibration error likewise
     * @param wrong which of the images were named wrong; null in studies of before that was kept
     */
    public record Measured(
            int errors,
            double accuracy,
            @HoldsNulls List<Double> recall,
            @MayBeMissing Double recallOmitted,
            double negativeLogLikelihood,
            double calibrationError,
            @MayBeMissing ErrorSet wrong) {
        static Measured of(Evaluation test, Collection<Integer> omitted) {
            return new Measured(
                    test.errors(),
                    test.accuracy(),
                    Arrays.asList(test.recall()),
                    omitted.isEmpty() ? null : test.recall(omitted),
                    test.negativeLogLikelihood(),
                    test.calibrationError(),
                    test.wrong());
        }
    }

    /**
     * The same after the logits of the omitted classes were raised.
     *
     * @param bias by how much over the others, in the mean
     */
    public record Corrected(double bias, Measured test) {
        static Corrected of(StudentResult.Corrected corrected, Collection<Integer> omitted) {
            return new Corrected(corrected.bias().raise(Set.copyOf(omitted)), Measured.of(corrected.test(), omitted));
        }
    }

    /**
     * A teacher.
     *
     * @param softLabels mean soft label of the training images of each class
     * @param digest SHA-256 of the file that it was saved to; null for one that was given or could not be saved
     */
    public record TeacherResult(
            long seed,
            double seconds,
            Measured test,
            List<SoftLabels> softLabels,
            @MayBeMissing String digest) {
        TeacherResult untimed() {
            return new TeacherResult(seed, 0, test, softLabels, digest);
        }

        /** Whether it says the same of the training images, and its file, where both have one, is the same. */
        boolean isAs(TeacherResult other) {
            return softLabels.equals(other.softLabels)
                    && (digest == null || other.digest == null || digest.equals(other.digest));
        }
    }

    /**
     * At one temperature: a row for each true class, with the mean probability that the teacher gives each class; null
     * for a class without training images.
     */
    public record SoftLabels(float temperature, @HoldsNulls List<List<Double>> mean) {
        /** @param teacher its logits of these images */
        static SoftLabels of(Logits teacher, ImageSet images, float temperature) {
            double[][] mean = teacher.meanProbabilities(images, temperature);
            return new SoftLabels(
                    temperature,
                    Arrays.stream(mean)
                            .map(row -> row == null
                                    ? null
                                    : Arrays.stream(row).boxed().toList())
                            .toList());
        }
    }

    /**
     * A student.
     *
     * @param oracle corrected with the bias of fewest test errors; null where no class is omitted or no bias is
     *     defined, as is priorMatch
     * @param priorMatch corrected with the bias at which the mean probability of the omitted classes is the share that
     *     the teacher's predictions give them
     * @param corrections ways beside these that were asked for, in order; null for none
     */
    public record CellResult(
            String id,
            String method,
            float temperature,
            float alpha,
            int width,
            List<Integer> omitted,
            long seed,
            int trainImages,
            int epochs,
            long parameters,
            double seconds,
            Measured test,
            @MayBeMissing Corrected oracle,
            @MayBeMissing Corrected priorMatch,
            @MayBeMissing List<Correction> corrections) {

        static CellResult of(Cell cell, StudentResult student) {
            List<Correction> others = student.corrections().stream()
                    .filter(found -> found.kind() != Kind.ORACLE && found.kind() != Kind.PRIOR_MATCH)
                    .map(found -> Correction.of(found, cell.omitted()))
                    .toList();
            return new CellResult(
                    cell.id(),
                    cell.method().id(),
                    cell.temperature(),
                    cell.alpha(),
                    cell.width(),
                    List.copyOf(cell.omitted()),
                    cell.seed(),
                    student.trainImages(),
                    student.epochs().size(),
                    student.parameters(),
                    student.seconds(),
                    Measured.of(student.test(), cell.omitted()),
                    corrected(student, Kind.ORACLE),
                    corrected(student, Kind.PRIOR_MATCH),
                    others.isEmpty() ? null : others);
        }

        private static Corrected corrected(StudentResult student, Kind by) {
            return student.corrected(by)
                    .map(found -> Corrected.of(found, student.omitted()))
                    .orElse(null);
        }

        /** Ways to find a bias beside the two. */
        List<Correction> others() {
            return corrections == null ? List.of() : corrections;
        }

        CellResult untimed() {
            return new CellResult(
                    id,
                    method,
                    temperature,
                    alpha,
                    width,
                    omitted,
                    seed,
                    trainImages,
                    epochs,
                    parameters,
                    0,
                    test,
                    oracle,
                    priorMatch,
                    corrections);
        }
    }

    /** A study that has found out nothing yet. */
    public static Study begun(String study, Settings settings, Report.Environment environment) {
        return new Study(SCHEMA_VERSION, study, settings, environment, null, List.of(), List.of(), List.of());
    }

    public Optional<TeacherResult> teacher(long seed) {
        return teachers.stream().filter(teacher -> teacher.seed() == seed).findFirst();
    }

    public Optional<CellResult> cell(Cell cell) {
        return cell(cell.id());
    }

    Optional<CellResult> cell(String id) {
        return cells.stream().filter(result -> result.id().equals(id)).findFirst();
    }

    /** How many classes its models tell apart. */
    int classes() {
        return Stream.concat(
                        teachers.stream().map(TeacherResult::test),
                        cells.stream().map(CellResult::test))
                .map(test -> test.recall().size())
                .findFirst()
                .orElse(ImageSet.CLASSES);
    }

    /** With a teacher, in place of what is known of that of its seed. */
    Study with(TeacherResult teacher) {
        List<TeacherResult> more = new ArrayList<>(teachers);
        if (teacher(teacher.seed()).isEmpty()) {
            more.add(teacher);
        }
        more.replaceAll(each -> each.seed() == teacher.seed() ? teacher : each);
        return with(more, cells);
    }

    Study with(CellResult cell) {
        List<CellResult> more = new ArrayList<>(cells);
        more.add(cell);
        return with(teachers, more);
    }

    /** The same study with other results. */
    Study with(List<TeacherResult> otherTeachers, List<CellResult> otherCells) {
        return new Study(schemaVersion, study, settings, environment, share, experiments, otherTeachers, otherCells);
    }

    public Study withExperiments(List<Experiment> rows) {
        return new Study(schemaVersion, study, settings, environment, share, rows, teachers, cells);
    }

    public Study withShare(Share some) {
        return new Study(schemaVersion, study, settings, environment, some, experiments, teachers, cells);
    }
}
