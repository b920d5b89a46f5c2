package retort.driver.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import retort.driver.data.ImageSet;

/** The images in which a teacher that names them right sees most of some other class: what soft labels carry. */
public final class Lookalikes {
    private Lookalikes() {}

    /** An image and how much it looks like something else. */
    private record Found(int image, double likeness) {}

    /**
     * One image of each class, the most alike first.
     *
     * @param logits of the teacher, of all these images
     * @param wanted classes that images of the others are to look like; empty for any
     * @param temperature T of the softmax that tells how alike
     * @param most as many images as this
     */
    public static List<Integer> of(Logits logits, ImageSet images, Set<Integer> wanted, double temperature, int most) {
        Found[] best = new Found[logits.classes()];
        for (int i = 0; i < logits.rows(); i++) {
            int label = images.label(i);
            if (wanted.contains(label) || logits.prediction(i) != label) {
                continue;
            }
            double likeness = likeness(logits.probabilities(i, temperature), label, wanted);
            if (best[label] == null || likeness > best[label].likeness()) {
                best[label] = new Found(i, likeness);
            }
        }
        List<Found> found = new ArrayList<>();
        for (Found each : best) {
            if (each != null) {
                found.add(each);
            }
        }
        return found.stream()
                .sorted(Comparator.comparingDouble(Found::likeness).reversed())
                .limit(most)
                .map(Found::image)
                .toList();
    }

    /** The largest probability of a class that is wanted, or of any but the image's own. */
    private static double likeness(double[] probabilities, int label, Set<Integer> wanted) {
        double largest = 0;
        for (int c = 0; c < probabilities.length; c++) {
            if (c != label && (wanted.isEmpty() || wanted.contains(c))) {
                largest = Math.max(largest, probabilities[c]);
            }
        }
        return largest;
    }
}
