package retort.driver.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.driver.config.ExperimentFile;
import retort.driver.job.Bias;
import retort.driver.job.BiasCorrection.Kind;
import retort.driver.job.Epoch;
import retort.driver.job.Evaluation;
import retort.driver.job.LatencyTest;
import retort.driver.job.Method;
import retort.driver.job.StudentResult;
import retort.driver.job.StudentResult.Corrected;
import retort.driver.job.StudentResult.Correction;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ErrorSet;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;

class ReportBuilderTest {
    private static final Evaluation TEST =
            new Evaluation(new int[][] {{3, 1}, {0, 4}}, 0.5, 0.1, List.of(), List.of(), ErrorSet.of(8, i -> i == 3));

    private final ReportBuilder builder = new ReportBuilder();

    @Test
    void aDistilledStudentIsToldWithItsMethodAndCorrections() {
        builder.student(student(
                Method.SOFT_AND_HARD, Set.of(0), List.of(found(Kind.ORACLE, 2.0), found(Kind.PRIOR_MATCH, 1.5))));
        Report.Student student = build().students().getFirst();
        assertEquals("soft-and-hard", student.method());
        assertEquals(0.1f, student.alpha());
        assertEquals(
                List.of("oracle 2.0 [0]", "prior-match 1.5 [0]"),
                student.biasCorrection().stream()
                        .map(corrected -> corrected.method() + " " + corrected.bias() + " " + corrected.classes())
                        .toList());
        assertEquals(List.of(new Report.Point(5, 1.5, 0.5), new Report.Point(10, 0.5, 0.75)), student.history());
        assertEquals(3, student.seconds());
        assertEquals(8, student.test().images());
        assertEquals(1, student.test().errors());
    }

    @Test
    void aBiasThatIsNotDefinedIsNullInTheReportAndADashInTheTables() {
        Correction none = new Correction(Kind.PRIOR_MATCH, Optional.empty(), Optional.of("because"));
        builder.student(student(Method.SOFT_TARGETS, Set.of(1), List.of(found(Kind.ORACLE, 2.0), none)));
        Report report = build();
        JsonObject json = JsonParser.parseString(ReportFile.json(report)).getAsJsonObject();
        JsonObject prior = json.getAsJsonArray("students")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("biasCorrection")
                .get(1)
                .getAsJsonObject();
        assertEquals(
                "{\"method\":\"prior-match\",\"classes\":[1],\"bias\":null,\"undefined\":\"because\"}",
                prior.toString());
        assertTrue(Summary.of(report).contains("  student, prior-match: because\n"), Summary.of(report));
        List<String> rows = Tables.corrections(report).csv().lines().toList();
        assertEquals("student,prior-match,-,-,-,none", rows.getLast());
        assertTrue(Tables.students(report).csv().contains("student,soft,1,100,1,1.0,-"), rows.toString());
        assertTrue(Summary.headline(report).contains("gets all of them right (4 of 4)"), Summary.headline(report));
    }

    @Test
    void theRecallOfAClassWithoutImagesIsNullInTheReportAndADashInTheTables() {
        Evaluation none = new Evaluation(
                new int[][] {{3, 0}, {0, 0}}, 0.5, 0.1, List.of(), List.of(), ErrorSet.of(3, i -> false));
        builder.student(student(Method.SOFT_TARGETS, Set.of(1), List.of(), none));
        Report report = build();
        assertTrue(ReportFile.json(report).replaceAll("\\s", "").contains("\"recall\":[1.0,null]"));
        assertTrue(Tables.students(report).csv().contains("student,soft,1,100,0,-,\n"));
        String summary = Summary.of(report);
        assertTrue(summary.contains("   1      -      -\n"), summary);
        assertEquals("The student names 3 of 3 test images right (100.00 %).\n", Summary.headline(report));
    }

