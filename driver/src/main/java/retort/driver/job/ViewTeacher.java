package retort.driver.job;

import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.nn.Network;

/**
 * A teacher that labels the very views that a student is shown, in the step that shows them, instead of each image once
 * as it is: a moved 3 is then taught as what the teacher sees in the moved one.
 * Source: Beyer, Zhai, Royer, Markeeva, Anil and Kolesnikov 2022 ("consistent teaching").
 *
 * @param model of the student's backend; dropout off
 */
record ViewTeacher(Network model) {
    /**
     * Writes the teacher's logits of a batch into its targets, of which each is these and the class index.
     *
     * @param pixels of {@code count} images
     * @param targets with room for one number more than there are logits for each
     * @throws NotFiniteException if a logit is no finite number
     */
    void label(float[] pixels, int count, float[] targets) {
        Backend backend = model.backend();
        int classes = model.output().size();
        try (Scope scope = backend.scope()) {
            Tensor x = scope.tensor(model.batchShape(count));
            backend.upload(pixels, x);
            float[] logits = backend.download(model.infer(scope, x));
            for (int i = 0; i < count; i++) {
                System.arraycopy(logits, i * classes, targets, i * (classes + 1), classes);
            }
            for (int e = 0; e < count * classes; e++) {
                if (!Float.isFinite(logits[e])) {
                    throw new NotFiniteException(
                            logits[e], model.firstNotFinite(scope, x).orElse("none by itself"));
                }
            }
        }
    }
}
