package retort.driver.command;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import retort.driver.data.ImageSet;
import retort.driver.job.Recipe;

/** What is trained, and how. */
final class RecipeOptions {
    private static final int QUICK_IMAGES = 6000;

    /** The recipes there are. */
    enum Name {
        NOTEBOOK
    }

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            defaultValue = "notebook",
            description = "notebook (default: ${DEFAULT-VALUE}).")
    private Name name;

    @Option(
            names = "--omit",
            paramLabel = "CLASSES",
            converter = ClassesConverter.class,
            description = "Classes that students never see, for example 3 or 7,8; or none (default: 3).")
    private Set<Integer> omitted;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            converter = Converters.PositiveReal.class,
            description = "T of softmax(logits / T) (default: 3.5).")
    private Float temperature;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Epochs of the teacher (default: 1).")
    private Integer epochs;

    @Option(
            names = "--student-epochs",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Epochs of the students (default: 3).")
    private Integer studentEpochs;

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
            description = "Use only the first N training images.")
    private Integer trainImages;

    @Option(names = "--quick", description = "For a look: 6,000 training images, fewer latency calls.")
    private boolean quick;

    boolean quick() {
        return quick;
    }

    /** How many training images are used, of {@code all} there are. */
    int trainImages(int all) {
        int wanted = trainImages != null ? trainImages : quick ? QUICK_IMAGES : all;
        return Math.min(wanted, all);
    }

    Recipe recipe(long seed) {
        Recipe standard = switch (name) {
            case NOTEBOOK -> Recipe.notebook(seed);
        };
        return new Recipe(
                standard.name(),
                given(temperature, standard.temperature()),
                given(omitted, standard.omitted()),
                given(epochs, standard.teacherEpochs()),
                given(studentEpochs, standard.studentEpochs()),
                standard.folds(),
                given(batch, standard.batch()),
                given(learningRate, standard.learningRate()),
                seed);
    }

    private static <T> T given(T option, T standard) {
        return option == null ? standard : option;
    }

    /** A set of classes, by their numbers. */
    static final class ClassesConverter implements ITypeConverter<Set<Integer>> {
        @Override
        public Set<Integer> convert(String text) {
            Set<Integer> classes = new TreeSet<>();
            if (text.equals("none")) {
                return classes;
            }
            for (String part : text.split(",", -1)) {
                if (!part.matches("\\d") || Integer.parseInt(part) >= ImageSet.CLASSES) {
                    throw new TypeConversionException(
                            "'" + text + "' is not a list of classes from 0 to 9, such as 3 or 7,8");
                }
                classes.add(Integer.parseInt(part));
            }
            if (classes.size() == ImageSet.CLASSES) {
                throw new TypeConversionException("'" + text + "' leaves no class to learn");
            }
            return classes;
        }
    }
}
