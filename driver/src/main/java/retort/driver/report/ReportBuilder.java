package retort.driver.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import retort.driver.job.Epoch;
import retort.driver.job.Evaluation;
import retort.driver.job.Job;
import retort.driver.job.LatencyTest;
import retort.driver.job.Recipe;
import retort.driver.job.StudentResult;
import retort.driver.job.TeacherResult;

/** A report from the results that a command comes by; what never comes is left out. */
public final class ReportBuilder implements LatencyTest.Results {
    /** What a command reports on, where that is not its own recipe. */
    private record Origin(String recipe, Long seed) {}

    private Origin origin;
    private String config;
    private Report.Teacher teacher;
    private Report.SoftLabels softLabels;
    private final List<Report.Student> students = new ArrayList<>();
    private Report.Evaluated evaluated;
    private final List<Report.Latency> latency = new ArrayList<>();
    private final List<Report.LatencySkipped> skipped = new ArrayList<>();

    /** Recipe and seed that a model comes from, null where they are not known. */
    public void origin(String recipe, Long seed) {
        origin = new Origin(recipe, seed);
    }

    /** The TOML file that repeats the command; see {@code retort.driver.config}. */
    public void config(String text) {
        config = text;
    }

    public void teacher(TeacherResult result) {
        teacher = new Report.Teacher(
                result.parameters(),
                result.trainImages(),
                result.seconds(),
                result.imagesPerSecond(),
                epochs(result.epochs()),
                history(result.epochs()),
                test(result.test()));
    }

    public void softLabels(Job.Taught taught) {
        softLabels = new Report.SoftLabels(taught.temperature(), taught.logits().rows(), taught.seconds());
    }

    public void student(StudentResult result) {
        boolean distilled = result.method().distils();
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
                result.crossValidation()
                        .map(folds -> new Report.CrossValidation(folds.agreement(), folds.mean(), folds.seconds()))
                        .orElse(null),
                epochs(result.epochs()),
                history(result.epochs()),
                test(result.test()),
                result.corrections()
                        .map(found -> corrected(found, result.omitted()))
                        .orElse(null)));
    }

    public void evaluated(String model, long parameters, Evaluation evaluation) {
        evaluated = new Report.Evaluated(model, parameters, test(evaluation));
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
                timing.imagesPerSecond(),
                timing.parameters(),
                timing.p10Micros(),
                timing.p90Micros()));
    }

    @Override
    public void skipped(LatencyTest.Skipped left) {
        skipped.add(new Report.LatencySkipped(left.engine().id(), left.model(), left.batch(), left.reason()));
    }

    public Report build(String command, Recipe recipe, boolean quick, Report.Environment environment) {
        Origin of = origin == null ? new Origin(recipe.name(), recipe.seed()) : origin;
        boolean timed = !latency.isEmpty();
        return new Report(
                Report.SCHEMA_VERSION,
                command,
                of.recipe(),
                of.seed(),
                quick,
                environment,
                config,
                teacher,
                softLabels,
                students.isEmpty() ? null : students,
                evaluated,
                timed ? latency : null,
                timed ? ratios() : null,
                timed ? skipped : null);
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
                evaluation.confusion());
    }

    private static List<Report.BiasCorrected> corrected(StudentResult.Corrections found, Set<Integer> omitted) {
        List<Report.BiasCorrected> corrected = new ArrayList<>();
        found.oracle().ifPresent(oracle -> corrected.add(corrected(Report.ORACLE, omitted, oracle)));
        found.priorMatch().ifPresent(prior -> corrected.add(corrected(Report.PRIOR_MATCH, omitted, prior)));
        return corrected;
    }

    private static Report.BiasCorrected corrected(
            String method, Set<Integer> omitted, StudentResult.Corrected corrected) {
        return new Report.BiasCorrected(method, omitted, corrected.bias(), test(corrected.test()));
    }

    private List<Report.LatencyRatio> ratios() {
        List<Report.LatencyRatio> ratios = new ArrayList<>();
        for (Report.Latency ofTeacher : latency) {
            for (Report.Latency ofStudent : latency) {
                if (ofTeacher.model().equals("teacher")
                        && !ofStudent.model().equals("teacher")
                        && ofTeacher.backend().equals(ofStudent.backend())
                        && ofTeacher.batch() == ofStudent.batch()) {
                    double ratio = ofTeacher.medianMicros() / ofStudent.medianMicros();
                    ratios.add(
                            new Report.LatencyRatio(ofTeacher.backend(), ofTeacher.batch(), ratio, ofStudent.model()));
                }
            }
        }
        return ratios;
    }
}
