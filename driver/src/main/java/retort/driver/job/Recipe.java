package retort.driver.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import retort.driver.data.ImageSet;
import retort.driver.data.Stretches;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

/**
 * What the job does, with every number that a user can change. Recipes are TOML files: see the room {@code config}.
 *
 * @param heldOut share of the training images that validates the teacher and doesn't train it
 * @param ownTemperature T of softmax(logits / T) for the teacher, and for the predictions of all models
 * @param students in the order in which they are trained, at least one
 * @param seed of the teacher, and what the students' follow from
 */
public record Recipe(
        String name, Training teacher, double heldOut, float ownTemperature, List<Student> students, long seed) {
    /** The shape of one image where nobody says another. */
    public static final Shape IMAGE = Shape.of(28, 28, 1);

    /** A Java array has no more elements. */
    public static final long LARGEST_WEIGHT = Integer.MAX_VALUE - 8;

    /**
     * @throws IllegalArgumentException if there is no student
     */
    public Recipe {
        students = List.copyOf(students);
        if (students.isEmpty()) {
            throw new IllegalArgumentException("recipe " + name + ": at least one student is needed");
        }
    }

    /** A student of MNIST with two equal hidden layers. */
    public static Architecture student(int width) {
        return twoHidden(IMAGE, width, ImageSet.CLASSES);
    }

    /** A student of this recipe's images and classes with two equal hidden layers. */
    public Architecture twoHidden(int width) {
        return twoHidden(image(), width, classes());
    }

    private static Architecture twoHidden(Shape image, int width, int classes) {
        return Architecture.of(
                image,
                new Layer.Flatten(),
                new Layer.Dense(width),
                new Layer.ReLU(),
                new Layer.Dense(width),
                new Layer.ReLU(),
                new Layer.Dense(classes));
    }

    /** The shape of one image that all its networks take. */
    public Shape image() {
        return teacher.architecture().input();
    }

    /** How many classes all its networks tell apart. */
    public int classes() {
        return teacher.architecture().output().size();
    }

    /**
     * The same for other images and classes: each network takes these images, and its last layer has a unit for each
     * class.
     *
     * @throws IllegalArgumentException if a network can't, with the layer that does not fit
     */
    public Recipe fitted(Shape image, int classes) {
        if (image.equals(image()) && classes == classes()) {
            return this;
        }
        Recipe changed = withTeacher(fitted("teacher", teacher, image, classes));
        return changed.withStudents(
                student -> student.withTraining(fitted(student.name(), student.training(), image, classes)));
    }

    private static Training fitted(String name, Training training, Shape image, int classes) {
        List<Layer> layers = new ArrayList<>(training.architecture().layers());
        if (!(layers.getLast() instanceof Layer.Dense)) {
            throw new IllegalArgumentException(
                    name + ": its last layer is '" + layers.getLast().text()
                            + "', expected a dense one, which can be made to fit " + classes + " classes");
        }
        layers.set(layers.size() - 1, new Layer.Dense(classes));
        Shape shape = image;
        for (Layer layer : layers) {
            try {
                Shape next = layer.outputShape(shape);
                if (layer.parameterCount(shape) > LARGEST_WEIGHT) {
                    throw new IllegalArgumentException(
                            layer.text() + " behind " + shape + " has more than " + LARGEST_WEIGHT + " parameters");
                }
                shape = next;
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + " does not fit images of " + image + ": " + e.getMessage());
            }
        }
        return training.withArchitecture(new Architecture(image, layers));
    }

    /** The first of the students that distil, or of all where none does. */
    public Student distilled() {
        return students.stream()
                .filter(student -> student.method().distils())
                .findFirst()
                .orElse(students.getFirst());
    }

    /** The first of the students that learn from labels alone, or of all where each has a teacher. */
    public Student labelled() {
        return students.stream()
                .filter(student -> !student.method().distils())
                .findFirst()
                .orElse(students.getFirst());
    }

    /** T of the soft labels: that of {@link #distilled}. */
    public float temperature() {
        return distilled().temperature();
    }

    public Recipe withTeacher(Training other) {
        return new Recipe(name, other, heldOut, ownTemperature, students, seed);
    }

    /** With each student changed. */
    public Recipe withStudents(UnaryOperator<Student> change) {
        return withStudents(students.stream().map(change).toList());
    }

    public Recipe withStudents(List<Student> others) {
        return new Recipe(name, teacher, heldOut, ownTemperature, others, seed);
    }

    /** Another method for those students that distil. */
    public Recipe withMethod(Method other, float alpha) {
        return withStudents(student -> student.method().distils() ? student.withMethod(other, alpha) : student);
    }

    /**
     * Another T for those students that distil; where the teacher was trained at the T of distillation, so it stays,
     * and so do the students that learn at the teacher's T.
     */
    public Recipe withTemperature(float other) {
        boolean moves = ownTemperature == temperature();
        Recipe changed =
                withStudents(student -> student.method().distils() || moves && student.temperature() == ownTemperature
                        ? student.withTemperature(other)
                        : student);
        return moves ? new Recipe(name, teacher, heldOut, other, changed.students, seed) : changed;
    }

    /** Other omitted classes for those students that omit some. */
    public Recipe withOmitted(Set<Integer> other) {
        return withStudents(student -> student.omitted().isEmpty() ? student : student.withOmitted(other));
    }

    /** Other corrections for those students that omit classes. */
    public Recipe withCorrections(UnaryOperator<CorrectionPlan> change) {
        return withStudents(student ->
                student.omitted().isEmpty() ? student : student.withCorrections(change.apply(student.corrections())));
    }

    public Recipe withSeed(long other) {
        return new Recipe(name, teacher, heldOut, ownTemperature, students, other);
    }

    /** How many of the training images the teacher is trained on. */
    public int trainedImages(int images) {
        return images - (int) (images * heldOut);
    }

    /** Which of the training images validate the teacher, and don't train it: one stretch, which may be empty. */
    Stretches validating(Examples all) {
        int[] bounds = {trainedImages(all.size()), all.size()};
        return Stretches.of(all::label, all.size(), bounds, seed);
    }

    /** The seed of a student: where none says, all start from the same weights, which are not the teacher's. */
    public long seed(Student student) {
        return student.seed().orElse(seed + (1L << 32));
    }
}
