package retort.driver.job;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import retort.driver.data.ImageSet;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

/**
 * What the job does, with every number that a user can change.
 *
 * @param heldOut share of the training images, the last ones, that validates the teacher and doesn't train it
 * @param method by which the student of the transfer set is distilled
 * @param alpha share of the true labels in that; see {@link Method#loss}
 * @param temperature T of that
 * @param ownTemperature T of softmax(logits / T) for the teacher, for students on true labels, and for predictions
 * @param omitted classes that the students of the transfer set never see, in order
 * @param folds of the cross-validation, 0 for none
 */
public record Recipe(
        String name,
        Training teacher,
        double heldOut,
        Training student,
        Method method,
        float alpha,
        float temperature,
        float ownTemperature,
        Set<Integer> omitted,
        int folds,
        long seed) {

    private static final Shape IMAGE = Shape.of(28, 28, 1);

    public Recipe {
        omitted = new TreeSet<>(omitted);
    }

    /**
     * The notebook's job with its own numbers: a large teacher (one convolution, two dense layers of 1,200, dropout;
     * 27,413,130 parameters) and a tiny student (784-10-10-10; 8,070 parameters).
     */
    public static Recipe notebook() {
        Architecture teacher = teacher(new Layer.Conv2D(32, 3, 3), new Layer.ReLU(), new Layer.Flatten());
        Descent adam = new Descent.Adam(1e-3f, 1);
        return new Recipe(
                "notebook",
                new Training(teacher, 1, 32, adam),
                0.2,
                new Training(student(10), 3, 32, adam),
                Method.SOFT_TARGETS,
                Method.SOFT_TARGETS.alpha(),
                3.5f,
                3.5f,
                Set.of(3),
                3,
                0);
    }

    /**
     * The experiment of the paper: a teacher of two layers of 1,200 with dropout, jitter and max-norm, students of two
     * layers of 800 without any of these. Source: Hinton, Vinyals and Dean 2015, section 3, and for the teacher Hinton
     * et al. 2012, appendix A, whose limit on a squared norm is 15. Both are trained by Adam with a falling rate; see
     * docs/study.md.
     */
    public static Recipe hinton2015() {
        Architecture teacher = teacher(new Layer.Flatten(), new Layer.Dropout(0.2f));
        Descent adam = new Descent.Adam(1e-3f, 0.01f);
        return new Recipe(
                "hinton2015",
                new Training(teacher, 40, 128, adam, 2, (float) Math.sqrt(15)),
                0,
                new Training(student(800), 50, 128, adam),
                Method.SOFT_TARGETS,
                Method.SOFT_TARGETS.alpha(),
                20,
                1,
                Set.of(3),
                0,
                0);
    }

    /** A teacher of two dense layers of 1,200 with dropout behind these. */
    private static Architecture teacher(Layer... first) {
        Stream<Layer> dense = Stream.of(
                new Layer.Dense(1200),
                new Layer.ReLU(),
                new Layer.Dropout(0.5f),
                new Layer.Dense(1200),
                new Layer.ReLU(),
                new Layer.Dropout(0.5f),
                new Layer.Dense(ImageSet.CLASSES));
        return new Architecture(IMAGE, Stream.concat(Stream.of(first), dense).toList());
    }

    /** For a look: a fifth of the epochs, where there are that many. */
    public Recipe quick() {
        return withTeacher(teacher.quick()).withStudent(student.quick());
    }

    /** A student of two equal hidden layers. */
    public static Architecture student(int width) {
        return Architecture.of(
                IMAGE,
                new Layer.Flatten(),
                new Layer.Dense(width),
                new Layer.ReLU(),
                new Layer.Dense(width),
                new Layer.ReLU(),
                new Layer.Dense(ImageSet.CLASSES));
    }

    public Recipe withTeacher(Training other) {
        return new Recipe(
                name, other, heldOut, student, method, alpha, temperature, ownTemperature, omitted, folds, seed);
    }

    public Recipe withStudent(Training other) {
        return new Recipe(
                name, teacher, heldOut, other, method, alpha, temperature, ownTemperature, omitted, folds, seed);
    }

    public Recipe withMethod(Method otherMethod, float otherAlpha) {
        return new Recipe(
                name,
                teacher,
                heldOut,
                student,
                otherMethod,
                otherAlpha,
                temperature,
                ownTemperature,
                omitted,
                folds,
                seed);
    }

    /** Another T; where the teacher was trained at the T of distillation, so it stays. */
    public Recipe withTemperature(float other) {
        float own = ownTemperature == temperature ? other : ownTemperature;
        return new Recipe(name, teacher, heldOut, student, method, alpha, other, own, omitted, folds, seed);
    }

    public Recipe withOmitted(Set<Integer> other) {
        return new Recipe(
                name, teacher, heldOut, student, method, alpha, temperature, ownTemperature, other, folds, seed);
    }

    public Recipe withSeed(long other) {
        return new Recipe(
                name, teacher, heldOut, student, method, alpha, temperature, ownTemperature, omitted, folds, other);
    }

    /** How many of the training images the teacher is trained on: the first ones. */
    public int trainedImages(int images) {
        return images - (int) (images * heldOut);
    }

    /** The seed of all students: they start from the same weights, which are not the teacher's. */
    public long studentSeed() {
        return seed + (1L << 32);
    }
}
