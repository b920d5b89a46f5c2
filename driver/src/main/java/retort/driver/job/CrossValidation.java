package retort.driver.job;

import java.util.ArrayList;
import java.util.List;
import retort.driver.data.Stretches;
import retort.kernels.Backend;
import retort.nn.Sequential;

/**
 * Step 4 of a recipe for one student: the folds of its transfer set; for each a fresh student, trained on the
 * others and held against the labels on it.
 *
 * @param whole the student's training on all of the transfer set
 */
record CrossValidation(Backend backend, Student student, Fit whole, Checkpoints checkpoints, Job.Watcher watcher) {
    /** How a fold went. */
    private record Fold(double agreement, double seconds) {}

    /** Folds that were done before the job was stopped are not done again. */
    StudentResult.CrossValidation run() {
        watcher.next();
        Stretches heldOut = student.folds(whole.examples(), whole.seed());
        List<Fold> folds = new ArrayList<>();
        for (int fold = 0; fold < student.folds(); fold++) {
            int number = fold;
            String name = student.name() + ", " + title(fold);
            folds.add(checkpoints.part(name, Fold.class).orElseGet(() -> {
                Fold done = fold(number, name, heldOut);
                checkpoints.keep(name, done);
                return done;
            }));
        }
        return new StudentResult.CrossValidation(
                folds.stream().map(Fold::agreement).toList(),
                folds.stream().mapToDouble(Fold::seconds).sum());
    }

    private String title(int fold) {
        return "fold " + (fold + 1) + " of " + student.folds();
    }

    private Fold fold(int number, String name, Stretches folds) {
        long start = System.nanoTime();
        Examples transfer = whole.examples();
        Examples heldOut = transfer.at(folds.positions().get(number));
        Examples others = transfer.at(folds.others(number));
        Fit fit = student.fit(title(number), others, whole.seed() + ((number + 1L) << 32))
                .taughtBy(whole.teacher());
        try (Sequential model = fit.create(backend)) {
            double agreement = fit.run(
                    model,
                    watcher,
                    checkpoints,
                    name,
                    epochs ->
                            fit.logits(model, heldOut, done -> watcher.check()).accuracy(heldOut));
            return new Fold(agreement, (System.nanoTime() - start) / 1e9);
        }
    }
}
