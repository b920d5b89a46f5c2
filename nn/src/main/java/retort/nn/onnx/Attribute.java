package retort.nn.onnx;

import java.util.Arrays;

/**
 * An attribute of a node.
 *
 * @param type of AttributeProto: 1 a float, 2 an integer, 3 text, 4 a tensor, 6 floats, 7 integers
 */
record Attribute(String name, int type, float number, long integer, String text, Constant tensor, long[] integers) {
    static final int FLOAT = 1;
    static final int INT = 2;
    static final int STRING = 3;
    static final int TENSOR = 4;
    static final int FLOATS = 6;
    static final int INTS = 7;

    /** @param folder that the tensor may have its elements in a file of */
    static Attribute read(WireReader message, ExternalData folder) {
        String name = "";
        int type = 0;
        float number = 0;
        long integer = 0;
        String text = "";
        Constant tensor = null;
        Numbers floats = new Numbers();
        Numbers integers = new Numbers();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.text();
                case 2 -> number = message.float32();
                case 3 -> integer = message.number();
                case 4 -> text = message.text();
                case 5 -> tensor = Constant.read(message.message(), folder);
                case 7 -> message.fixedTo(Float.BYTES, floats);
                case 8 -> message.numbersTo(integers);
                case 20 -> type = message.integer();
                default -> {
                    // A graph, a sparse tensor or a reference: refused where the attribute is asked for.
                }
            }
        }
        long[] list = type == FLOATS ? floats.toArray() : integers.toArray();
        return new Attribute(name, type, number, integer, text, tensor, list);
    }

    /** The numbers of an attribute of floats. */
    float[] floats() {
        float[] floats = new float[integers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.intBitsToFloat((int) integers[i]);
        }
        return floats;
    }

    @Override
    public String toString() {
        return switch (type) {
            case FLOAT -> Float.toString(number);
            case INT -> Long.toString(integer);
            case STRING -> text;
            case INTS -> Arrays.toString(integers);
            case FLOATS -> Arrays.toString(floats());
            default -> "of type " + type;
        };
    }
}
