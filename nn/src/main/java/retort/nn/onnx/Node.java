package retort.nn.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operation of a graph.
 *
 * @param inputs names of values, empty for one that is left out
 * @param outputs likewise
 */
record Node(
        String name,
        String op,
        String domain,
        List<String> inputs,
        List<String> outputs,
        Map<String, Attribute> attributes) {

    static Node read(WireReader message, ExternalData folder) {
        String name = "";
        String op = "";
        String domain = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> inputs.add(message.text());
                case 2 -> outputs.add(message.text());
                case 3 -> name = message.text();
                case 4 -> op = message.text();
                case 5 -> {
                    Attribute attribute = Attribute.read(message.message(), folder);
                    attributes.put(attribute.name(), attribute);
                }
                case 7 -> domain = message.text();
                default -> {
                    // Documentation and the like.
                }
            }
        }
        return new Node(name, op, domain, List.copyOf(inputs), List.copyOf(outputs), attributes);
    }

    /** For people: what it is called and does. */
    String title() {
        String called = name.isEmpty() && !outputs.isEmpty() ? outputs.getFirst() : name;
        return "'" + called + "' (" + op + ")";
    }

    boolean hasInput(int index) {
        return index < inputs.size() && !inputs.get(index).isEmpty();
    }

    /** The name of an input that must be there. */
    String input(int index) {
        if (!hasInput(index)) {
            throw new Refusal(this, "has no input " + (index + 1) + ", which it needs");
        }
        return inputs.get(index);
    }

    String output() {
        if (outputs.isEmpty() || outputs.getFirst().isEmpty()) {
            throw new Refusal(this, "has no output");
        }
        return outputs.getFirst();
    }

    /** Whether an output beyond the first is asked for. */
    boolean hasMoreOutputs() {
        return outputs.stream().skip(1).anyMatch(output -> !output.isEmpty());
    }

    boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    int integer(String attribute, int otherwise) {
        if (!has(attribute)) {
            return otherwise;
        }
        return exact(attribute, of(attribute, Attribute.INT, "an integer").integer());
    }

    float number(String attribute, float otherwise) {
        return has(attribute) ? of(attribute, Attribute.FLOAT, "a float").number() : otherwise;
    }

    String text(String attribute, String otherwise) {
        return has(attribute) ? of(attribute, Attribute.STRING, "text").text() : otherwise;
    }

    /** Null if it is not there. */
    int[] integers(String attribute) {
        if (!has(attribute)) {
            return null;
        }
        long[] values = of(attribute, Attribute.INTS, "integers").integers();
        int[] integers = new int[values.length];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = exact(attribute, values[i]);
        }
        return integers;
    }

    Constant tensor(String attribute) {
        Constant tensor = of(attribute, Attribute.TENSOR, "a tensor").tensor();
        if (tensor == null) {
            throw new Refusal(this, "has an attribute " + attribute + " without its tensor");
        }
        return tensor;
    }

    private int exact(String attribute, long value) {
        if (value != (int) value) {
            throw new Refusal(this, "has " + attribute + " " + value + ", expected a smaller number");
        }
        return (int) value;
    }

    Attribute of(String attribute, int type, String expected) {
        Attribute found = attributes.get(attribute);
        if (found == null || found.type() != type) {
            throw new Refusal(this, "has " + attribute + " " + found + ", expected " + expected);
        }
        return found;
    }
}
