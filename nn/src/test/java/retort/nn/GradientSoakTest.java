package retort.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import retort.kernels.EnginesUnderTest;
import retort.kernels.Soak;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Divergence;
import retort.kernels.op.Shape;
import retort.nn.GradientTest.Case;

/**
 * Gradients of random networks on every engine, against central differences in double. Distillation other than by soft
 * targets is held against quotients of its own in the kernels' DistillationTest: what a loss gives goes through the
 * layers in the same way whatever loss it is.
 */
class GradientSoakTest {
    private static final int NETWORKS = 2_000;

    /** Layers before the last one with weights. */
    private static final int MOST_LAYERS = 6;

    /** Layers whose rounding {@link RoundingBounds} knows; the others are held to differences in LayerGradientTest. */
    private static final Set<Class<?>> BOUNDED =
            Set.of(Layer.Conv2D.class, Layer.Dense.class, Layer.Dropout.class, Layer.Flatten.class, Layer.ReLU.class);

    @Test
    void gradientsOfRandomNetworksEqualCentralDifferences() {
        int count = Soak.count(NETWORKS);
        int kinks = 0;
        Set<Class<?>> layers = new HashSet<>();
        Set<Class<?>> losses = new HashSet<>();
        for (int done = 0, tried = 0; done < count; tried++) {
            Case c = random(Soak.seed() + tried);
            try {
                GradientTest.check(c);
                done++;
                c.architecture().layers().forEach(layer -> layers.add(layer.getClass()));
                losses.add(c.loss().getClass());
            } catch (KinkException e) {
                kinks++;
                assertEquals(true, kinks < 10 + count, "too many: " + e.getMessage());
            } catch (RuntimeException e) {
                throw new AssertionError(c.name() + ", batch " + c.batch() + ", seed " + c.seed(), e);
            }
        }
        assertEquals(BOUNDED, layers);
        assertEquals(Set.of(Loss.class.getPermittedSubclasses()), losses);
        Soak.kept(
                2,
                "gradients of random networks, " + EnginesUnderTest.all(),
                count,
                "all within the bound of rounding and of the quotient");
    }

    private static Case random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Shape input = random.nextBoolean()
                ? Shape.of(random.nextInt(1, 30))
                : Shape.of(random.nextInt(1, 9), random.nextInt(1, 9), random.nextInt(1, 5));
        List<Layer> layers = new ArrayList<>();
        Shape shape = input;
        int count = random.nextInt(MOST_LAYERS + 1);
        for (int l = 0; l < count; l++) {
            layers.add(layer(shape, random));
            shape = layers.getLast().outputShape(shape);
        }
        if (shape.rank() > 1) {
            layers.add(new Layer.Flatten());
        }
        layers.add(new Layer.Dense(random.nextInt(2, 8)));
        if (random.nextInt(4) == 0) {
            layers.add(new Layer.ReLU());
        }
        return Case.of(new Architecture(input, layers), loss(random), random.nextInt(1, 8), seed);
    }

    /** One that can follow an example of this shape. */
    private static Layer layer(Shape shape, SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> new Layer.ReLU();
            case 1 -> new Layer.Dropout(random.nextInt(1, 8) / 10f);
            case 2 -> new Layer.Flatten();
            default -> shape.rank() == 1 ? new Layer.Dense(random.nextInt(1, 40)) : convolution(shape, random);
        };
    }

    private static Layer convolution(Shape shape, SplittableRandom random) {
        int height = random.nextInt(1, Math.min(4, shape.extent(0)) + 1);
        int width = random.nextInt(1, Math.min(4, shape.extent(1)) + 1);
        int padding = random.nextInt(Math.min(height, width));
        return new Layer.Conv2D(random.nextInt(1, 20), height, width, random.nextInt(1, 4), padding);
    }

    private static Loss loss(SplittableRandom random) {
        float temperature = random.nextInt(1, 10) / 2f;
        return switch (random.nextInt(3)) {
            case 0 -> new Loss.CrossEntropy(temperature, Targets.HARD);
            case 1 -> new Loss.CrossEntropy(temperature, Targets.SOFT);
            default -> new Loss.Distillation(new Divergence.SoftTargets(), temperature, random.nextInt(5) / 4f);
        };
    }
}
