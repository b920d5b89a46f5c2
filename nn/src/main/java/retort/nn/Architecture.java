package retort.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import retort.kernels.op.Shape;

/**
 * A sequential network: the shape of one example, and the layers it goes through. Its text form, {@code input 28x28x1;
 * conv2d 32 3x3; relu; flatten; dense 10}, stands in model files.
 */
public record Architecture(Shape input, List<Layer> layers) {
    private static final String INPUT = "input ";

    /**
     * @throws IllegalArgumentException if there is no layer, or one can't follow another
     */
    public Architecture {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("architecture: at least one layer is needed");
        }
        Shape shape = input;
        for (Layer layer : layers) {
            shape = layer.outputShape(shape);
        }
    }

    public static Architecture of(Shape input, Layer... layers) {
        return new Architecture(input, Arrays.asList(layers));
    }

    /** The shape of an example after the last layer. */
    public Shape output() {
        Shape shape = input;
        for (Layer layer : layers) {
            shape = layer.outputShape(shape);
        }
        return shape;
    }

    /** Trained values of all layers. */
    public long parameterCount() {
        long count = 0;
        Shape shape = input;
        for (Layer layer : layers) {
            count += layer.parameterCount(shape);
            shape = layer.outputShape(shape);
        }
        return count;
    }

    /** The layers one a part; those of a residual block stand indented above its {@code residual sum}. */
    public List<Network.Part> parts() {
        List<Network.Part> parts = new ArrayList<>();
        addParts(layers, input, "", parts);
        return List.copyOf(parts);
    }

    private static void addParts(List<Layer> layers, Shape input, String indent, List<Network.Part> parts) {
        Shape shape = input;
        for (Layer layer : layers) {
            Shape output = layer.outputShape(shape);
            if (layer instanceof Residual residual) {
                addParts(residual.block(), shape, indent + "  ", parts);
                addParts(residual.shortcut(), shape, indent + "  shortcut ", parts);
                parts.add(new Network.Part(indent + "residual sum", output, 0));
            } else {
                parts.add(new Network.Part(indent + layer.text(), output, layer.parameterCount(shape)));
            }
            shape = output;
        }
    }

    public String text() {
        String extents =
                Arrays.stream(input.extents()).mapToObj(Integer::toString).collect(Collectors.joining("x"));
        return INPUT
                + extents
                + layers.stream().map(layer -> "; " + layer.text()).collect(Collectors.joining());
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it isn't one
     */
    public static Architecture parse(String text) {
        return parse(text, List.of());
    }

    /** The same where a program's own layers may stand, but not in a residual block. */
    public static Architecture parse(String text, List<? extends OwnLayer> own) {
        String[] parts = text.split("; ");
        // Of a pattern with a group for each extent the matcher would take a frame of the stack for each.
        String[] sides =
                parts[0].startsWith(INPUT) ? parts[0].substring(INPUT.length()).split("x", -1) : new String[0];
        if (sides.length == 0 || !Arrays.stream(sides).allMatch(side -> side.matches("\\d{1,9}"))) {
            throw new IllegalArgumentException("architecture: expected 'input HxWxC; ...', got '" + text + "'");
        }
        int[] extents = Arrays.stream(sides).mapToInt(Integer::parseInt).toArray();
        List<Layer> layers = Arrays.stream(parts)
                .skip(1)
                .map(part -> own.stream()
                        .filter(layer -> layer.text().equals(part))
                        .findFirst()
                        .<Layer>map(layer -> layer)
                        .orElseGet(() -> Layer.parse(part)))
                .toList();
        return new Architecture(Shape.of(extents), layers);
    }
}
