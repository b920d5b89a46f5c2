package retort.driver.command;

import java.util.ArrayList;
import java.util.List;
import retort.driver.job.LatencyTest;
import retort.driver.job.Recipe;
import retort.driver.report.Report;

/** The parts of a report as a command comes by them; what never comes is left out. */
final class ReportBuilder implements LatencyTest.Results {
    /** What a command reports on, where that is not its own recipe. */
    private record Origin(String recipe, Long seed) {}

    private Origin origin;
    private Report.Teacher teacher;
    private Report.SoftLabels softLabels;
    private final List<Report.Student> students = new ArrayList<>();
    private Report.Evaluated evaluated;
    private final List<Report.Latency> latency = new ArrayList<>();
    private final List<Report.LatencySkipped> skipped = new ArrayList<>();

    /** Recipe and seed that a model comes from, null where they are not known. */
    void origin(String recipe, Long seed) {
        origin = new Origin(recipe, seed);
    }

    void teacher(Report.Teacher part) {
        teacher = part;
    }

    void softLabels(Report.SoftLabels part) {
        softLabels = part;
    }

    void student(Report.Student part) {
        students.add(part);
    }

    void evaluated(Report.Evaluated part) {
        evaluated = part;
    }

    @Override
    public void measured(Report.Latency part) {
        latency.add(part);
    }

    @Override
    public void skipped(Report.LatencySkipped part) {
        skipped.add(part);
    }

    Report build(String command, Recipe recipe, boolean quick, Report.Environment environment) {
        Origin of = origin == null ? new Origin(recipe.name(), recipe.seed()) : origin;
        boolean timed = !latency.isEmpty();
        return new Report(
                Report.SCHEMA_VERSION,
                command,
                of.recipe(),
                of.seed(),
                quick,
                environment,
                teacher,
                softLabels,
                students.isEmpty() ? null : students,
                evaluated,
                timed ? latency : null,
                timed ? ratios() : null,
                timed ? skipped : null);
    }

    private List<Report.LatencyRatio> ratios() {
        List<Report.LatencyRatio> ratios = new ArrayList<>();
        for (Report.Latency ofTeacher : latency) {
            for (Report.Latency ofStudent : latency) {
                if (ofTeacher.model().equals("teacher")
                        && ofStudent.model().equals("student")
                        && ofTeacher.backend().equals(ofStudent.backend())
                        && ofTeacher.batch() == ofStudent.batch()) {
                    double ratio = ofTeacher.medianMicros() / ofStudent.medianMicros();
                    ratios.add(new Report.LatencyRatio(ofTeacher.backend(), ofTeacher.batch(), ratio));
                }
            }
        }
        return ratios;
    }
}
