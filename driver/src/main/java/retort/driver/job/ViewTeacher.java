package retort.driver.job;

import retort.driver.data.BadDataException;

/**
 * Labels the very views that a student is shown, instead of each image once as it is: a moved 3 is then taught as what
 * the teacher sees in the moved one.
 * Source: Beyer, Zhai, Royer, Markeeva, Anil and Kolesnikov 2022 ("consistent teaching").
 */
public interface ViewTeacher extends AutoCloseable {
    /** How a training's images are moved in an epoch, from 1 on. */
    Jitter moves(Training training, long seed, int epoch);

    /**
     * Writes the teacher's logits of a batch into its targets, of which each is these and the class index.
     *
     * @param images which of a set's they are
     * @param moves by which they became what is shown
     * @param pixels of what is shown
     * @param targets with room for one number more than there are logits for each
     * @throws BadDataException if a logit is no finite number
     */
    void label(int[] images, Jitter moves, float[] pixels, float[] targets);

    @Override
    void close();
}
