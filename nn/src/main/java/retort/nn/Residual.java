package retort.nn;

import java.util.List;
import java.util.stream.Collectors;
import retort.kernels.op.Shape;

/**
 * y = block(x) + shortcut(x), each a sequence of layers; a shortcut without layers is x itself. Text forms: {@code
 * residual [conv2d 16 3x3 stride 1 padding 1, relu, conv2d 16 3x3 stride 1 padding 1]}, and with {@code  shortcut
 * [conv2d 16 1x1]} behind it. Source: He, Zhang, Ren and Sun 2016.
 */
public record Residual(List<Layer> block, List<Layer> shortcut) implements Layer {
    static final String NAME = "residual";
    private static final String OPEN = NAME + " [";
    private static final String SHORTCUT = "] shortcut [";

    /** @throws IllegalArgumentException if the block has no layer, or one of either is a residual one itself */
    public Residual {
        block = List.copyOf(block);
        shortcut = List.copyOf(shortcut);
        if (block.isEmpty()) {
            throw new IllegalArgumentException(NAME + ": a block has at least one layer");
        }
        for (List<Layer> layers : List.of(block, shortcut)) {
            if (layers.stream().anyMatch(Residual.class::isInstance)) {
                throw new IllegalArgumentException(NAME + ": a block holds no other residual block");
            }
        }
    }

    /** Around a block that keeps the shape of what it is given. */
    public static Residual of(Layer... block) {
        return new Residual(List.of(block), List.of());
    }

    static Residual parse(String text) {
        if (!text.startsWith(OPEN) || !text.endsWith("]")) {
            throw new NumberFormatException(text);
        }
        String inner = text.substring(OPEN.length(), text.length() - 1);
        int at = inner.indexOf(SHORTCUT);
        return at < 0
                ? new Residual(layers(inner), List.of())
                : new Residual(layers(inner.substring(0, at)), layers(inner.substring(at + SHORTCUT.length())));
    }

    private static List<Layer> layers(String text) {
        return List.of(text.split(", ", -1)).stream()
                .map(each -> {
                    if (each.startsWith(OPEN)) {
                        throw new IllegalArgumentException(NAME + ": a block holds no other residual block");
                    }
                    return Layer.parse(each);
                })
                .toList();
    }

    @Override
    public Shape outputShape(Shape input) {
        Shape ofBlock = output(block, input);
        Shape ofShortcut = output(shortcut, input);
        if (!ofBlock.equals(ofShortcut)) {
            throw new IllegalArgumentException(NAME + ": the block gives " + ofBlock + ", the shortcut " + ofShortcut
                    + ", expected the same of both");
        }
        return ofBlock;
    }

    private static Shape output(List<Layer> layers, Shape input) {
        Shape shape = input;
        for (Layer layer : layers) {
            shape = layer.outputShape(shape);
        }
        return shape;
    }

    @Override
    public long parameterCount(Shape input) {
        return count(block, input) + count(shortcut, input);
    }

    private static long count(List<Layer> layers, Shape input) {
        long count = 0;
        Shape shape = input;
        for (Layer layer : layers) {
            count += layer.parameterCount(shape);
            shape = layer.outputShape(shape);
        }
        return count;
    }

    @Override
    public String text() {
        return OPEN + text(block) + (shortcut.isEmpty() ? "" : SHORTCUT + text(shortcut)) + "]";
    }

    private static String text(List<Layer> layers) {
        return layers.stream().map(Layer::text).collect(Collectors.joining(", "));
    }
}
