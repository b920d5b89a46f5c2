package retort.driver.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import retort.driver.data.ClassNames;
import retort.driver.data.ImageSet;
import retort.driver.job.Bias;
import retort.driver.job.EarlyStopping;
import retort.driver.job.Epoch;
import retort.driver.job.Evaluation;
import retort.driver.job.Job;
import retort.driver.job.LatencyTest;
import retort.driver.job.Logits;
import retort.driver.job.Lookalikes;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.StudentResult;
import retort.driver.job.TeacherResult;
import retort.kernels.op.ElementType;

/** A report from the results that a command comes by; what never comes is left out. */
public final class ReportBuilder implements LatencyTest.Results {
    /** What a command reports on, where that is not its own recipe. */
    private record Origin(String recipe, Long seed) {}

    /** Whose soft labels are shown. */
    private static final int DIGITS = 6;

    private Origin origin;
    private String config;
    private String commandLine;
    private List<String> remarks = List.of();
    private List<String> classes;
    private Report.Teacher teacher;
    private Report.SoftLabels softLabels;
    private final List<Report.Student> students = new ArrayList<>();
    private Report.Evaluated evaluated;
    private Report.Profile profile;
    private final List<Report.Latency> latency = new ArrayList<>();
    private final List<Report.LatencySkipped> skipped = new ArrayList<>();
    private final List<Report.Stopped> stopped = new ArrayList<>();

    /** Recipe and seed that a model comes from, null where they are not known. */
    public void origin(String recipe, Long seed) {
        origin = new Origin(recipe, seed);
    }

    /** The TOML file that repeats the command; see {@code retort.driver.config}. */
    public void config(String text) {
        config = text;
    }

    /** What the classes are called. */
    public void classes(List<String> names) {
        classes = names.equals(ClassNames.numbers(names.size())) ? null : names;
    }

    /** The command as it was given. */
    public void commandLine(String text) {
        commandLine = text;
    }

    /** What a user should know of the data, a sentence each. */
    public void remarks(List<String> sentences) {
        remarks = sentences;
    }

    public void teacher(TeacherResult result) {
        stopped("teacher", result.plannedEpochs(), result.epochs());
        teacher = new Report.Teacher(
                result.parameters(),
                result.trainImages(),
                result.seconds(),
                defined(result.imagesPerSecond()),
                epochs(result.epochs()),
                history(result.epochs()),
                test(result.test()));
    }

    /** @param images that were taught, and {@code learners} those that learn from it */
    public void softLabels(Job.Taught taught, ImageSet images, List<Student> learners) {
        Logits logits = taught.logits();
        List<Float> temperatures = Stream.concat(
                        Stream.of(1f),
                        learners.stream()
                                .filter(learner -> learner.method().distils())
                                .map(Student::temperature))
                .distinct()
                .sorted()
                .toList();
        Set<Integer> omitted = learners.stream()
                .map(Student::omitted)
                .filter(classes -> !classes.isEmpty())
                .findFirst()
                .orElse(Set.of());
        List<Report.Digit> digits = Lookalikes.of(logits, images, omitted, temperatures.getLast(), DIGITS).stream()
                .map(image -> new Report.Digit(
                        image,
                        images.label(image),
                        temperatures.stream()
                                .map(temperature -> logits.probabilities(image, temperature))
                                .toList()))
                .toList();
        softLabels = new Report.SoftLabels(taught.temperature(), logits.rows(), taught.seconds(), temperatures, digits);
    }

    /** Where the time went. */
    public void profile(Report.Profile found) {
        profile = found;
    }

    public void student(StudentResult result) {
        boolean distilled = result.method().distils();
        stopped(result.name(), result.plannedEpochs(), result.epochs());
        students.add(new Report.Student(
                result.name(),
                result.method().labels(),
                distilled ? result.method().id() : null,
                distilled ? result.alpha() : null,
                result.omitted(),
                result.temperature(),
                result.parameters(),
                result.trainImages(),
                result.seconds(),
                result.teachingShare().orElse(null),
                result.crossValidation()
                        .map(folds -> new Report.CrossValidation(folds.agreement(), folds.mean(), folds.seconds()))
                        .orElse(null),
                epochs(result.epochs()),
                history(result.epochs()),
                test(result.test()),
                result.omitted().isEmpty() ? null : corrected(result),
                result.omitted().isEmpty() ? null : unseen(result)));
    }

    private static List<Report.Sample> unseen(StudentResult result) {
        return result.corrected().map(StudentResult.Corrected::test).orElse(result.test()).samples().stream()
                .filter(sample -> result.omitted().contains(sample.label()))
                .map(sample ->
                        new Report.Sample(sample.image(), sample.label(), sample.predicted(), sample.confidence()))
                .toList();
    }

