package retort.driver.predict;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model says of an image.
 *
 * @param label the number of the most probable class
 * @param probabilities of each class
 */
public record Prediction(int label, double[] probabilities) {
    /** The numbers of the most probable classes, the most probable first. */
    public List<Integer> first(int most) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -probabilities[c]))
                .limit(most)
                .toList();
    }
}
