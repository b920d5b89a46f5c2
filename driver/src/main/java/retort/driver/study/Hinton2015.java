package retort.driver.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;

/** The experiments on MNIST of Hinton, Vinyals and Dean 2015, section 3, and what the paper says came of them. */
public final class Hinton2015 {
    public static final String NAME = "hinton2015";

    /** The recipes that have a teacher and students of the paper's, the standard one first. */
    public static final List<String> RECIPES = List.of(NAME, "hinton2015-long");

    private static final int WIDTH = 800;
    private static final Set<Integer> THREE = Set.of(3);
    private static final Set<Integer> ALL_BUT_7_8 = IntStream.range(0, ImageSet.CLASSES)
            .filter(c -> c != 7 && c != 8)
            .boxed()
            .collect(Collectors.toSet());

    /** The paper found T of 2.5 to 4 best for 30 units, and all T above 8 alike for 300 and more. */
    private static final List<Float> TEMPERATURES = List.of(1f, 2.5f, 4f, 8f, 12f, 20f);

    private static final List<Integer> SWEPT_WIDTHS = List.of(30, 300);

    /** What rows of these begin with. */
    private static final String SWEPT = "width";

    private final Recipe recipe;

    public Hinton2015(Recipe recipe) {
        this.recipe = recipe;
    }

    /** All students, in groups of one seed. */
    public List<Cell> cells(List<Long> seeds) {
        return seeds.stream()
                .flatMap(seed -> Stream.concat(wide(seed), narrow(seed)))
                .toList();
    }

    /** The same without the narrow ones at several temperatures. */
    public List<Cell> wideCells(List<Long> seeds) {
        return seeds.stream().flatMap(this::wide).toList();
    }

    private Stream<Cell> wide(long seed) {
        return Stream.of(hard(seed), distilled(seed), without(THREE, seed), without(ALL_BUT_7_8, seed));
    }

    private Stream<Cell> narrow(long seed) {
        return SWEPT_WIDTHS.stream()
                .flatMap(width -> TEMPERATURES.stream().map(temperature -> swept(width, temperature, seed)));
    }

    private static Cell hard(long seed) {
        return new Cell(Method.HARD_LABELS, 1, Method.HARD_LABELS.alpha(), WIDTH, Set.of(), seed);
    }

    private Cell distilled(long seed) {
        return without(Set.of(), seed);
    }

    private Cell without(Set<Integer> omitted, long seed) {
        return cell(recipe.temperature(), WIDTH, omitted, seed);
    }

    private Cell swept(int width, float temperature, long seed) {
        return cell(temperature, width, Set.of(), seed);
    }

    private Cell cell(float temperature, int width, Set<Integer> omitted, long seed) {
        Student student = recipe.distilled();
        return new Cell(student.method(), temperature, student.alpha(), width, omitted, seed);
    }

    /** Whether a row is one of the wide students', or the teacher's; of the narrow ones the paper draws a figure. */
    static boolean isOfWide(String row) {
        return !row.startsWith(SWEPT);
    }

    /** The rows of the table, as far as their results are there. */
    public List<Study.Experiment> experiments(Study study) {
        List<Long> seeds = LongStream.concat(
                        study.teachers().stream().mapToLong(Study.TeacherResult::seed),
                        study.cells().stream().mapToLong(Study.CellResult::seed))
                .distinct()
                .sorted()
                .boxed()
                .toList();
        Rows rows = new Rows(study, seeds);
        rows.teacher();
        rows.plain("student-hard", 146.0, Hinton2015::hard);
        rows.plain("student-distilled", 74.0, this::distilled);
        rows.plain("omit3", 206.0, seed -> without(THREE, seed));
        rows.corrected("omit3-oracle", 109.0, seed -> without(THREE, seed), Study.CellResult::oracle);
        rows.corrected("omit3-prior", null, seed -> without(THREE, seed), Study.CellResult::priorMatch);
        rows.plain("only78", 4730.0, seed -> without(ALL_BUT_7_8, seed));
        rows.corrected("only78-oracle", 1320.0, seed -> without(ALL_BUT_7_8, seed), Study.CellResult::oracle);
        rows.corrected("only78-prior", null, seed -> without(ALL_BUT_7_8, seed), Study.CellResult::priorMatch);
        for (int width : SWEPT_WIDTHS) {
            for (float temperature : TEMPERATURES) {
                String id = SWEPT + width + "-T" + Cell.number(temperature);
                rows.plain(id, null, seed -> swept(width, temperature, seed));
            }
        }
        return rows.found;
    }

    /** Makes a row of what there is of each seed. */
    private record Rows(Study study, List<Long> seeds, boolean ofPaper, List<Study.Experiment> found) {
        /** One seed's part of a row. */
        private record Part(long seed, Study.Measured test, Double bias, double seconds) {}

        /** The paper's figures are those of MNIST. */
        Rows(Study study, List<Long> seeds) {
            this(study, seeds, study.settings().dataset().equals(Dataset.MNIST), new ArrayList<>());
        }

        void teacher() {
            row("teacher", 67.0, seed -> study.teacher(seed).map(t -> new Part(seed, t.test(), null, t.seconds())));
        }

        void plain(String id, Double paperErrors, Function<Long, Cell> cell) {
            row(
                    id,
                    paperErrors,
                    seed -> study.cell(cell.apply(seed))
                            .map(result -> new Part(seed, result.test(), null, result.seconds())));
        }

        void corrected(
                String id,
                Double paperErrors,
                Function<Long, Cell> cell,
                Function<Study.CellResult, Study.Corrected> correction) {
            row(
                    id,
                    paperErrors,
                    seed -> study.cell(cell.apply(seed))
                            .flatMap(result -> Optional.ofNullable(correction.apply(result))
                                    .map(corrected ->
                                            new Part(seed, corrected.test(), corrected.bias(), result.seconds()))));
        }

        private void row(String id, Double paperErrors, Function<Long, Optional<Part>> part) {
            List<Part> parts =
                    seeds.stream().map(part).flatMap(Optional::stream).toList();
            if (parts.isEmpty()) {
                return;
            }
            Spread errors =
                    Spread.of(parts.stream().mapToDouble(p -> p.test().errors()).toArray());
            found.add(new Study.Experiment(
                    id,
                    ofPaper ? paperErrors : null,
                    parts.stream().map(Part::seed).toList(),
                    parts.stream().map(p -> p.test().errors()).toList(),
                    errors.mean(),
                    errors.sd(),
                    parts.getFirst().test().recallOmitted() == null
                            ? null
                            : parts.stream().map(p -> p.test().recallOmitted()).toList(),
                    parts.getFirst().bias() == null
                            ? null
                            : parts.stream().map(Part::bias).toList(),
                    parts.stream().map(Part::seconds).toList()));
        }
    }
}
