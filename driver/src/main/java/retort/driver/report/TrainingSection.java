package retort.driver.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import retort.driver.page.Axis;
import retort.driver.page.Block;
import retort.driver.page.Chart;
import retort.driver.page.Format;
import retort.driver.page.Series;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;

/** How the models were trained. */
record TrainingSection(Report report, ModelColours colours) {
    /** Rows of the history that the page has; all are in the CSV. */
    private static final int SHOWN_POINTS = 20;

    List<Block> blocks() {
        List<Tables.Training> all = Tables.trainings(report);
        if (all.isEmpty()) {
            return List.of();
        }
        List<Block> charts = new ArrayList<>();
        List<Tables.Training> students = all.stream()
                .filter(training -> !training.name().equals("teacher"))
                .toList();
        if (report.teacher() != null && !report.teacher().epochs().isEmpty()) {
            charts.add(validated(curve("Loss of the teacher", all.subList(0, 1), loss(), Report.Point::loss)));
        }
        if (!students.isEmpty()) {
            charts.add(curve("Loss of the students", students, loss().logarithmic(), Report.Point::loss)
                    .note("On a logarithmic scale: a distillation loss grows with the square of its temperature."));
        }
        Axis accuracy = Axis.of("accuracy", Format.PERCENT).within(0, 1);
        charts.add(curve("Accuracy on the batches as they came", all, accuracy, Report.Point::accuracy)
                .note("Of a student that is distilled: how often its class is the teacher's."));
        folds(charts);
        List<Block> blocks = new ArrayList<>(List.of(Block.row(charts)));
        if (report.stopped() != null) {
            report.stopped().forEach(each -> blocks.add(Block.note(each.text())));
        }
        blocks.add(Block.details("Every epoch", Tables.epochs(report)));
        return blocks;
    }

    private static Axis loss() {
        return Axis.of("loss", Format.NUMBER);
    }

    private Chart curve(String caption, List<Tables.Training> trainings, Axis y, ToDoubleFunction<Report.Point> value) {
        Table.Builder numbers = Table.of("", "model", "step", "loss", "accuracy");
        Chart chart = Chart.of(caption, Axis.of("step", Format.COUNT), y, numbers.build());
        for (Tables.Training training : trainings) {
            Series series = Series.of(training.name(), Series.Kind.LINE, colours.of(training.name()));
            List<Report.Point> history = training.history();
            int every = Math.max(1, Math.ceilDiv(history.size(), SHOWN_POINTS));
            for (int i = 0; i < history.size(); i++) {
                Report.Point point = history.get(i);
                series.add(point.step(), value.applyAsDouble(point));
                if ((i + 1) % every == 0) {
                    numbers.row(
                            Cell.of(training.name()),
                            Cell.of(Format.COUNT, point.step()),
                            Cell.of(Format.NUMBER, point.loss()),
                            Cell.of(Format.PERCENT, point.accuracy()));
                }
            }
            chart.add(series);
        }
        return chart.with(numbers.build());
    }

    /** With the teacher's validation after each epoch, where there is one. */
    private Chart validated(Chart chart) {
        List<Report.Epoch> epochs = report.teacher().epochs();
        if (epochs.getFirst().validationLoss() == null
                || report.teacher().history().isEmpty()) {
            return chart;
        }
        Series validation = Series.of("validation, after each epoch", Series.Kind.POINTS, 2);
        int steps = report.teacher().history().getLast().step();
        for (Report.Epoch epoch : epochs) {
            validation.add((double) steps * epoch.epoch() / epochs.size(), epoch.validationLoss());
        }
        return chart.add(validation);
    }

    private void folds(List<Block> charts) {
        List<Report.Student> validated = report.students() == null
                ? List.of()
                : report.students().stream()
                        .filter(student -> student.crossValidation() != null)
                        .toList();
        for (Report.Student student : validated) {
            List<Double> folds = student.crossValidation().folds();
            double mean = student.crossValidation().mean();
            double spread = Math.sqrt(
                    folds.stream().mapToDouble(f -> (f - mean) * (f - mean)).sum() / Math.max(1, folds.size() - 1));
            List<String> names = new ArrayList<>();
            Table.Builder numbers = Table.of("", "fold", "agreement");
            Series series = Series.of(student.name(), Series.Kind.POINTS, colours.of(student.name()));
            for (int fold = 0; fold < folds.size(); fold++) {
                names.add("fold " + (fold + 1));
                series.add(fold, folds.get(fold));
                numbers.row(Cell.of(names.getLast()), Cell.of(Format.PERCENT, folds.get(fold)));
            }
            names.add("mean");
            Series middle = Series.of("mean and standard deviation", Series.Kind.POINTS, 0)
                    .add(folds.size(), mean, mean - spread, mean + spread);
            charts.add(Chart.of(
                            "Cross-validation of " + student.name(),
                            Axis.categories("held-out fold", names),
                            Axis.of("agreement with the teacher", Format.PERCENT),
                            numbers.build())
                    .add(series)
                    .add(middle));
        }
    }
}
