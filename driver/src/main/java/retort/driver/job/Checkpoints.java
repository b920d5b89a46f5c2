package retort.driver.job;

import java.util.Optional;
import retort.nn.Optimizer;
import retort.nn.Sequential;

/** What is kept of a job on the way, so that it can be stopped and go on as if it had not been. */
public interface Checkpoints {
    /** Keeps nothing. */
    Checkpoints NONE = new Checkpoints() {
        @Override
        public <T> Optional<T> part(String name, Class<T> type) {
            return Optional.empty();
        }

        @Override
        public void keep(String name, Object result) {}

        @Override
        public Optional<FitPosition> resume(String training, Sequential model, Optimizer optimizer) {
            return Optional.empty();
        }

        @Override
        public boolean isDue() {
            return false;
        }

        @Override
        public boolean isDue(int step) {
            return false;
        }

        @Override
        public void save(String training, FitPosition position, Sequential model, Optimizer optimizer) {}
    };

    /** What a part of the job came to, if it was kept. */
    <T> Optional<T> part(String name, Class<T> type);

    /** A part of the job is over; the training that it was is not taken up again. */
    void keep(String name, Object result);

    /**
     * Where the training of that name was stopped, if it was; model and optimiser are then as they were.
     *
     * @param model with the weights that it begins with
     * @param optimizer that has not begun
     */
    Optional<FitPosition> resume(String training, Sequential model, Optimizer optimizer);

    /** Whether it is time to save, by the clock. Asked once a step. */
    boolean isDue();

    /**
     * Whether it is time to save, by the clock or by what the user wants.
     *
     * @param step steps that the training has done
     */
    boolean isDue(int step);

    /** Keeps a training as it is between two steps, in place of what was saved before. */
    void save(String training, FitPosition position, Sequential model, Optimizer optimizer);
}
