package retort.nn;

import java.nio.file.Path;
import java.util.Map;
import retort.kernels.op.ElementType;
import retort.kernels.op.Int8;
import retort.kernels.op.Shape;

/**
 * A layer's weights in a model file, by output channel along their last axis: of float32 and bf16 a tensor of that
 * type, of int8 one of whole numbers and, as {@code NAME_scale}, what each channel is multiplied by.
 */
final class StoredWeights {
    private static final String SCALE = "_scale";
    static final String WEIGHT = ".weight";

    private StoredWeights() {}

    /** Whether a parameter's name is that of weights; else it is one number a channel, which stays float32. */
    static boolean isWeight(String parameter) {
        return parameter.endsWith(WEIGHT) && !BatchNorm.isFactor(parameter);
    }

    /** Adds the tensors of some weights, which the type holds as they are. */
    static void put(
            Map<String, SafeTensors.Entry> tensors, String name, Shape shape, ElementType type, float[] elements) {
        if (type != ElementType.INT8) {
            tensors.put(name, new SafeTensors.Entry(shape, type, elements));
            return;
        }
        int channels = channels(shape);
        float[] scales = Int8.scales(elements, 0, elements.length / channels, channels);
        float[] numbers = new float[elements.length];
        for (int e = 0; e < numbers.length; e++) {
            numbers[e] = Int8.of(elements[e], scales[e % channels]);
        }
        tensors.put(name, new SafeTensors.Entry(shape, type, numbers));
        tensors.put(name + SCALE, new SafeTensors.Entry(Shape.of(channels), scales));
    }

    /** What a file has its weights as. */
    static ElementType type(Path file, SafeTensors tensors) {
        ElementType type = null;
        for (Map.Entry<String, SafeTensors.Entry> named : tensors.tensors().entrySet()) {
            ElementType its = named.getValue().type();
            if (isWeight(named.getKey())) {
                if (type != null && its != type) {
                    throw new ModelFileException(
                            file, named.getKey() + " is of " + its + ", expected " + type + " like the weights before");
                }
                type = its;
            }
        }
        return type == null ? ElementType.FLOAT32 : type;
    }

    /** A parameter's elements. */
    static float[] elements(Path file, SafeTensors tensors, String name, Shape shape) {
        SafeTensors.Entry entry = entry(file, tensors, name, shape);
        if (entry.type() != ElementType.INT8) {
            return entry.elements();
        }
        if (!isWeight(name)) {
            throw new ModelFileException(file, name + " is of int8, expected float32 or bf16");
        }
        int channels = channels(shape);
        float[] scales = entry(file, tensors, name + SCALE, Shape.of(channels)).elements();
        float[] elements = new float[shape.size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = scales[e % channels] * entry.elements()[e];
        }
        return elements;
    }

    private static SafeTensors.Entry entry(Path file, SafeTensors tensors, String name, Shape shape) {
        SafeTensors.Entry entry = tensors.tensors().get(name);
        if (entry == null) {
            throw new ModelFileException(file, "has no tensor " + name + ", expected one of " + shape);
        }
        if (!entry.shape().equals(shape)) {
            throw new ModelFileException(file, name + " is " + entry.shape() + ", expected " + shape);
        }
        return entry;
    }

    /** Tensors that a parameter takes in a file. */
    static int count(String name, ElementType type) {
        return type == ElementType.INT8 && isWeight(name) ? 2 : 1;
    }

    private static int channels(Shape shape) {
        return shape.extent(shape.rank() - 1);
    }
}
