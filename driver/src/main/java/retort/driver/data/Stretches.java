package retort.driver.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Parts of a labelled set that are set apart from the rest: what validates a model, the folds of a cross-validation,
 * what is not used. They are stretches of the set in its own order, as long as each holds every class in proportion: as
 * often as in a random draw, within {@value #DEVIATIONS} standard deviations and one more, and leaves some of it to the
 * others. Otherwise, as in a set that is sorted by class, they are stretches of a stratified order, which is drawn by a
 * seed.
 *
 * @param stratified whether they are
 * @param positions in each of the parts, from low to high
 */
public record Stretches(int size, boolean stratified, List<int[]> positions) {
    /** In a set of random order one class in a million is further from its share. */
    private static final int DEVIATIONS = 5;

    /**
     * @param label of each of {@code size} examples, in order
     * @param bounds where stretches begin, and last where the last one ends
     */
    public static Stretches of(IntUnaryOperator label, int size, int[] bounds, long seed) {
        int[] order = IntStream.range(0, size).toArray();
        boolean stratified = !inProportion(label, size, bounds);
        if (stratified) {
            order = stratified(label, size, seed);
        }
        List<int[]> parts = new ArrayList<>();
        for (int i = 0; i + 1 < bounds.length; i++) {
            int[] part = Arrays.copyOfRange(order, bounds[i], bounds[i + 1]);
            Arrays.sort(part);
            parts.add(part);
        }
        return new Stretches(size, stratified, parts);
    }

    /** All that are not in a part. */
    public int[] others(int part) {
        boolean[] inside = new boolean[size];
        for (int position : positions.get(part)) {
            inside[position] = true;
        }
        return IntStream.range(0, size).filter(i -> !inside[i]).toArray();
    }

    private static boolean inProportion(IntUnaryOperator label, int size, int[] bounds) {
        int[] all = count(label, 0, size, classes(label, size));
        for (int i = 0; i + 1 < bounds.length; i++) {
            int[] inside = count(label, bounds[i], bounds[i + 1], all.length);
            double share = (bounds[i + 1] - bounds[i]) / (double) size;
            for (int c = 0; c < all.length; c++) {
                // Of a hypergeometric distribution.
                double variance = all[c] * share * (1 - share) * (size - all[c]) / Math.max(1, size - 1);
                boolean usual = Math.abs(inside[c] - all[c] * share) <= DEVIATIONS * Math.sqrt(variance) + 1;
                boolean gone = share < 1 && all[c] > 1 && inside[c] == all[c];
                if (!usual || gone) {
                    return false;
                }
            }
        }
        return true;
    }

    /** One more than the largest label. */
    private static int classes(IntUnaryOperator label, int size) {
        return 1 + IntStream.range(0, size).map(label).max().orElse(-1);
    }

    private static int[] count(IntUnaryOperator label, int from, int to, int classes) {
        int[] count = new int[classes];
        for (int i = from; i < to; i++) {
            count[label.applyAsInt(i)]++;
        }
        return count;
    }

    /** Each class in random order, and spread evenly: any stretch holds each in proportion, but for one or two. */
    private static int[] stratified(IntUnaryOperator label, int size, long seed) {
        List<List<Integer>> classes = new ArrayList<>();
        IntStream.range(0, classes(label, size)).forEach(c -> classes.add(new ArrayList<>()));
        for (int i = 0; i < size; i++) {
            classes.get(label.applyAsInt(i)).add(i);
        }
        Random random = new Random(seed);
        double[] place = new double[size];
        for (List<Integer> ofClass : classes) {
            Collections.shuffle(ofClass, random);
            for (int rank = 0; rank < ofClass.size(); rank++) {
                place[ofClass.get(rank)] = (rank + 0.5) / ofClass.size();
            }
        }
        return IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> place[i]).thenComparing(label::applyAsInt))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
