package retort.driver.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import retort.driver.cli.Names;
import retort.driver.cli.Nearest;
import retort.driver.config.ExperimentFile;
import retort.driver.job.BiasCorrection;
import retort.driver.job.CorrectionPlan;
import retort.driver.job.Descent;
import retort.driver.job.Ensemble;
import retort.driver.job.Method;
import retort.driver.study.Hinton2015;
import retort.driver.study.Shard;

/**
 * Values of options that only the job and its studies have, refused in words. A list is one value here, so that a
 * later option replaces an earlier one.
 */
final class JobValues {
    private static final int MOST_SEEDS = 1_000_000;

    private JobValues() {}

    /** One of the recipes inside. */
    record RecipeName(String id) {
        static final RecipeName STANDARD = new RecipeName(ExperimentFile.RECIPES.getFirst());
    }

    /** The optimisers there are. */
    enum OptimizerName {
        ADAM,
        ADAMW,
        SGD,
        SGDW,
        MOMENTUM;

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @param standard what an experiment has */
        Descent descent(Descent standard) {
            if (standard.id().equals(id())) {
                return standard;
            }
            return switch (this) {
                case ADAM -> Descent.Adam.standard();
                case ADAMW -> Descent.Adam.standardW();
                case SGD -> Descent.Sgd.standard();
                case SGDW -> Descent.Sgd.standardW();
                case MOMENTUM -> Descent.Momentum.standard();
            };
        }
    }

    /** For completion. */
    static final class RecipeNames extends Names {
        RecipeNames() {
            super(ExperimentFile.RECIPES);
        }
    }

    /** For completion. */
    static final class PaperRecipes extends Names {
        PaperRecipes() {
            super(Hinton2015.RECIPES);
        }
    }

    /** For completion. */
    static final class OptimizerNames extends Names {
        OptimizerNames() {
            super(Arrays.stream(OptimizerName.values()).map(OptimizerName::id).toList());
        }
    }

    /** For completion. */
    static final class MethodNames extends Names {
        MethodNames() {
            super(Arrays.stream(Method.values()).map(Method::id).toList());
        }
    }

    /** For completion. */
    static final class CorrectionNames extends Names {
        CorrectionNames() {
            super(BiasCorrection.Kind.labelFreeIds());
        }
    }

    /** For completion. */
    static final class CorrectedOnNames extends Names {
        CorrectedOnNames() {
            super(Arrays.stream(CorrectionPlan.On.values())
                    .map(CorrectionPlan.On::id)
                    .toList());
        }
    }

    /** For completion. */
    static final class EnsembleNames extends Names {
        EnsembleNames() {
            super(Ensemble.ids());
        }
    }

    /** Ways to find a bias without labels, in order. */
    record LabelFree(List<BiasCorrection.Kind> kinds) {}

    /** A set of classes, by their names or numbers. */
    record Classes(List<String> words) {
        private static final String NONE = "none";

        /** Before the data is open: a set that is empty if it will be. */
        Optional<Set<Integer>> numbersAlone() {
            return words.stream().allMatch(word -> word.matches("\\d{1,3}"))
                    ? Optional.of(words.stream().map(Integer::valueOf).collect(Collectors.toCollection(TreeSet::new)))
                    : Optional.empty();
        }

        /**
         * The numbers of the classes. A word that is a class's name means that class, else it is a number.
         *
         * @param names of all classes
         * @throws ParameterException if a word is neither
         */
        Set<Integer> numbers(CommandLine command, String data, List<String> names) {
            Set<Integer> numbers = new TreeSet<>();
            for (String word : words) {
                int named = names.indexOf(word);
                if (named < 0 && !word.matches("\\d{1,3}")) {
                    throw new ParameterException(
                            command,
                            "--omit=" + String.join(",", words) + ": " + data + " has no class '" + word + "'"
                                    + Nearest.question(word, names) + "; 'retort data' lists them");
                }
                numbers.add(named < 0 ? Integer.parseInt(word) : named);
            }
            return numbers;
        }
    }

    /** Several sets of classes, as far as they don't depend on the data. */
    record ClassSets(List<String> parts) {
        /** With + between the classes of a set. */
        List<Set<Integer>> sets(CommandLine command, String data, List<String> names) {
            int classes = names.size();
            List<Set<Integer>> sets = new ArrayList<>();
            for (String part : parts) {
                switch (part) {
                    case "digits" -> all(classes).map(Set::of).forEach(sets::add);
                    case "pairs" ->
                        all(classes)
                                .forEach(low -> all(classes)
                                        .filter(high -> high > low)
                                        .forEach(high -> sets.add(Set.of(low, high))));
                    default ->
                        sets.add(JobValues.classes(part.replace('+', ',')).numbers(command, data, names));
                }
            }
            return sets.stream().distinct().toList();
        }

