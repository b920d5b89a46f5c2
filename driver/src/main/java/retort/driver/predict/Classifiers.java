package retort.driver.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.driver.data.ClassNames;
import retort.driver.image.Preparation;
import retort.kernels.op.Shape;
import retort.nn.ModelFileException;

/**
 * Models that are asked of the same images and tell the same classes apart.
 *
 * @param image the shape of an image: height x width x channels
 * @param classNames by the classes' numbers
 * @param preparation how an image becomes one of theirs
 */
public record Classifiers(List<Classifier> models, Shape image, List<String> classNames, Preparation preparation)
        implements AutoCloseable {
    /** What MNIST's data set is called in a model's file, in any case of letters. */
    private static final String MNIST = "mnist";

    private static final String DATASET = "dataset";
    private static final int DIGITS = 10;

    public Classifiers {
        models = List.copyOf(models);
        classNames = List.copyOf(classNames);
    }

    /**
     * Finds out what models have in common.
     *
     * @param named what the user calls the classes; without that their names are those of a model's file, else numbers
     * @param preparation the user's; without that a digit's for models of MNIST, and for such of 28 x 28 and ten
     *     classes whose files name neither data nor classes
     * @throws ModelFileException if they differ in it, or don't take images
     */
    public static Classifiers of(
            List<Classifier> models, Optional<List<String>> named, Optional<Preparation> preparation) {
        Shape image = image(models);
        List<String> names = names(models, named);
        boolean digits = image.equals(Preparation.DIGITS)
                && names.equals(ClassNames.numbers(DIGITS))
                && models.stream().allMatch(Classifiers::mayBeMnists);
        Preparation used = preparation.orElse(digits ? Preparation.DIGIT : Preparation.WHOLE);
        if (used == Preparation.DIGIT && !image.equals(Preparation.DIGITS)) {
            throw new ModelFileException(
                    models.getFirst().file(),
                    "takes images of " + image + ", expected " + Preparation.DIGITS + " as --prepare=digit makes them");
        }
        return new Classifiers(models, image, names, used);
    }

    private static boolean mayBeMnists(Classifier model) {
        return model.model().metadata().getOrDefault(DATASET, MNIST).equalsIgnoreCase(MNIST);
    }

    /** What a user should know: that images are taken for digits where no model's file says of what they are. */
    public Optional<String> remark() {
        boolean guessed = preparation == Preparation.DIGIT
                && models.stream().noneMatch(model -> model.model().metadata().containsKey(DATASET));
        return guessed
                ? Optional.of(models.getFirst().file() + " does not say of what data it is: images are prepared as"
                        + " digits, --prepare=whole takes them as they are")
                : Optional.empty();
    }

    private static Shape image(List<Classifier> models) {
        Classifier like = models.stream()
                .filter(model -> model.model().input().rank() > 1)
                .findFirst()
                .orElse(models.getFirst());
        Shape image = image(like);
        for (Classifier model : models) {
            Shape input = model.model().input();
            boolean flat = input.rank() < 3 && image.extent(2) == 1 && input.size() == image.size();
            if (!input.equals(image) && !flat) {
                throw new ModelFileException(
                        model.file(), "takes images of " + input + ", expected " + image + " as " + like.file());
            }
        }
        return image;
    }

    /** Pixels of one channel are the same in every form; without one they are of a square. */
    private static Shape image(Classifier model) {
        Shape input = model.model().input();
        int side = (int) Math.round(Math.sqrt(input.size()));
        boolean rows = input.rank() == 2 || input.rank() == 3 && (input.extent(2) == 1 || input.extent(2) == 3);
        if (!rows && !(input.rank() == 1 && side * side == input.size())) {
            throw new ModelFileException(
                    model.file(), "takes " + input + ", expected images: height x width x 1 or 3 channels");
        }
        return switch (input.rank()) {
            case 1 -> Shape.of(side, side, 1);
            case 2 -> Shape.of(input.extent(0), input.extent(1), 1);
            default -> input;
        };
    }

    private static List<String> names(List<Classifier> models, Optional<List<String>> named) {
        int classes = models.getFirst().model().outputSize();
        for (Classifier model : models) {
            int expected = named.map(List::size).orElse(classes);
            if (model.model().outputSize() != expected) {
                throw new ModelFileException(
                        model.file(),
                        "tells " + model.model().outputSize() + " classes apart, expected " + expected
                                + (named.isPresent()
                                        ? " as --classes names them"
                                        : " as " + models.getFirst().file()));
            }
        }
        List<String> found = new ArrayList<>(named.orElse(List.of()));
        for (Classifier model : models) {
            List<String> its = names(model);
            if (found.isEmpty()) {
                found.addAll(its);
            } else if (named.isEmpty() && !its.isEmpty() && !its.equals(found)) {
                throw new ModelFileException(
                        model.file(), "calls its classes otherwise than the models before; --classes names them");
            }
        }
        return found.isEmpty() ? ClassNames.numbers(classes) : found;
    }

    /** Those of a model's file; empty where it names none. */
    private static List<String> names(Classifier model) {
        Map<String, String> metadata = model.model().metadata();
        if (!metadata.containsKey(ClassNames.KEY)) {
            return List.of();
        }
        List<String> names = ClassNames.parse(metadata.get(ClassNames.KEY));
        if (names.size() != model.model().outputSize()) {
            throw new ModelFileException(
                    model.file(),
                    "its metadata names " + names.size() + " classes, expected "
                            + model.model().outputSize());
        }
        return names.equals(ClassNames.numbers(names.size())) ? List.of() : names;
    }

    @Override
    public void close() {
        models.forEach(Classifier::close);
    }
}
