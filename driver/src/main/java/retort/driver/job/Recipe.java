package retort.driver.job;

import java.util.Set;
import java.util.TreeSet;
import retort.driver.data.ImageSet;
import retort.kernels.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

/**
 * What the job does, with every number that a user can change.
 *
 * @param temperature T of softmax(logits / T), for the teacher, the soft labels and the students
 * @param omitted classes that the students of the transfer set never see, in order
 * @param folds of the cross-validation
 */
public record Recipe(
        String name,
        float temperature,
        Set<Integer> omitted,
        int teacherEpochs,
        int studentEpochs,
        int folds,
        int batch,
        float learningRate,
        long seed) {

    private static final Shape IMAGE = Shape.of(28, 28, 1);

    public Recipe {
        omitted = new TreeSet<>(omitted);
    }

    /** The notebook's job with its own numbers. */
    public static Recipe notebook(long seed) {
        return new Recipe("notebook", 3.5f, Set.of(3), 1, 3, 3, 32, 1e-3f, seed);
    }

    public Recipe withTemperature(float other) {
        return new Recipe(name, other, omitted, teacherEpochs, studentEpochs, folds, batch, learningRate, seed);
    }

    /** With the numbers that every training has. */
    public Recipe withTraining(int otherBatch, float otherRate, long otherSeed) {
        return new Recipe(
                name, temperature, omitted, teacherEpochs, studentEpochs, folds, otherBatch, otherRate, otherSeed);
    }

    /** With other students: what they never see, and how long they are trained. */
    public Recipe withStudents(Set<Integer> otherOmitted, int otherEpochs) {
        return new Recipe(
                name, temperature, otherOmitted, teacherEpochs, otherEpochs, folds, batch, learningRate, seed);
    }

    public Recipe withTeacherEpochs(int other) {
        return new Recipe(name, temperature, omitted, other, studentEpochs, folds, batch, learningRate, seed);
    }

    /** The large model: one convolution, two dense layers of 1,200, dropout; 27,413,130 parameters. */
    public Architecture teacher() {
        return Architecture.of(
                IMAGE,
                new Layer.Conv2D(32, 3, 3),
                new Layer.ReLU(),
                new Layer.Flatten(),
                new Layer.Dense(1200),
                new Layer.ReLU(),
                new Layer.Dropout(0.5f),
                new Layer.Dense(1200),
                new Layer.ReLU(),
                new Layer.Dropout(0.5f),
                new Layer.Dense(ImageSet.CLASSES));
    }

    /** The small model: 784-10-10-10; 8,070 parameters. */
    public Architecture student() {
        return Architecture.of(
                IMAGE,
                new Layer.Flatten(),
                new Layer.Dense(10),
                new Layer.ReLU(),
                new Layer.Dense(10),
                new Layer.ReLU(),
                new Layer.Dense(ImageSet.CLASSES));
    }

    /** How many of the training images the teacher is trained on: the first 80 %. The rest validates it. */
    public static int trainedImages(int images) {
        return images - images / 5;
    }
}
