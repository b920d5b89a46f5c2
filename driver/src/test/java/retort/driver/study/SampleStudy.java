package retort.driver.study;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import retort.driver.config.ExperimentFile;
import retort.driver.data.ImageSet;
import retort.driver.job.Method;
import retort.driver.report.Report;
import retort.driver.statistics.ErrorSet;

/** Results that nobody computed, for what reads and writes them. */
public final class SampleStudy {
    static final Study.Settings SETTINGS = new Study.Settings(
            "hinton2015",
            "cpu-simd",
            "MNIST",
            60_000,
            "80 epochs",
            "40 epochs",
            "oracle,prior-match",
            "CRC-32 1 and 2",
            "SHA-256 3");

    private SampleStudy() {}

    static Study begun(String name) {
        Report.Environment environment = new Report.Environment(
                "cpu-simd",
                "amd64 CPU, 256-bit vectors (8 lanes)",
                "a CPU",
                List.of("avx2"),
                2,
                "25.0.3",
                "Linux amd64",
                "MNIST",
                "unknown",
                Map.of());
        return Study.begun(name, SETTINGS, environment);
    }

    /** The same on data of another name. */
    static Study on(String dataset, Study study) {
        Study.Settings old = study.settings();
        Study.Settings settings = new Study.Settings(
                old.recipe(),
                old.backend(),
                dataset,
                old.trainImages(),
                old.teacher(),
                old.student(),
                old.corrections(),
                old.data(),
                old.digest());
        return new Study(
                study.schemaVersion(),
                study.study(),
                settings,
                study.environment(),
                study.share(),
                study.experiments(),
                study.teachers(),
                study.cells());
    }

    /** A teacher, a student of all digits and one that never saw a 3. */
    public static Study small() {
        return begun(Grid.NAME)
                .with(teacher(0, 90))
                .with(result(cell(30, 4, Set.of(), 0), 104))
                .with(result(cell(30, 4, Set.of(3), 0), 200));
    }

    /** Three widths at three temperatures, all digits and without 3, two seeds; and some on true labels. */
    static Study sweep() {
        Study study = begun(Grid.NAME).with(teacher(0, 90)).with(teacher(1, 95));
        Grid grid = new Grid(
                List.of(Method.SOFT_TARGETS),
                List.of(1f, 4f, 20f),
                0,
                List.of(30, 100, 300),
                List.of(Set.of(), Set.of(3)),
                List.of(0L, 1L));
        for (Cell cell : grid.cells()) {
            study = study.with(result(cell, cell.omitted().isEmpty() ? 104 + 2 * (int) cell.seed() : 200));
        }
        for (long seed = 0; seed < 2; seed++) {
            study = study.with(result(new Cell(Method.HARD_LABELS, 1, 1, 30, Set.of(3), seed), 400));
        }
        return study;
    }

    /** The paper's experiments, two seeds. */
    static Study paper() {
        Hinton2015 experiments =
                new Hinton2015(ExperimentFile.recipe(Hinton2015.NAME).recipe());
        Study paper = begun(Hinton2015.NAME).with(teacher(0, 90)).with(teacher(1, 95));
        for (Cell cell : experiments.cells(List.of(0L, 1L))) {
            paper = paper.with(result(cell, 9_000 + (int) cell.seed()));
        }
        return paper.withExperiments(experiments.experiments(paper));
    }

    static Cell cell(int width, float temperature, Set<Integer> omitted, long seed) {
        return new Cell(Method.SOFT_TARGETS, temperature, 0, width, omitted, seed);
    }

    /** A student with so many errors; each correction has ten less. */
    static Study.CellResult result(Cell cell, int errors) {
        boolean whole = cell.omitted().isEmpty();
        return new Study.CellResult(
                cell.id(),
                cell.method().id(),
                cell.temperature(),
                cell.alpha(),
                cell.width(),
                List.copyOf(cell.omitted()),
                cell.seed(),
                50_000,
                40,
                8_070,
                1.5,
                measured(errors, whole ? null : 0.5),
                whole ? null : new Study.Corrected(2, measured(errors - 10, 0.9)),
                whole ? null : new Study.Corrected(1.5, measured(errors - 10, 0.8)),
                null);
    }

    static Study.TeacherResult teacher(long seed, int errors) {
        List<List<Double>> mean = IntStream.range(0, ImageSet.CLASSES)
                .mapToObj(label -> IntStream.range(0, ImageSet.CLASSES)
                        .mapToObj(c -> label == c ? 0.91 : 0.01)
                        .toList())
                .toList();
        return new Study.TeacherResult(
                seed,
                600,
                measured(errors, null),
                List.of(new Study.SoftLabels(1, mean), new Study.SoftLabels(20, mean)),
                "1234");
    }

    static Study.CellResult withCorrections(Study.CellResult cell, List<Correction> corrections) {
        return new Study.CellResult(
                cell.id(),
                cell.method(),
                cell.temperature(),
                cell.alpha(),
                cell.width(),
                cell.omitted(),
                cell.seed(),
                cell.trainImages(),
                cell.epochs(),
                cell.parameters(),
                cell.seconds(),
                cell.test(),
                cell.oracle(),
                cell.priorMatch(),
                corrections);
    }

    static Study.Measured measured(int errors, Double recallOmitted) {
        List<Double> recall =
                IntStream.range(0, ImageSet.CLASSES).mapToObj(c -> 0.98).toList();
        ErrorSet wrong = ErrorSet.of(10_000, i -> i < errors);
        return new Study.Measured(errors, 1 - errors / 1e4, recall, recallOmitted, 0.05, 0.01, wrong);
    }
}
