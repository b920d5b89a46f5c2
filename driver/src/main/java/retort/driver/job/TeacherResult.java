package retort.driver.job;

import java.util.List;

/** How the training of a teacher went. */
public record TeacherResult(long parameters, int trainImages, List<Epoch> epochs, Evaluation test) {
    /** Of training alone. */
    public double seconds() {
        return Epoch.seconds(epochs);
    }

    public double imagesPerSecond() {
        return (double) trainImages * epochs.size() / seconds();
    }
}
