package retort.driver.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import retort.driver.page.Format;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;

/** A report's numbers as tables, for terminal, page and CSV alike. */
final class Tables {
    private Tables() {}

    /** A row for each student. */
    static Table students(Report report) {
        Table.Builder table =
                Table.of("", "student", "labels", "never saw", "parameters", "errors", "recall", "corrected");
        for (Report.Student student : report.students()) {
            table.row(
                    Cell.of(student.name()),
                    Cell.of(student.labels()),
                    Cell.of(classes(student.omitted())),
                    Cell.of(Format.COUNT, student.parameters()),
                    Cell.of(Format.COUNT, student.test().errors()),
                    recall(student, Function.identity()),
                    student.corrected()
                            .map(corrected -> recall(student, test -> corrected.test()))
                            .orElse(
                                    corrections(student).stream().anyMatch(c -> c.bias() == null)
                                            ? Cell.NONE
                                            : Cell.EMPTY));
        }
        return table.build();
    }

    private static Cell recall(Report.Student student, Function<Report.Test, Report.Test> of) {
        return student.omitted().isEmpty()
                ? Cell.EMPTY
                : Cell.defined(Format.PERCENT, of.apply(student.test()).recall(student.omitted()));
    }

    /** A row for each bias that was tried. */
    static Table corrections(Report report) {
        Table.Builder table = Table.of("", "student", "correction", "bias", "errors", "recall", "reads labels");
        for (Report.Student student : report.students()) {
            for (Report.BiasCorrected corrected : corrections(student)) {
                Report.Test test = corrected.test();
                table.row(
                        Cell.of(student.name()),
                        Cell.of(corrected.method()),
                        Cell.defined(Format.NUMBER, corrected.bias()),
                        Cell.defined(Format.COUNT, test == null ? null : test.errors()),
                        Cell.defined(Format.PERCENT, test == null ? null : test.recall(corrected.classes())),
                        Cell.of(corrected.readsLabels() ? "the test's" : "none"));
            }
        }
        return table.build();
    }

