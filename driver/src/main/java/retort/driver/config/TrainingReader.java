package retort.driver.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import retort.driver.config.Section.Value;
import retort.driver.data.ImageSet;
import retort.driver.job.Descent;
import retort.driver.job.Distortion;
import retort.driver.job.Recipe;
import retort.driver.job.Training;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

/** Makes the training of one model of its table's keys. */
final class TrainingReader {
    /** Those that every model may have. */
    static final List<String> KEYS = List.of(
            "layers",
            "temperature",
            "epochs",
            "batch",
            "optimizer",
            "learning-rate",
            "end-factor",
            "schedule",
            "jitter",
            "affine",
            "elastic",
            "max-norm",
            "weight-average");

    private static final String ADAM = "adam";
    private static final List<String> OPTIMIZERS = List.of(ADAM, "momentum");

    private TrainingReader() {}

    /** @param classes that its last layer must have, or 0 for any number */
    static Training read(Section of, Shape image, int classes) {
        return new Training(
                architecture(of.get("layers"), image, classes),
                of.get("epochs").count(1, Integer.MAX_VALUE),
                of.get("batch").count(1, Integer.MAX_VALUE),
                descent(of),
                of.find("jitter")
                        .map(value -> value.count(0, Math.min(image.extent(0), image.extent(1)) - 1))
                        .orElse(0),
                new Distortion(amount(of, "affine"), amount(of, "elastic")),
                false,
                of.find("max-norm").map(Value::positive).orElse(Float.POSITIVE_INFINITY),
                of.find("weight-average").map(TrainingReader::decay).orElse(0f));
    }

    private static float amount(Section of, String key) {
        return of.find(key).map(Value::notNegative).orElse(0f);
    }

    private static float decay(Value value) {
        double decay = value.share(true);
        if (decay == 0 || decay == 1) {
            throw value.bad("'weight-average' is " + decay + ", expected a decay above 0 and below 1, such as 0.999");
        }
        return (float) decay;
    }

    private static Descent descent(Section of) {
        float rate = of.get("learning-rate").positive();
        Optional<Value> endFactor = of.find("end-factor");
        Optional<Value> schedule = of.find("schedule");
        if (of.get("optimizer").oneOf(OPTIMIZERS).equals(ADAM)) {
            Descent.Fall fall = schedule.map(TrainingReader::fall).orElse(Descent.Fall.LINE);
            schedule.filter(value -> endFactor.isEmpty()).ifPresent(value -> {
                throw value.bad("'schedule' is how the rate falls to 'end-factor', which is missing");
            });
            return new Descent.Adam(rate, endFactor.map(Value::positive).orElse(1f), fall);
        }
        schedule.ifPresent(value -> {
            throw value.bad("'schedule' is for optimizer = \"adam\": momentum has a schedule of its own");
        });
        endFactor.ifPresent(value -> {
            throw value.bad("'end-factor' is for optimizer = \"adam\": momentum has a schedule of its own");
        });
        return new Descent.Momentum(rate);
    }

    private static Descent.Fall fall(Value value) {
        Map<String, Descent.Fall> falls = new LinkedHashMap<>();
        Stream.of(Descent.Fall.values()).forEach(fall -> falls.put(fall.id(), fall));
        return value.choice(falls);
    }

    /** Layer after layer, so that the one that doesn't fit can be named. */
    static Architecture architecture(Value list, Shape image, int classes) {
        List<Layer> layers = new ArrayList<>();
        Shape shape = image;
        for (Value value : list.list()) {
            Layer layer;
            Shape next;
            try {
                layer = Layer.parse(value.text());
                next = layer.outputShape(shape);
            } catch (IllegalArgumentException e) {
                throw value.bad(e.getMessage());
            }
            if (layer.parameterCount(shape) > Recipe.LARGEST_WEIGHT) {
                throw value.bad(
                        layer.text() + " behind " + shape + " has more than " + Recipe.LARGEST_WEIGHT + " parameters");
            }
            layers.add(layer);
            shape = next;
        }
        boolean fits = classes == 0
                ? shape.rank() == 1 && shape.size() >= 2 && shape.size() <= ImageSet.MOST_CLASSES
                : shape.equals(Shape.of(classes));
        if (layers.isEmpty() || !fits) {
            String expected = classes == 0 ? "2 to " + ImageSet.MOST_CLASSES : classes + "";
            throw list.bad("the layers end with " + shape + ", expected " + expected + " values, one a class");
        }
        return new Architecture(image, layers);
    }
}
