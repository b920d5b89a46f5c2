package retort.driver.job;

import java.util.List;
import java.util.Optional;

/** How the training of a teacher went. */
public record TeacherResult(
        long parameters, int trainImages, List<Epoch> epochs, Optional<Integer> plannedEpochs, Evaluation test) {
    /** Of training alone. */
    public double seconds() {
        return Epoch.seconds(epochs);
    }

    public double imagesPerSecond() {
        return (double) trainImages * epochs.size() / seconds();
    }
}
