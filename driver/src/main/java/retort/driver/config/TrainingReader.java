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
import retort.driver.job.EarlyStopping;
import retort.driver.job.Recipe;
import retort.driver.job.Training;
import retort.kernels.op.Shape;
import retort.kernels.op.WeightDecay;
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
            "weight-average",
            "momentum",
            "nesterov",
            "weight-decay",
            "clip-norm",
            "patience",
            "held-out");

    private static final List<String> OPTIMIZERS = List.of("adam", "adamw", "sgd", "sgdw", "momentum");

    private TrainingReader() {}

    /** @param classes that its last layer must have, or 0 for any number */
    static Training read(Section of, Shape image, int classes) {
        Training training = new Training(
                architecture(of.get("layers"), image, classes),
                of.get("epochs").count(1, Integer.MAX_VALUE),
                of.get("batch").count(1, Integer.MAX_VALUE),
                descent(of),
                of.find("jitter")
                        .map(value -> value.count(0, Math.min(image.extent(0), image.extent(1)) - 1))
                        .orElse(0),
                new Distortion(
                        amount(of, "affine", Distortion.MOST_AFFINE), amount(of, "elastic", Distortion.MOST_ELASTIC)),
                false,
                of.find("max-norm").map(Value::positive).orElse(Float.POSITIVE_INFINITY),
                of.find("weight-average").map(TrainingReader::decay).orElse(0f),
                of.find("clip-norm").map(Value::positive).orElse(Float.POSITIVE_INFINITY),
                stopping(of));
        String contradiction = training.contradiction();
        if (contradiction != null) {
            throw of.find(training.descent().contradiction() == null ? "patience" : "weight-decay")
                    .orElseGet(() -> of.get("learning-rate"))
                    .bad(contradiction);
        }
        return training;
    }

    private static EarlyStopping stopping(Section of) {
        Optional<Value> heldOut = of.find("held-out");
        Optional<Value> patience = of.find("patience");
        if (patience.isEmpty()) {
            heldOut.ifPresent(value -> {
                throw value.bad("'held-out' is what early stopping looks at: 'patience' is missing");
            });
            return EarlyStopping.NONE;
        }
        return new EarlyStopping(
                heldOut.map(TrainingReader::heldOut).orElse(EarlyStopping.USUAL_SHARE),
                patience.get().count(1, Integer.MAX_VALUE));
    }

    private static float heldOut(Value value) {
        float share = (float) value.share(false);
        if (share == 0) {
            throw value.bad("'held-out' is 0, expected a share above 0 and below 1");
        }
        return share;
    }

    private static float amount(Section of, String key, float most) {
        return of.find(key).map(value -> value.upTo(most)).orElse(0f);
    }

    private static float decay(Value value) {
        float decay = (float) value.share(true);
        if (decay == 0 || decay == 1) {
            throw value.bad("'weight-average' is " + decay + ", expected a decay above 0 and below 1, such as 0.999");
        }
        return decay;
    }

    private static Descent descent(Section of) {
        float rate = of.get("learning-rate").positive();
        Value optimizer = of.get("optimizer");
        String name = optimizer.oneOf(OPTIMIZERS);
        if (name.equals("momentum")) {
            for (String key : List.of("schedule", "end-factor", "momentum", "nesterov", "weight-decay")) {
                refuse(of, key, "is not for optimizer = \"momentum\", which has a schedule of its own");
            }
            return new Descent.Momentum(rate);
        }
        float lastShare = of.find("end-factor").map(Value::positive).orElse(1f);
        Descent.Fall fall = of.find("schedule").map(TrainingReader::fall).orElse(Descent.Fall.LINE);
        if (of.find("end-factor").isEmpty()) {
            refuse(of, "schedule", "is how the rate falls to 'end-factor', which is missing");
        }
        if (name.startsWith("adam")) {
            refuse(of, "momentum", "is for optimizer = \"sgd\"");
            refuse(of, "nesterov", "is for optimizer = \"sgd\"");
            return new Descent.Adam(rate, lastShare, fall, decay(of, name, Descent.Adam.USUAL_DECAY));
        }
        float momentum =
                of.find("momentum").map(value -> (float) value.share(false)).orElse(Descent.Sgd.USUAL_MOMENTUM);
        boolean nesterov = of.find("nesterov").map(Value::flag).orElse(momentum > 0);
        if (nesterov && momentum == 0) {
            refuse(of, "nesterov", "needs a momentum above 0");
        }
        return new Descent.Sgd(rate, momentum, nesterov, lastShare, fall, decay(of, name, Descent.Sgd.USUAL_DECAY));
    }

    /** Decoupled where the name ends with w; then there is one in any case. */
    private static WeightDecay decay(Section of, String optimizer, float usual) {
        boolean decoupled = optimizer.endsWith("w");
        Optional<Value> given = of.find("weight-decay");
        if (!decoupled) {
            return WeightDecay.penalty(given.map(Value::notNegative).orElse(0f));
        }
        return WeightDecay.decoupled(given.map(Value::positive).orElse(usual));
    }

    private static void refuse(Section of, String key, String why) {
        of.find(key).ifPresent(value -> {
            throw value.bad("'" + key + "' " + why);
        });
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
