package retort.nn;

import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.op.Divergence;

/**
 * Trains students on what a teacher says.
 *
 * <pre>
 * Distiller.Lessons lessons = Distiller.Lessons.of(teacher, images);
 * Distiller distiller = Distiller.softTargets(4, 10, 32, 0);
 * distiller.teach(student, adam, lessons, progress -&gt; progress.loss() &gt; 0.1);
 * </pre>
 *
 * @param loss the distance from the teacher, and its share of true classes
 * @param epochs at most: how often a student sees each example
 * @param batch examples in a step
 * @param seed of the order of examples, and of dropout
 */
public record Distiller(Loss.Distillation loss, int epochs, int batch, long seed) {
    /** Inputs that a teacher is asked about at once. */
    private static final int CHUNK = 1000;

    /** @throws IllegalArgumentException if there is no epoch, or no example in a batch */
    public Distiller {
        Require.positive("distiller", "epochs", epochs);
        Require.positive("distiller", "batch", batch);
    }

    /**
     * The teacher's probabilities alone, softmax(logits / T). Source: Hinton, Vinyals and Dean 2015.
     *
     * @param temperature T
     */
    public static Distiller softTargets(float temperature, int epochs, int batch, long seed) {
        Loss.Distillation loss = new Loss.Distillation(new Divergence.SoftTargets(), temperature, 0);
        return new Distiller(loss, epochs, batch, seed);
    }

    /**
     * What there is to learn.
     *
     * @param inputs example after example
     * @param logits the teacher's of each
     * @param classes the true class of each; or the teacher's, where a loss has no share of true ones
     */
    public record Lessons(float[] inputs, float[] logits, int[] classes) {
        /** @throws IllegalArgumentException if these are not of the same number of examples */
        public Lessons {
            int examples = classes.length;
            if (examples < 1 || inputs.length % examples != 0 || logits.length % examples != 0) {
                throw new IllegalArgumentException("lessons: " + examples + " classes for " + inputs.length
                        + " inputs and " + logits.length + " logits, expected as many of each for every example");
            }
        }

        /**
         * What a teacher says of examples; their classes are those that it finds most probable.
         *
         * @param inputs example after example of the teacher's input
         * @throws IllegalArgumentException if they are not
         */
        public static Lessons of(Model teacher, float[] inputs) {
            int size = teacher.input().size();
            if (inputs.length == 0 || inputs.length % size != 0) {
                throw new IllegalArgumentException(
                        "lessons: " + inputs.length + " numbers, expected examples of " + size + " each");
            }
            int outputs = teacher.outputSize();
            float[] logits = new float[inputs.length / size * outputs];
            int[] classes = new int[inputs.length / size];
            try (Predictor predictor = teacher.predictor(Runtime.getRuntime().availableProcessors())) {
                for (int from = 0; from < classes.length; from += CHUNK) {
                    int count = Math.min(CHUNK, classes.length - from);
                    predictor.logits(inputs, from * size, count, logits, from * outputs);
                }
            }
            for (int i = 0; i < classes.length; i++) {
                classes[i] = Predictor.argmax(logits, i * outputs, outputs);
            }
            return new Lessons(inputs, logits, classes);
        }

        int size() {
            return classes.length;
        }
    }

    /**
     * How far a student is.
     *
     * @param epoch from 1 on
     * @param seen examples of this epoch
     * @param examples in an epoch
     * @param loss mean of those seen
     * @param accuracy share of them whose class the student met
     */
    public record Progress(int epoch, int seen, int examples, double loss, double accuracy) {
        /** Whether it is the last of its epoch. */
        public boolean isEpochsEnd() {
            return seen == examples;
        }
    }

    /** Who is told of progress, several times a second and at the end of each epoch, and may stop it. */
    public interface Watcher {
        /** Returns whether to go on. */
        boolean goesOn(Progress progress);
    }

    /**
     * Trains a student in place, until it is told to stop or has seen all epochs.
     *
     * @param optimizer of the student's backend, which stays the caller's
     * @return how far it came
     * @throws IllegalArgumentException if the student takes other inputs, or gives other outputs, than the lessons have
     */
    public Progress teach(Sequential student, Optimizer optimizer, Lessons lessons, Watcher watcher) {
        int inputs = student.input().size();
        int outputs = student.output().size();
        if (lessons.inputs().length != (long) inputs * lessons.size()
                || lessons.logits().length != (long) outputs * lessons.size()) {
            throw new IllegalArgumentException("distiller: the student maps " + inputs + " to " + outputs
                    + ", the lessons " + lessons.inputs().length / lessons.size() + " to "
                    + lessons.logits().length / lessons.size());
        }
        Trainer trainer = new Trainer(student, optimizer, loss, seed);
        Backend backend = student.backend();
        Optional<ResidentInputs> resident = ResidentInputs.of(
                backend,
                backend.residentBytes(),
                student.input(),
                lessons.size(),
                (from, count, to) -> System.arraycopy(lessons.inputs(), from * inputs, to, 0, count * inputs));
        try {
            return teach(trainer, new Shown(lessons, inputs, outputs, resident), watcher);
        } finally {
            resident.ifPresent(ResidentInputs::close);
        }
    }

    private Progress teach(Trainer trainer, Shown shown, Watcher watcher) {
        int examples = shown.lessons().size();
        Watched watched = null;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            watched = new Watched(epoch, examples, watcher);
            int[] order = Shuffle.permutation(examples, seed, epoch);
            if (!EpochLoop.run(trainer, shown, order, 0, Math.min(batch, order.length), watched)) {
                break;
            }
        }
        return watched.progress;
    }

    /** Of each example its logits, then its class. */
    private record Shown(Lessons lessons, int inputSize, int outputs, Optional<ResidentInputs> onDevice)
            implements EpochLoop.Examples, EpochLoop.Resident {
        @Override
        public int targetSize() {
            return outputs + 1;
        }

        @Override
        public void copy(int[] order, int from, int count, float[] inputs, float[] targets) {
            for (int b = 0; b < count; b++) {
                int i = order[from + b];
                System.arraycopy(lessons.inputs(), i * inputSize, inputs, b * inputSize, inputSize);
                copyTarget(i, targets, b);
            }
        }

        private void copyTarget(int i, float[] targets, int b) {
            System.arraycopy(lessons.logits(), i * outputs, targets, b * targetSize(), outputs);
            targets[(b + 1) * targetSize() - 1] = lessons.classes()[i];
        }

        @Override
        public Optional<EpochLoop.Resident> resident() {
            return onDevice.map(inputs -> this);
        }

        @Override
        public ResidentInputs inputs() {
            return onDevice.orElseThrow();
        }

        @Override
        public void pick(int[] order, int from, int count, float[] numbers, float[] moves, float[] targets) {
            for (int b = 0; b < count; b++) {
                numbers[b] = order[from + b];
                copyTarget(order[from + b], targets, b);
            }
        }
    }

    /** Sums up an epoch. */
    private static final class Watched implements EpochLoop.Watcher {
        private final int epoch;
        private final int examples;
        private final Watcher watcher;
        private int seen;
        private double loss;
        private double hits;
        private Progress progress;

        Watched(int epoch, int examples, Watcher watcher) {
            this.epoch = epoch;
            this.examples = examples;
            this.watcher = watcher;
        }

        @Override
        public boolean look(float[] outcomes, int count, boolean due) {
            for (int i = 0; i < count; i++) {
                loss += outcomes[2 * i];
                hits += outcomes[2 * i + 1];
            }
            seen += count;
            progress = new Progress(epoch, seen, examples, loss / seen, hits / seen);
            return watcher.goesOn(progress);
        }
    }
}