    /** The methods by which students are corrected, for people. */
    static String correctedBy(Report report) {
        return report.students().stream()
                .flatMap(student -> student.corrected().stream())
                .map(Report.BiasCorrected::method)
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    static List<Report.BiasCorrected> corrections(Report.Student student) {
        return student.biasCorrection() == null ? List.of() : student.biasCorrection();
    }

    /** A row for each engine, model and batch; the ratio is the teacher's median over this one. */
    static Table latency(Report report) {
        Table.Builder table = Table.of(
                "", "engine", "model", "weights", "batch", "calls", "median", "p10", "p90", "p99", "images/s", "ratio");
        for (Report.Latency l : report.latency()) {
            table.row(
                    Cell.of(l.backend()),
                    Cell.of(l.model()),
                    Cell.of(l.weights() == null ? "" : l.weights()),
                    Cell.of(Format.COUNT, l.batch()),
                    Cell.of(Format.COUNT, l.calls()),
                    Cell.of(Format.MICROS, l.medianMicros()),
                    Cell.of(Format.MICROS, l.p10Micros()),
                    Cell.of(Format.MICROS, l.p90Micros()),
                    Cell.of(Format.MICROS, l.p99Micros()),
                    Cell.defined(Format.COUNT, l.imagesPerSecond()),
                    Cell.of(Format.RATIO, ratio(report, l)));
        }
        return table.build();
    }

    /** The teacher's median over this one, or null. */
    static Double ratio(Report report, Report.Latency l) {
        return report.latencyRatio().stream()
                .filter(ratio -> ratio.backend().equals(l.backend())
                        && ratio.batch() == l.batch()
                        && ratio.student().equals(l.model()))
                .map(Report.LatencyRatio::teacherOverStudent)
                .findFirst()
                .orElse(null);
    }

    /** Where the time went, a row for each operation. */
    static Table operations(Report.Profile profile) {
        Table.Builder table =
                Table.of("", "operation", "calls", "ms", "share", "GFLOP/s", "GB/s", "of peak", "bound by");
        for (Report.Operation o : profile.operations()) {
            table.row(
                    Cell.of(o.operation()),
                    Cell.of(Format.COUNT, o.calls()),
                    Cell.of(Format.NUMBER, o.millis()),
                    Cell.of(Format.PERCENT, o.share()),
                    Cell.of(Format.NUMBER, o.gflops()),
                    Cell.of(Format.NUMBER, o.gbs()),
                    Cell.of(Format.PERCENT, o.ofPeak()),
                    Cell.of(o.bound() == null ? "" : o.bound()));
        }
        return table.build();
    }

    /** Predictions of like confidence, a row for each model and bin. */
    static Table calibration(Report report) {
        Table.Builder table = Table.of("", "model", "confidence", "accuracy", "images");
        for (Tested tested : tested(report)) {
            for (Report.Bin bin : tested.test().calibration()) {
                table.row(
                        Cell.of(tested.name()),
                        Cell.of(Format.PERCENT, bin.confidence()),
                        Cell.of(Format.PERCENT, bin.accuracy()),
                        Cell.of(Format.COUNT, bin.images()));
            }
        }
        return table.build();
    }

    /** Every point of every training. */
    static Table history(Report report) {
        Table.Builder table = Table.of("", "model", "step", "loss", "accuracy");
        trainings(report).forEach(training -> {
            for (Report.Point point : training.history()) {
                table.row(
                        Cell.of(training.name()),
                        Cell.of(Format.COUNT, point.step()),
                        Cell.of(Format.NUMBER, point.loss()),
                        Cell.of(Format.PERCENT, point.accuracy()));
            }
        });
        return table.build();
    }

    /** A row for each epoch of each training. */
    static Table epochs(Report report) {
        Table.Builder table =
                Table.of("", "model", "epoch", "loss", "accuracy", "validation loss", "validation accuracy", "seconds");
        trainings(report).forEach(training -> {
            for (Report.Epoch epoch : training.epochs()) {
                table.row(
                        Cell.of(training.name()),
                        Cell.of(Format.COUNT, epoch.epoch()),
                        Cell.of(Format.NUMBER, epoch.loss()),
                        Cell.of(Format.PERCENT, epoch.accuracy()),
                        Cell.of(Format.NUMBER, epoch.validationLoss()),
                        Cell.of(Format.PERCENT, epoch.validationAccuracy()),
                        Cell.of(Format.NUMBER, epoch.seconds()));
            }
        });
        return table.build();
    }

    /** What is taken for what most often, a row for each such pair. */
    static Table confusions(Report report, Report.Test test, int most, String caption) {
        record Pair(int actual, int predicted, int images) {}
        List<Pair> pairs = new ArrayList<>();
        for (int actual = 0; actual < test.confusion().length; actual++) {
            for (int predicted = 0; predicted < test.confusion().length; predicted++) {
                int images = test.confusion()[actual][predicted];
                if (images > 0 && actual != predicted) {
                    pairs.add(new Pair(actual, predicted, images));
                }
            }
        }
        Table.Builder table = Table.of(caption, "true class", "taken for", "images", "share");
        pairs.stream()
                .sorted(Comparator.comparing(pair -> -pair.images()))
                .limit(most)
                .forEach(pair -> table.row(
                        Cell.of(report.className(pair.actual())),
                        Cell.of(report.className(pair.predicted())),
                        Cell.of(Format.COUNT, pair.images()),
                        Cell.of(Format.PERCENT, pair.images() / (double) test.images(Set.of(pair.actual())))));
        return table.build();
    }

    /** Counts, a row for each true class, a column for each predicted one. */
    static Table confusion(Report report, Report.Test test) {
        List<String> header = new ArrayList<>(List.of("true class"));
        for (int c = 0; c < test.confusion().length; c++) {
            header.add(report.className(c));
        }
        Table.Builder table = Table.of("", header.toArray(String[]::new));
        for (int c = 0; c < test.confusion().length; c++) {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(report.className(c))));
            for (int predicted : test.confusion()[c]) {
                row.add(Cell.of(Format.COUNT, predicted));
            }
            table.row(row);
        }
        return table.build();
    }

    /** How one model was trained. */
    record Training(String name, List<Report.Epoch> epochs, List<Report.Point> history) {}

    static List<Training> trainings(Report report) {
        List<Training> trainings = new ArrayList<>();
        if (report.teacher() != null && !report.teacher().epochs().isEmpty()) {
            Report.Teacher teacher = report.teacher();
            trainings.add(new Training("teacher", teacher.epochs(), teacher.history()));
        }
        if (report.students() != null) {
            report.students().forEach(s -> trainings.add(new Training(s.name(), s.epochs(), s.history())));
        }
        return trainings;
    }

    /** A model on the test images. */
    record Tested(String name, Report.Test test) {}

    static List<Tested> tested(Report report) {
        List<Tested> tested = new ArrayList<>();
        if (report.teacher() != null) {
            tested.add(new Tested("teacher", report.teacher().test()));
        }
        if (report.students() != null) {
            report.students().forEach(student -> tested.add(new Tested(student.name(), student.test())));
        }
        if (report.evaluated() != null) {
            tested.add(new Tested(report.evaluated().model(), report.evaluated().test()));
        }
        return tested;
    }

    static String classes(Set<Integer> classes) {
        return classes.isEmpty() ? "-" : classes.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