    public void evaluated(String model, long parameters, ElementType weights, Evaluation evaluation) {
        evaluated = new Report.Evaluated(model, parameters, weights.id(), test(evaluation));
    }

    @Override
    public void measured(LatencyTest.Timing timing) {
        latency.add(new Report.Latency(
                timing.engine().id(),
                timing.model(),
                timing.batch(),
                timing.calls(),
                timing.medianMicros(),
                timing.p99Micros(),
                defined(timing.imagesPerSecond()),
                timing.parameters(),
                timing.p10Micros(),
                timing.p90Micros(),
                timing.weights().id()));
    }

    @Override
    public void skipped(LatencyTest.Skipped left) {
        skipped.add(new Report.LatencySkipped(left.engine().id(), left.model(), left.batch(), left.reason()));
    }

    public Report build(String command, Recipe recipe, boolean quick, Report.Environment environment) {
        Origin of = origin == null ? new Origin(recipe.name(), recipe.seed()) : origin;
        boolean timed = !latency.isEmpty() || !skipped.isEmpty();
        return new Report(
                Report.SCHEMA_VERSION,
                command,
                of.recipe(),
                of.seed(),
                quick,
                environment,
                config,
                commandLine,
                remarks.isEmpty() ? null : remarks,
                teacher,
                softLabels,
                students.isEmpty() ? null : students,
                evaluated,
                timed ? latency : null,
                timed ? ratios() : null,
                timed ? skipped : null,
                profile,
                classes,
                stopped.isEmpty() ? null : stopped);
    }

    private void stopped(String model, Optional<Integer> planned, List<Epoch> epochs) {
        planned.ifPresent(
                most -> stopped.add(new Report.Stopped(model, epochs.size(), most, EarlyStopping.best(epochs))));
    }

    private static List<Report.Epoch> epochs(List<Epoch> epochs) {
        return epochs.stream()
                .map(epoch -> new Report.Epoch(
                        epoch.number(),
                        epoch.training().loss(),
                        epoch.training().accuracy(),
                        epoch.validation().map(Epoch.Score::loss).orElse(null),
                        epoch.validation().map(Epoch.Score::accuracy).orElse(null),
                        epoch.seconds()))
                .toList();
    }

    private static List<Report.Point> history(List<Epoch> epochs) {
        return epochs.stream()
                .flatMap(epoch -> epoch.curve().stream())
                .map(point -> new Report.Point(point.step(), point.loss(), point.accuracy()))
                .toList();
    }

    private static Report.Test test(Evaluation evaluation) {
        return new Report.Test(
                evaluation.images(),
                evaluation.errors(),
                evaluation.accuracy(),
                evaluation.recall(),
                evaluation.confusion(),
                evaluation.negativeLogLikelihood(),
                evaluation.calibrationError(),
                evaluation.calibration().stream()
                        .map(bin -> new Report.Bin(bin.images(), bin.confidence(), bin.accuracy()))
                        .toList(),
                evaluation.wrong());
    }

    private static List<Report.BiasCorrected> corrected(StudentResult student) {
        return student.corrections().stream()
                .map(each -> corrected(each, student.omitted()))
                .toList();
    }

    private static Report.BiasCorrected corrected(StudentResult.Correction each, Set<Integer> omitted) {
        Optional<Bias> bias = each.corrected().map(StudentResult.Corrected::bias);
        return new Report.BiasCorrected(
                each.kind().id(),
                omitted,
                bias.map(found -> found.raise(omitted)).orElse(null),
                bias.map(Bias::ofClass).orElse(null),
                each.corrected().map(corrected -> test(corrected.test())).orElse(null),
                each.undefined().orElse(null));
    }

    /** Null for a quotient by 0: clocks of some machines are coarse. */
    private static Double defined(double quotient) {
        return Double.isFinite(quotient) ? quotient : null;
    }

    private List<Report.LatencyRatio> ratios() {
        List<Report.LatencyRatio> ratios = new ArrayList<>();
        for (Report.Latency ofTeacher : latency) {
            for (Report.Latency ofStudent : latency) {
                if (ofTeacher.model().equals("teacher")
                        && !ofStudent.model().equals("teacher")
                        && ofTeacher.backend().equals(ofStudent.backend())
                        && ofTeacher.batch() == ofStudent.batch()
                        && ofStudent.medianMicros() > 0) {
                    double ratio = ofTeacher.medianMicros() / ofStudent.medianMicros();
                    ratios.add(
                            new Report.LatencyRatio(ofTeacher.backend(), ofTeacher.batch(), ratio, ofStudent.model()));
                }
            }
        }
        return ratios;
    }
}
