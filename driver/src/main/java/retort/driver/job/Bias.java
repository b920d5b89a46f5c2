package retort.driver.job;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What is added to the logits, a number for each class. That a prediction is the largest logit makes the same number
 * for all of them no bias.
 */
public record Bias(List<Double> ofClass) {
    public Bias {
        ofClass = List.copyOf(ofClass);
    }

    /** The same number for some classes, and 0 for the others. */
    static Bias of(int classes, Set<Integer> raised, double by) {
        return new Bias(IntStream.range(0, classes)
                .mapToObj(c -> raised.contains(c) ? by : 0)
                .toList());
    }

    static Bias of(double[] ofClass) {
        return new Bias(DoubleStream.of(ofClass).boxed().toList());
    }

    /** By how much some classes are raised over the others: the difference of the two means. */
    public double raise(Set<Integer> classes) {
        return mean(classes, true) - mean(classes, false);
    }

    /** Exact where all of them are equal. */
    private double mean(Set<Integer> classes, boolean inside) {
        List<Double> some = IntStream.range(0, ofClass.size())
                .filter(c -> classes.contains(c) == inside)
                .mapToObj(ofClass::get)
                .toList();
        double least = some.isEmpty() ? 0 : Collections.min(some);
        return least + some.stream().mapToDouble(b -> b - least).average().orElse(0);
    }
}
