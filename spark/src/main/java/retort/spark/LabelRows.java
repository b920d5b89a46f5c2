package retort.spark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import retort.kernels.op.Shape;
import retort.nn.Predictor;
import scala.collection.immutable.ArraySeq;

/**
 * Labels a partition, batch by batch, so that a task holds no more than one batch. Rows have the image first, then what
 * is kept.
 */
final class LabelRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;

    /** Beyond this float16 has only infinity. */
    private static final float LARGEST_FLOAT16 = 65_504;

    private static final String ID = "id";

    private final Teacher teacher;
    private final Labelling how;
    private final Pixels pixels;
    private final String[] kept;
    private final Meters meters;

    LabelRows(Teacher teacher, Labelling how, Pixels pixels, String[] kept, Meters meters) {
        this.teacher = teacher;
        this.how = how;
        this.pixels = pixels;
        this.kept = kept;
        this.meters = meters;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskContext task = TaskContext.get();
        Predictor predictor = Models.of(teacher).predictor(task.cpus());
        task.addTaskCompletionListener((TaskCompletionListener) ended -> predictor.close());
        return new Labelled(rows, predictor);
    }

    /** Rows with their labels, in order. */
    private final class Labelled implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final Predictor predictor;
        private final Shape shape = teacher.input();
        private final float[] inputs = new float[how.batch() * shape.size()];
        private final float[] logits = new float[how.batch() * teacher.classes()];
        private final Deque<Row> ready = new ArrayDeque<>();
        private long last = System.nanoTime();

        Labelled(Iterator<Row> rows, Predictor predictor) {
            this.rows = rows;
            this.predictor = predictor;
        }

        @Override
        public boolean hasNext() {
            if (ready.isEmpty() && rows.hasNext()) {
                labelBatch();
            }
            return !ready.isEmpty();
        }

        @Override
        public Row next() {
            hasNext();
            return ready.removeFirst();
        }

        private void labelBatch() {
            Row[] batch = new Row[how.batch()];
            String[] problems = new String[how.batch()];
            int count = 0;
            int good = 0;
            while (count < how.batch() && rows.hasNext()) {
                Row row = rows.next();
                batch[count] = row;
                try {
                    if (row.isNullAt(0)) {
                        throw new Pixels.BadRowException("is null");
                    }
                    pixels.copy(row.get(0), shape, inputs, good * shape.size());
                    good++;
                } catch (Pixels.BadRowException e) {
                    problems[count] = bad(row, e.getMessage());
                }
                count++;
            }
            if (good > 0) {
                predictor.logits(inputs, good, logits);
            }
            int at = 0;
            for (int i = 0; i < count; i++) {
                int from = at * teacher.classes();
                at += problems[i] == null ? 1 : 0;
                String problem = problems[i] == null ? unusable(batch[i], from) : problems[i];
                ready.addLast(problem == null ? labelled(batch[i], from) : withProblem(batch[i], problem));
            }
            long now = System.nanoTime();
            meters.images().add(count);
            meters.rate().add(count, now - last);
            last = now;
        }

        /** What is wrong with logits, or null. */
        private String unusable(Row row, int from) {
            float most = how.type() == Labelling.Type.FLOAT16 ? LARGEST_FLOAT16 : Float.MAX_VALUE;
            for (int c = from; c < from + teacher.classes(); c++) {
                if (!(Math.abs(logits[c]) <= most)) {
                    return bad(row, "has the logit " + logits[c] + ", which " + how.type() + " does not hold");
                }
            }
            return null;
        }

        private Row labelled(Row row, int from) {
            Object[] values = values(row);
            values[kept.length] = how.type() == Labelling.Type.FLOAT32 ? floats(from) : halves(from);
            values[kept.length + 1] = Predictor.argmax(logits, from, teacher.classes());
            return RowFactory.create(values);
        }

        private Row withProblem(Row row, String problem) {
            Object[] values = values(row);
            values[kept.length + 2] = problem;
            return RowFactory.create(values);
        }

        private Object[] values(Row row) {
            int added = how.onError() == Labelling.OnError.KEEP ? 3 : 2;
            Object[] values = new Object[kept.length + added];
            for (int i = 0; i < kept.length; i++) {
                values[i] = row.get(i + 1);
            }
            return values;
        }

        private Object floats(int from) {
            return new ArraySeq.ofFloat(Arrays.copyOfRange(logits, from, from + teacher.classes()));
        }

        private byte[] halves(int from) {
            ByteBuffer halves =
                    ByteBuffer.allocate(teacher.classes() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int c = from; c < from + teacher.classes(); c++) {
                halves.putShort(Float.floatToFloat16(logits[c]));
            }
            return halves.array();
        }

        /** @throws LabellingException if the job is to stop */
        private String bad(Row row, String problem) {
            if (how.onError() == Labelling.OnError.FAIL) {
                throw new LabellingException(
                        named(row) + ": the image " + problem + "; --on-error=keep puts that into a column");
            }
            meters.bad().add(1);
            return "the image " + problem;
        }

        private String named(Row row) {
            int id = List.of(kept).indexOf(ID);
            int named = Math.max(0, id);
            return kept.length == 0 ? "a row" : "the row of " + kept[named] + " " + row.get(named + 1);
        }
    }
}