    @Test
    void aSpeedOverNoTimeIsNone() {
        builder.measured(timing(Engine.CPU_SIMD, "teacher", 32, 300));
        builder.measured(timing(Engine.CPU_SIMD, "student", 32, 0));
        Report report = build();
        assertNull(report.latency().getLast().imagesPerSecond());
        assertEquals(List.of(), report.latencyRatio());
        assertTrue(
                Tables.latency(report).csv().contains(",-,"),
                Tables.latency(report).csv());
    }

    @Test
    void whatAStudentDoesNotHaveIsLeftOut() {
        builder.student(student(Method.HARD_LABELS, Set.of(), List.of()));
        Report.Student student = build().students().getFirst();
        assertNull(student.method());
        assertNull(student.alpha());
        assertNull(student.biasCorrection());
        assertNull(student.crossValidation());
        assertNull(student.epochs().get(0).validationLoss());
        assertEquals(0.25, student.epochs().get(1).validationLoss());
    }

    @Test
    void mediansAreComparedAtTheSameEngineAndBatch() {
        builder.measured(timing(Engine.CPU_SIMD, "teacher", 32, 300));
        builder.measured(timing(Engine.CPU_SIMD, "student", 1, 20));
        builder.measured(timing(Engine.CPU_SCALAR, "student", 32, 60));
        builder.measured(timing(Engine.CPU_SIMD, "student", 32, 100));
        assertEquals(List.of(new Report.LatencyRatio("cpu-simd", 32, 3, "student")), build().latencyRatio());
    }

    /** Of eight images one has a wrong one less: no test can show that. */
    @Test
    void aCorrectionIsCalledBetterOnlyWhereATestShowsIt() {
        Evaluation corrected = new Evaluation(
                new int[][] {{4, 0}, {0, 4}}, 0.5, 0.1, List.of(), List.of(), ErrorSet.of(8, i -> false));
        Correction prior = new Correction(
                Kind.PRIOR_MATCH, Optional.of(new Corrected(new Bias(List.of(1.0, 0.0)), corrected)), Optional.empty());
        builder.student(student(Method.SOFT_TARGETS, Set.of(0), List.of(found(Kind.ORACLE, 2), prior)));
        Contest.Verdict only = Contests.of(build()).getFirst();
        assertEquals(1, Contests.of(build()).size());
        assertEquals("student, prior-match", only.contest().first());
        assertEquals("student", only.contest().second());
        assertEquals(1, only.adjusted());
        String summary = Summary.of(build());
        assertTrue(summary.contains("  -1 errors (95 %: -3 to +0), p 1.0: not shown to differ\n"), summary);
    }

    private static Correction found(Kind kind, double bias) {
        return new Correction(kind, Optional.of(new Corrected(new Bias(List.of(bias, 0.0)), TEST)), Optional.empty());
    }

    private Report build() {
        Report.Environment environment = SampleReport.run().environment();
        return builder.build("run", ExperimentFile.recipe("notebook").recipe(), false, environment);
    }

    private static LatencyTest.Timing timing(Engine engine, String model, int batch, double micros) {
        return new LatencyTest.Timing(engine, model, 8, ElementType.FLOAT32, batch, 5, micros, micros, micros, micros);
    }

    private static StudentResult student(Method method, Set<Integer> omitted, List<Correction> corrections) {
        return student(method, omitted, corrections, TEST);
    }

    private static StudentResult student(
            Method method, Set<Integer> omitted, List<Correction> corrections, Evaluation test) {
        Epoch.Score score = new Epoch.Score(0.25, 0.9);
        List<Epoch> epochs = List.of(
                new Epoch(1, score, List.of(new Epoch.Point(5, 1.5, 0.5)), Optional.empty(), 1, 0),
                new Epoch(2, score, List.of(new Epoch.Point(10, 0.5, 0.75)), Optional.of(score), 2, 0));
        return new StudentResult(
                "student",
                method,
                method.alpha(),
                omitted,
                2,
                100,
                8,
                Optional.empty(),
                epochs,
                Optional.empty(),
                test,
                corrections);
    }
}
