package retort.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import retort.kernels.op.ElementType;

/**
 * A network for inference with each batch normalisation in the convolution or dense layer right before it, as the same
 * function of fewer layers: with f = gamma / sqrt(variance + epsilon) of a channel its weights become f w, and its bias
 * f (b - mean) + beta. Numbers are rounded once.
 *
 * <p>Source: Jacob et al. 2018, section 3.2.
 */
final class Folding {
    private final Map<String, float[]> whole;
    private final Predicate<Layer> foldable;
    private final Map<String, float[]> tensors = new HashMap<>();

    private Folding(Map<String, float[]> whole, Predicate<Layer> foldable) {
        this.whole = whole;
        this.foldable = foldable;
    }

    /** A network and its tensors by name. */
    record Folded(Architecture architecture, Map<String, float[]> tensors) {}

    /**
     * @param whole the tensors of a network by name
     * @param foldable which layers may take in what comes behind them; without bias they get one
     */
    static Folded of(Architecture architecture, Map<String, float[]> whole, Predicate<Layer> foldable) {
        Folding folding = new Folding(whole, foldable);
        List<Layer> layers = folding.layers(architecture.layers(), "", "");
        return new Folded(new Architecture(architecture.input(), layers), folding.tensors);
    }

    /**
     * Layers that may take in what comes behind them: filters are stored as float32 whatever they are rounded to, dense
     * weights of fewer bits would have to be rounded again.
     */
    static Predicate<Layer> foldable(ElementType weights) {
        return layer -> switch (layer) {
            case Layer.Conv2D conv2d -> true;
            case DepthwiseConv2D conv2d -> true;
            case Layer.Dense dense -> weights == ElementType.FLOAT32;
            default -> false;
        };
    }

    /** Whether there is anything to take in. */
    static boolean isPossible(List<Layer> layers, Predicate<Layer> foldable) {
        for (int i = 0; i < layers.size(); i++) {
            boolean here = layers.get(i) instanceof Residual residual
                    ? isPossible(residual.block(), foldable) || isPossible(residual.shortcut(), foldable)
                    : isFolded(layers, i, foldable);
            if (here) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFolded(List<Layer> layers, int i, Predicate<Layer> foldable) {
        return foldable.test(layers.get(i)) && i + 1 < layers.size() && layers.get(i + 1) instanceof BatchNorm;
    }

    /** @param from what the names of the layers' tensors begin with, and {@code to} what they will begin with */
    private List<Layer> layers(List<Layer> layers, String from, String to) {
        List<Layer> kept = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            String old = from + i + ".";
            String its = to + kept.size() + ".";
            if (isFolded(layers, i, foldable)) {
                fold(layers.get(i), (BatchNorm) layers.get(i + 1), old, from + (i + 1) + ".", its);
                kept.add(layers.get(i) instanceof Layer.Conv2D conv2d ? conv2d.with(true) : layers.get(i));
                i++;
            } else if (layers.get(i) instanceof Residual residual) {
                kept.add(new Residual(
                        layers(residual.block(), old, its),
                        layers(residual.shortcut(), old + "shortcut.", its + "shortcut.")));
            } else {
                whole.forEach((name, elements) -> {
                    if (name.startsWith(old)) {
                        tensors.put(its + name.substring(old.length()), elements);
                    }
                });
                kept.add(layers.get(i));
            }
        }
        return kept;
    }

    private void fold(Layer layer, BatchNorm norm, String old, String ofNorm, String its) {
        String name = layer.text().split(" ")[0];
        String normName = ofNorm + BatchNorm.NAME;
        float[] gamma = whole.get(normName + StoredWeights.WEIGHT);
        float[] beta = whole.get(normName + ".bias");
        float[] mean = whole.get(normName + BatchNorm.RUNNING_MEAN);
        float[] variance = whole.get(normName + BatchNorm.RUNNING_VARIANCE);
        float[] bias = whole.get(old + name + ".bias");
        float[] weight = whole.get(old + name + StoredWeights.WEIGHT).clone();
        int channels = gamma.length;
        float[] newBias = new float[channels];
        for (int c = 0; c < channels; c++) {
            double factor = gamma[c] / Math.sqrt((double) variance[c] + norm.epsilon());
            newBias[c] = (float) (factor * ((bias == null ? 0 : bias[c]) - (double) mean[c]) + beta[c]);
            for (int e = c; e < weight.length; e += channels) {
                weight[e] = (float) (factor * weight[e]);
            }
        }
        tensors.put(its + name + StoredWeights.WEIGHT, weight);
        tensors.put(its + name + ".bias", newBias);
    }
}
