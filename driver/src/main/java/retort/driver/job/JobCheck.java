package retort.driver.job;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.kernels.Engine;

/** What a job would fail by later, found out before anything is trained. */
public record JobCheck(Engine engine, Dataset data, Recipe recipe) {
    /**
     * Finds out, before anything is trained, whether the heap is too small for the teacher.
     *
     * @throws IllegalStateException if it is, for its weights alone
     */
    public void teachersMemory() {
        memory("teacher", recipe.teacher());
    }

    /**
     * The same for students.
     *
     * @throws IllegalStateException if it is too small for one
     */
    public void memory(List<Student> students) {
        students.forEach(student -> memory(student.name(), student.training()));
    }

    /**
     * Finds out, before anything is trained, whether there is enough to train students on.
     *
     * @throws BadDataException if fewer images are left without a student's omitted classes than its cross-validation
     *     has folds, none is held out for corrections that want some, or they would be moved out of their frame
     */
    public void transferSet(List<Student> students) {
        students.forEach(this::corrections);
        students.forEach(this::jitter);
        int[] count = data.train().counts();
        for (Student student : students) {
            int left = IntStream.range(0, count.length)
                    .filter(c -> !student.omitted().contains(c))
                    .map(c -> count[c])
                    .sum();
            int needed = Math.max(student.training().stopping().isOn() ? 2 : 1, student.folds());
            if (left < needed) {
                String without = student.omitted().isEmpty() ? "" : "without the classes " + student.omitted() + " ";
                throw new BadDataException(
                        data.name(),
                        without + left + " of " + data.train().size() + " training images are left, expected at least "
                                + needed);
            }
        }
    }

    private void jitter(Student student) {
        int jitter = student.training().jitter();
        int side = Math.min(data.shape().extent(0), data.shape().extent(1));
        if (jitter >= side) {
            throw new BadDataException(
                    data.name(),
                    "images of " + data.shape() + " moved by " + jitter + " pixels show nothing, expected less than "
                            + side);
        }
    }

    private void corrections(Student student) {
        CorrectionPlan plan = student.corrections();
        if (student.omitted().isEmpty() || !plan.fits()) {
            return;
        }
        boolean heldOut = plan.on() == CorrectionPlan.On.HELD_OUT;
        if (heldOut && data.heldOut().isEmpty()) {
            throw new BadDataException(
                    data.name(),
                    "no training image is held out to fit corrections on, expected fewer than all "
                            + data.train().size() + " to be trained on (train-images)");
        }
        int most = heldOut ? data.heldOut().orElseThrow().size() : data.test().size();
        if (plan.images().orElse(0) > most) {
            throw new BadDataException(
                    data.name(),
                    String.format(
                            Locale.ROOT,
                            "there are %,d %s images to fit corrections on, fewer than the %,d asked for (correction-images)",
                            most,
                            heldOut ? "held-out" : "test",
                            plan.images().orElseThrow()));
        }
    }

    /** What is refused here would fail later in any case; what is not still may. Devices have memory of their own. */
    private void memory(String name, Training training) {
        double needed = Footprint.leastTrainingBytes(training);
        long heap = Runtime.getRuntime().maxMemory();
        if (engine != Engine.OPENCL && needed > heap) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "%s: training %,d parameters takes more than %,.0f MiB, and the heap is %,d MiB; use a larger one, as in"
                            + " RETORT_JAVA_OPTS=-Xmx%.0fm",
                    name,
                    training.architecture().parameterCount(),
                    needed / (1 << 20),
                    heap >> 20,
                    Math.ceil(needed / (1 << 20) * 1.25)));
        }
    }
}
