package retort.bench.performance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;

/** One comparison as a table, with the targets that there are for it. */
final class JobTable {
    private static final Map<String, String> WORKS = Map.of(
            "teacher-one-image", "teacher, one image",
            "teacher-one-image-bf16", "teacher, one image, bf16 weights",
            "teacher-one-image-int8", "teacher, one image, int8 weights",
            "teacher-batch-32", "teacher, 32 images",
            "teacher-test-set", "teacher, whole test set",
            "student-one-image", "student, one image");
    private static final Map<String, String> FRAMEWORKS =
            Map.of(JobComparison.OURS, "Retort", "tensorflow", "TensorFlow", "djl", "PyTorch (DJL)");
    private static final String TRAINING = "training-";

    private final JobComparison comparison;
    private final JobTargets targets;
    private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);

    JobTable(JobComparison comparison, JobTargets targets) {
        this.comparison = comparison;
        this.targets = targets;
    }

    /** The name of a framework, for people. */
    static String name(String framework) {
        return FRAMEWORKS.getOrDefault(framework, framework);
    }

    /** How many targets each verdict was given, once the table is made. */
    Map<Verdict, Integer> verdicts() {
        return verdicts;
    }

    Table table() {
        List<String> frameworks = comparison.frameworks();
        boolean judged = comparison.works().stream()
                .anyMatch(work ->
                        frameworks.stream().anyMatch(each -> target(work, each).isPresent()));
        List<String> header = new ArrayList<>(List.of("work"));
        for (String framework : frameworks) {
            header.add(name(framework));
            if (!framework.equals(JobComparison.OURS)) {
                header.add("ratio");
            }
        }
        if (judged) {
            header.addAll(List.of("hard", "stretch", "against", "verdict"));
        }
        Table.Builder table = Table.of("", header.toArray(String[]::new));
        for (String work : comparison.works()) {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(workName(work))));
            frameworks.forEach(framework -> addSpeed(work, framework, row));
            if (judged) {
                addVerdict(work, frameworks, row);
            }
            table.row(row);
        }
        return table.build();
    }

    private static String workName(String work) {
        if (!work.startsWith(TRAINING)) {
            return WORKS.getOrDefault(work, work);
        }
        int images = Integer.parseInt(work.substring(TRAINING.length()));
        return String.format(Locale.ROOT, "training, %,d images", images);
    }

    private void addSpeed(String work, String framework, List<Cell> row) {
        row.add(comparison
                .median(framework, work)
                .map(median -> number(median.text(), median.seconds()))
                .orElse(Cell.EMPTY));
        if (!framework.equals(JobComparison.OURS)) {
            row.add(comparison
                    .ratio(framework, work)
                    .map(ratio -> number(ratio.text(), ratio.median()))
                    .orElse(Cell.EMPTY));
        }
    }

    private Optional<JobTargets.Target> target(String work, String against) {
        return targets.find(work, comparison.threads(), comparison.vectors(), against);
    }

    private void addVerdict(String work, List<String> frameworks, List<Cell> row) {
        for (String framework : frameworks) {
            Optional<JobTargets.Target> target = target(work, framework);
            Optional<Spread> ratio = comparison.ratio(framework, work);
            if (target.isPresent() && ratio.isPresent()) {
                Verdict verdict = Verdict.of(target.get(), ratio.get());
                verdicts.merge(verdict, 1, Integer::sum);
                Double stretch = target.get().stretch();
                row.add(limit(target.get().hard()));
                row.add(stretch == null ? Cell.EMPTY : limit(stretch));
                row.add(Cell.of(name(framework)));
                row.add(Cell.of(verdict.text()));
                return;
            }
        }
        row.addAll(Collections.nCopies(4, Cell.EMPTY));
    }

    private static Cell limit(double value) {
        return number(String.format(Locale.ROOT, "%.2f", value), value);
    }

    private static Cell number(String text, double value) {
        return new Cell(text, value, Table.Mark.NONE);
    }
}
