package retort.driver.command;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Recipe;

/** How students are trained. */
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

    @Option(
            names = "--student-epochs",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Epochs of the students (default: 3).")
    private Integer epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Images in a training step (default: 32).")
    private Integer batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            converter = Converters.PositiveReal.class,
            description = "Adam's rate (default: 0.001).")
    private Float learningRate;

    @Option(
            names = "--train-images",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Use at most the first N training images.")
    private Integer trainImages;

    @Override
    final Dataset used(Dataset all) {
        ImageSet train = all.train();
        int wanted = trainImages != null ? trainImages : quick() ? QUICK_IMAGES : train.size();
        return new Dataset(all.name(), train.prefix(Math.min(wanted, train.size())), all.test());
    }

    @Override
    Recipe recipe() {
        Recipe standard = super.recipe();
        return standard.withTraining(given(batch, standard.batch()), given(learningRate, standard.learningRate()), seed)
                .withStudents(
                        omitted == null ? standard.omitted() : omitted.numbers(),
                        given(epochs, standard.studentEpochs()));
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
