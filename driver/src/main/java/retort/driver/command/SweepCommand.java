package retort.driver.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import retort.driver.cli.Converters;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Version;
import retort.driver.data.ImageSet;
import retort.driver.job.Method;
import retort.driver.study.Grid;

/** A grid of students. */
@Command(
        name = Grid.NAME,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Trains a student for every combination of the lists given: study.json, cells.csv, and a heat map per measure.",
            "Continues what is in --out already."
        })
final class SweepCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            split = ",",
            converter = Converters.PositiveReal.class,
            defaultValue = "20",
            description = "Temperatures of distillation, such as 1,2,3.5,8,20 (default: ${DEFAULT-VALUE}).")
    private List<Float> temperatures;

    @Option(
            names = "--width",
            paramLabel = "UNITS",
            split = ",",
            converter = Converters.Positive.class,
            defaultValue = "800",
            description =
                    "Units in each of a student's two hidden layers, such as 10,30,100 (default: ${DEFAULT-VALUE}).")
    private List<Integer> widths;

    @Option(
            names = "--omit",
            paramLabel = "CLASSES",
            converter = OmittedConverter.class,
            defaultValue = "3",
            description = {
                "What students never see: sets such as none,3,7+8; 'digits' for each in turn, 'pairs' for each pair",
                "(default: ${DEFAULT-VALUE})."
            })
    private Omitted omitted;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            split = ",",
            converter = MethodOptions.MethodConverter.class,
            defaultValue = "soft-targets",
            description =
                    "soft-targets, soft-and-hard, logits, decoupled, standardized, smoothed-labels, hard-labels (default:"
                            + " ${DEFAULT-VALUE}).")
    private List<Method> methods;

    @Mixin
    private AlphaOption alpha;

    @Mixin
    private OneEngine engine;

    @Mixin
    private StudyOptions study;

    @Mixin
    private SessionOptions options;

    @Override
    public Integer call() {
        alpha.check(spec, methods);
        float mixed = alpha.of(Method.SOFT_AND_HARD);
        Grid grid = new Grid(methods, temperatures, mixed, widths, omitted.sets(), study.seeds());
        try (Session session = new Session(spec, options, study, engine)) {
            new StudySession(session, study, Grid.NAME, found -> List.of()).run(grid.cells());
        }
        return ExitCode.DONE;
    }

    /** Several sets of classes as one value, so that a later option replaces an earlier one. */
    record Omitted(List<Set<Integer>> sets) {}

    /** Sets of classes, by their numbers, with + between those of a set. */
    static final class OmittedConverter implements ITypeConverter<Omitted> {
        private final StudentOptions.ClassesConverter classes = new StudentOptions.ClassesConverter();

        @Override
        public Omitted convert(String text) {
            List<Set<Integer>> sets = new ArrayList<>();
            for (String part : text.split(",", -1)) {
                switch (part) {
                    case "digits" -> digits().map(Set::of).forEach(sets::add);
                    case "pairs" ->
                        digits().forEach(low ->
                                digits().filter(high -> high > low).forEach(high -> sets.add(Set.of(low, high))));
                    default -> sets.add(set(part, text));
                }
            }
            return new Omitted(sets.stream().distinct().toList());
        }

        private Set<Integer> set(String part, String text) {
            if (part.matches("none|\\d(\\+\\d)*")) {
                return classes.convert(part.replace('+', ',')).numbers();
            }
            throw new TypeConversionException(
                    "'" + text + "' is not a list of sets of classes from 0 to 9, such as none,3,7+8");
        }

        private static Stream<Integer> digits() {
            return IntStream.range(0, ImageSet.CLASSES).boxed();
        }
    }
}
