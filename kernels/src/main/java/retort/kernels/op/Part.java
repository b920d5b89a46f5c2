package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A part of an op that is an op of the same kind by itself, so that the reference, which is slow, can be asked for some
 * elements of a large result: some rows and columns of a product, some images of a batch. The first and last are always
 * among them.
 *
 * @param spec of the part
 * @param elements for each operand of the part, where its elements stand in the whole operand
 */
public record Part(Spec spec, List<int[]> elements) {
    static final int ROWS = 24;
    static final int COLUMNS = 40;
    static final int IMAGES = 3;
    static final int FILTERS = 2;
    static final int ELEMENTS = 20_000;

    /** All of it. */
    public static Part whole(Spec spec) {
        return new Part(
                spec,
                spec.operands().stream()
                        .map(operand -> all(operand.shape().size()))
                        .toList());
    }

    /** The part's elements of each whole operand. */
    public float[][] take(float[][] whole) {
        return IntStream.range(0, elements.size())
                .mapToObj(i -> take(i, whole[i]))
                .toArray(float[][]::new);
    }

    /** The part's elements of one whole operand. */
    public float[] take(int operand, float[] whole) {
        int[] at = elements.get(operand);
        float[] part = new float[at.length];
        for (int e = 0; e < part.length; e++) {
            part[e] = whole[at[e]];
        }
        return part;
    }

    static int[] all(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** At most {@code most} numbers below {@code count}, in order, the first and the last among them. */
    static int[] some(int count, int most, SplittableRandom random) {
        if (count <= most) {
            return all(count);
        }
        IntStream between = random.ints(0, count).distinct().limit(most - 2L);
        return IntStream.concat(IntStream.of(0, count - 1), between)
                .distinct()
                .sorted()
                .toArray();
    }

    static int[] rows(int[] rows, int columns) {
        return grid(rows, columns, all(columns));
    }

    /** {@code outer[i] * outerStride + inner[j]}, row by row. */
    static int[] grid(int[] outer, int outerStride, int[] inner) {
        int[] at = new int[outer.length * inner.length];
        for (int i = 0; i < outer.length; i++) {
            for (int j = 0; j < inner.length; j++) {
                at[i * inner.length + j] = outer[i] * outerStride + inner[j];
            }
        }
        return at;
    }

    static List<int[]> same(int[] at, int times) {
        return IntStream.range(0, times).mapToObj(i -> at).toList();
    }
}
