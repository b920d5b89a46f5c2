package retort.driver.job;

import java.nio.file.Path;
import retort.driver.data.BadDataException;
import retort.nn.Network;

/**
 * A teacher that labels the very views that a student is shown, in the step that shows them, instead of each image once
 * as it is: a moved 3 is then taught as what the teacher sees in the moved one.
 * Source: Beyer, Zhai, Royer, Markeeva, Anil and Kolesnikov 2022 ("consistent teaching").
 *
 * @param model of the student's backend; dropout off
 * @param file that it is from
 */
public record ViewTeacher(Network model, Path file) implements AutoCloseable {
    /**
     * Writes the teacher's logits of a batch into its targets, of which each is these and the class index.
     *
     * @param pixels of {@code count} images
     * @param targets with room for one number more than there are logits for each
     * @throws BadDataException if a logit is no finite number
     */
    void label(float[] pixels, int count, float[] targets) {
        int classes = model.output().size();
        try {
            float[] logits = Inference.logits(model, pixels, count);
            for (int i = 0; i < count; i++) {
                System.arraycopy(logits, i * classes, targets, i * (classes + 1), classes);
            }
        } catch (NotFiniteException e) {
            throw new BadDataException(
                    file.toString(), "the teacher, asked for what a student is shown, " + e.getMessage());
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
