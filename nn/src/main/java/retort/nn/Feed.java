package retort.nn;

import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;

/** Has a trainer do the steps of an epoch. */
interface Feed {
    /** A step on the examples {@code order[first .. first + count)}. */
    void step(int first, int count, Tensor outcome);

    /** Batches are made on the host. */
    final class Copied implements Feed {
        private final Trainer trainer;
        private final EpochLoop.Examples examples;
        private final int[] order;
        private final float[] inputs;
        private final float[] targets;

        Copied(Trainer trainer, EpochLoop.Examples examples, int[] order, int batch) {
            this.trainer = trainer;
            this.examples = examples;
            this.order = order;
            this.inputs = new float[batch * trainer.model().input().size()];
            this.targets = new float[batch * examples.targetSize()];
        }

        @Override
        public void step(int first, int count, Tensor outcome) {
            examples.copy(order, first, count, inputs, targets);
            trainer.step(inputs, targets, count, outcome);
        }
    }

    /** Batches are gathered from what is on the device; what to gather is told for many steps at once. */
    final class Gathered implements Feed {
        private final Trainer trainer;
        private final EpochLoop.Resident resident;
        private final int[] order;
        private final float[] numbers;
        private final float[] moves;
        private final float[] targets;
        private final Tensor toldNumbers;
        private final Tensor toldMoves;
        private final Tensor toldTargets;
        private final Tensor x;
        private int start;
        private int end;

        Gathered(
                Trainer trainer,
                EpochLoop.Resident resident,
                int[] order,
                Scope scope,
                int steps,
                int batch,
                int targetSize) {
            int most = (int) Math.min((long) steps * batch, order.length);
            this.trainer = trainer;
            this.resident = resident;
            this.order = order;
            this.numbers = new float[most];
            this.moves = new float[2 * most];
            this.targets = new float[most * targetSize];
            this.toldNumbers = scope.tensor(most);
            this.toldMoves = scope.tensor(most, 2);
            this.toldTargets = scope.tensor(most, targetSize);
            this.x = scope.tensor(trainer.model().batchShape(batch));
        }

        @Override
        public void step(int first, int count, Tensor outcome) {
            if (first + count > end) {
                tell(first);
            }
            int at = first - start;
            Tensor inputs = x.rows(0, count);
            resident.inputs().gather(toldNumbers.rows(at, count), toldMoves.rows(at, count), inputs);
            trainer.step(inputs, toldTargets.rows(at, count), outcome);
        }

        private void tell(int first) {
            int count = Math.min(numbers.length, order.length - first);
            resident.pick(order, first, count, numbers, moves, targets);
            Backend backend = trainer.model().backend();
            backend.upload(numbers, toldNumbers.rows(0, count));
            backend.upload(moves, toldMoves.rows(0, count));
            backend.upload(targets, toldTargets.rows(0, count));
            start = first;
            end = first + count;
        }
    }
}
