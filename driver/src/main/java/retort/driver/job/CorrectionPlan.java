package retort.driver.job;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the biases of what a student never saw are found.
 *
 * @param kinds ways that are tried, each once; of those that read no label the first is the one that counts
 * @param on which unlabelled images these are fitted on
 * @param images how many of these, drawn by the seed; without it all
 */
public record CorrectionPlan(List<BiasCorrection.Kind> kinds, On on, Optional<Integer> images) {
    /** None is tried. */
    public static final CorrectionPlan NONE = of(List.of());

    /** Unlabelled images. */
    public enum On {
        /** The very images that are to be named: transductive. */
        TEST,
        /** Images of the training files that no model is trained on: inductive. */
        HELD_OUT;

        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** All names, for people. */
        public static String ids() {
            return Arrays.stream(values()).map(On::id).collect(Collectors.joining(" or "));
        }

        /** Those of that name. */
        public static Optional<On> byId(String id) {
            return Arrays.stream(values()).filter(on -> on.id().equals(id)).findFirst();
        }
    }

    public CorrectionPlan {
        kinds = List.copyOf(new LinkedHashSet<>(kinds));
    }

    /** On all test images. */
    public static CorrectionPlan of(List<BiasCorrection.Kind> kinds) {
        return new CorrectionPlan(kinds, On.TEST, Optional.empty());
    }

    /** Other ways that read no label; one that does stays. */
    public CorrectionPlan withLabelFree(List<BiasCorrection.Kind> others) {
        Stream<BiasCorrection.Kind> limits = kinds.stream().filter(BiasCorrection.Kind::readsLabels);
        return new CorrectionPlan(Stream.concat(limits, others.stream()).toList(), on, images);
    }

    public CorrectionPlan withOn(On other) {
        return new CorrectionPlan(kinds, other, images);
    }

    public CorrectionPlan withImages(int other) {
        return new CorrectionPlan(kinds, on, Optional.of(other));
    }

    /** What is not as it usually is, to follow other words; empty where all is. */
    public String text() {
        String text = on == On.TEST ? "" : ", corrected on " + on.id() + " images";
        return text + images.map(n -> ", corrected on " + n + " images").orElse("");
    }

    /** Whether a way is tried that images are needed for. */
    boolean fits() {
        return kinds.stream().anyMatch(kind -> !kind.readsLabels());
    }
}
