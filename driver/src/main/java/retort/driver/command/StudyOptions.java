package retort.driver.command;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import retort.driver.cli.Converters;
import retort.driver.data.Dataset;
import retort.driver.job.Recipe;
import retort.driver.study.Shard;

/** What every study has: seeds, a share of the work, and the trainings of the paper with what the user changed. */
final class StudyOptions extends RecipeSource {
    @Option(
            names = "--seeds",
            paramLabel = "SEEDS",
            converter = SeedsConverter.class,
            defaultValue = "1",
            description = "How many, from 0 on; or which, such as 0-4 or 3,5 (default: ${DEFAULT-VALUE}).")
    private Seeds seeds;

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            converter = ShardConverter.class,
            description = "Do share I of N, counted from 0; 'retort study merge' joins them.")
    private Shard shard = Shard.WHOLE;

    @Option(
            names = "--teacher",
            paramLabel = "FILE",
            converter = Converters.Location.class,
            description = "A saved model to teach in every seed (default: one is trained for each).")
    private Path teacher;

    @Mixin
    private TeacherOptions ofTeacher;

    @Mixin
    private TrainingOptions training;

    @Option(names = "--quick", description = "For a look: a fifth of the epochs.")
    private boolean quick;

    List<Long> seeds() {
        return seeds.numbers();
    }

    Shard shard() {
        return shard;
    }

    /** The teacher that the user gave, or null. */
    Path teacher() {
        return teacher;
    }

    @Override
    boolean quick() {
        return quick;
    }

    @Override
    Dataset used(Dataset all) {
        return training.used(all, all.train().size());
    }

    @Override
    Recipe recipe() {
        Recipe full = Recipe.hinton2015();
        return ofTeacher.changed(training.changed(quick ? full.quick() : full));
    }

    /** Several seeds as one value, so that a later option replaces an earlier one. */
    record Seeds(List<Long> numbers) {}

    /** A count, or a list of seeds and ranges. */
    static final class SeedsConverter implements ITypeConverter<Seeds> {
        private static final int LARGEST_COUNT = 1_000_000;

        @Override
        public Seeds convert(String text) {
            if (!text.matches("\\d{1,9}|\\d{1,9}(-\\d{1,9})?(,\\d{1,9}(-\\d{1,9})?)*")) {
                throw refused(text);
            }
            List<Long> numbers = text.matches("\\d+")
                    ? range(0, Long.parseLong(text) - 1).toList()
                    : Stream.of(text.split(","))
                            .flatMap(SeedsConverter::part)
                            .distinct()
                            .toList();
            if (numbers.isEmpty()) {
                throw refused(text);
            }
            return new Seeds(numbers);
        }

        private static Stream<Long> part(String text) {
            String[] ends = text.split("-");
            return range(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]));
        }

        private static Stream<Long> range(long first, long last) {
            return LongStream.rangeClosed(first, Math.min(last, first + LARGEST_COUNT))
                    .boxed();
        }

        private static TypeConversionException refused(String text) {
            return new TypeConversionException(
                    "'" + text + "' is neither a count of seeds such as 5, nor seeds such as 0-4 or 3,5");
        }
    }

    /** I/N. */
    static final class ShardConverter implements ITypeConverter<Shard> {
        @Override
        public Shard convert(String text) {
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
}
