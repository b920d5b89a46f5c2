package retort.driver.command;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Recipe;

/** What students never see, and how they are trained. */
class StudentOptions extends RecipeOptions {
    private static final int QUICK_IMAGES = 6000;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of all random numbers (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--omit",
            paramLabel = "CLASSES",
            converter = ClassesConverter.class,
            description = "Classes that students never see, for example 3 or 7,8; or none (default: 3).")
    private Classes omitted;

    @Mixin
    private TrainingOptions training;

    @Override
    final Dataset used(Dataset all) {
        return training.used(all, quick() ? QUICK_IMAGES : all.train().size());
    }

    @Override
    Recipe recipe() {
        Recipe standard = training.changed(super.recipe());
        return standard.withOmitted(omitted == null ? standard.omitted() : omitted.numbers())
                .withSeed(seed);
    }

    /** A set of classes as one value, so that a later option replaces an earlier one. */
    record Classes(Set<Integer> numbers) {}

    /** A set of classes, by their numbers. */
    static final class ClassesConverter implements ITypeConverter<Classes> {
        @Override
        public Classes convert(String text) {
            Set<Integer> classes = new TreeSet<>();
            if (text.equals("none")) {
                return new Classes(classes);
            }
            for (String part : text.split(",", -1)) {
                if (!part.matches("[0-9]") || Integer.parseInt(part) >= ImageSet.CLASSES) {
                    throw new TypeConversionException(
                            "'" + text + "' is not a list of classes from 0 to 9, such as 3 or 7,8");
                }
                classes.add(Integer.parseInt(part));
            }
            if (classes.size() == ImageSet.CLASSES) {
                throw new TypeConversionException("'" + text + "' leaves no class to learn");
            }
            return new Classes(classes);
        }
    }
}
