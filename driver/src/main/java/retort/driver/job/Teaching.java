package retort.driver.job;

import retort.driver.data.Dataset;
import retort.nn.Network;

/**
 * Step 3 of a recipe: what a teacher says of all training images, dropout off.
 *
 * @param temperature T of the soft labels
 */
record Teaching(Dataset data, DeviceImages device, float temperature, Checkpoints checkpoints, Job.Watcher watcher) {
    /** @throws NotFiniteException if a logit is no finite number */
    Job.Taught of(String name, Network teacher) {
        return checkpoints.part(name, Job.Taught.class).orElseGet(() -> {
            long start = System.nanoTime();
            Logits logits = labels(name, teacher);
            Job.Taught taught = new Job.Taught(logits, temperature, (System.nanoTime() - start) / 1e9);
            checkpoints.keep(name, taught);
            return taught;
        });
    }

    /** Those that are there when the job is stopped are kept. */
    private Logits labels(String name, Network teacher) {
        String soFar = name + " so far";
        Examples all = Examples.labelled(data.train()).on(device);
        Logits none = new Logits(new float[0], teacher.output().size());
        Logits before = checkpoints.part(soFar, Logits.class).orElse(none);
        watcher.stepStarts(name, all.size());
        Logits logits = Inference.logits(teacher, all, before, rows -> {
            if (checkpoints.isDue()) {
                checkpoints.keep(soFar, rows.logits());
            }
            try {
                watcher.stepProgress(rows.rows());
            } catch (InterruptedJobException e) {
                checkpoints.keep(soFar, rows.logits());
                throw e;
            }
        });
        watcher.stepEnds();
        return logits;
    }
}
