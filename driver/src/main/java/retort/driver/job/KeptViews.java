package retort.driver.job;

/**
 * A teacher's logits of views that were drawn and labelled before: a student is shown these.
 *
 * @param logits a row for each image of a set as it is, then for each as in view 1, and so on
 */
public record KeptViews(Views views, Logits logits) implements ViewTeacher {
    @Override
    public Jitter moves(Training training, long seed, int epoch) {
        if (!views.isOf(training)) {
            throw new IllegalArgumentException(
                    "views: " + views + ", expected what a training shows: " + training.text());
        }
        return views.ofEpoch(epoch);
    }

    @Override
    public void label(int[] images, Jitter moves, float[] pixels, float[] targets) {
        int first = moves.epoch() * (logits.rows() / (1 + views.count()));
        for (int i = 0; i < images.length; i++) {
            logits.copyRow(first + images[i], targets, i * (logits.classes() + 1));
        }
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