        private static Stream<Integer> all(int classes) {
            return IntStream.range(0, classes).boxed();
        }
    }

    /** Several seeds. */
    record Seeds(List<Long> numbers) {}

    /** Classes as the user writes them. */
    static String text(Set<Integer> classes) {
        return classes.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** Without a fraction where there is none. */
    static String text(float value) {
        return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
    }

    /** Has a command line, with all its commands, read options of these types so. */
    static void register(CommandLine line) {
        line.registerConverter(RecipeName.class, JobValues::recipe);
        line.registerConverter(Method.class, JobValues::method);
        line.registerConverter(LabelFree.class, JobValues::labelFree);
        line.registerConverter(CorrectionPlan.On.class, JobValues::correctedOn);
        line.registerConverter(Ensemble.class, JobValues::ensemble);
        line.registerConverter(Classes.class, JobValues::classes);
        line.registerConverter(ClassSets.class, JobValues::classSets);
        line.registerConverter(Seeds.class, JobValues::seeds);
        line.registerConverter(Shard.class, JobValues::shard);
    }

    private static RecipeName recipe(String id) {
        if (ExperimentFile.RECIPES.contains(id)) {
            return new RecipeName(id);
        }
        throw new TypeConversionException(
                "'" + id + "' is no recipe, expected one of " + String.join(", ", ExperimentFile.RECIPES));
    }

    private static Method method(String id) {
        return Method.byId(id)
                .orElseThrow(() ->
                        new TypeConversionException("'" + id + "' is no method, expected one of " + Method.ids()));
    }

    private static LabelFree labelFree(String text) {
        return new LabelFree(Stream.of(text.split(",", -1))
                .map(JobValues::labelFreeWay)
                .distinct()
                .toList());
    }

    private static BiasCorrection.Kind labelFreeWay(String id) {
        return BiasCorrection.Kind.byId(id)
                .filter(BiasCorrection.Kind.labelFree()::contains)
                .orElseThrow(() -> new TypeConversionException("'" + id
                        + "' is no correction without labels, expected one of "
                        + String.join(", ", BiasCorrection.Kind.labelFreeIds())));
    }

    private static CorrectionPlan.On correctedOn(String id) {
        return CorrectionPlan.On.byId(id)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + id + "' are no images to correct on, expected " + CorrectionPlan.On.ids()));
    }

    private static Ensemble ensemble(String id) {
        return Ensemble.byId(id)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + id + "' is no mean of teachers, expected " + String.join(" or ", Ensemble.ids())));
    }

    private static Classes classes(String text) {
        List<String> words = List.of(text.split(",", -1));
        if (words.stream().anyMatch(String::isBlank)) {
            throw new TypeConversionException(
                    "'" + text + "' is not a list of classes by their numbers or names, such as 3 or Dress,Coat");
        }
        return new Classes(text.equals(Classes.NONE) ? List.of() : words);
    }

    private static ClassSets classSets(String text) {
        List<String> parts = List.of(text.split(",", -1));
        if (parts.stream().flatMap(part -> Stream.of(part.split("\\+", -1))).anyMatch(String::isBlank)) {
            throw new TypeConversionException(
                    "'" + text + "' is not a list of sets of classes by their numbers or names, such as none,3,7+8");
        }
        return new ClassSets(parts);
    }

    /** A count, or a list of seeds and ranges. */
    private static Seeds seeds(String text) {
        Stream<Long> named = Stream.empty();
        if (text.matches("\\d{1,9}")) {
            named = range(0, Long.parseLong(text) - 1);
        } else if (text.matches("\\d{1,9}(-\\d{1,9})?(,\\d{1,9}(-\\d{1,9})?)*")) {
            named = Stream.of(text.split(","))
                    .map(part -> part.split("-"))
                    .flatMap(ends -> range(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1])));
        }
        List<Long> numbers = named.distinct().limit(MOST_SEEDS + 1).toList();
        if (numbers.isEmpty()) {
            throw new TypeConversionException(
                    "'" + text + "' is neither a count of seeds such as 5, nor seeds such as 0-4 or 3,5");
        }
        if (numbers.size() > MOST_SEEDS) {
            throw new TypeConversionException("'" + text + "' is too many seeds, expected at most " + MOST_SEEDS);
        }
        return new Seeds(numbers);
    }

    private static Stream<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed();
    }

    private static Shard shard(String text) {
        if (!text.matches("\\d{1,9}/\\d{1,9}")) {
            throw new TypeConversionException("'" + text + "' is not I/N, such as 0/4");
        }
        String[] parts = text.split("/");
        try {
            return new Shard(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
