package retort.nn.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an ONNX file holds: nodes in an order in which each comes after those that it reads, constants, inputs and
 * outputs.
 *
 * <p>Source: onnx.proto of ONNX.
 *
 * @param opset version of the operators
 * @param constants by name
 * @param inputs what is given, constants left out
 * @param outputs names of what is asked for
 * @param metadata what the file says besides
 */
record Graph(
        int opset,
        List<Node> nodes,
        Map<String, Constant> constants,
        List<Input> inputs,
        List<String> outputs,
        Map<String, String> metadata) {
    static final int OLDEST_OPSET = 6;
    static final int NEWEST_OPSET = 22;
    private static final int FLOAT = 1;

    /**
     * What is given to a network.
     *
     * @param dims extents, {@link #ANY} for one that is open; null for a value of any shape
     */
    record Input(String name, int type, int[] dims) {
        static final int ANY = -1;

        boolean isFloat() {
            return type == FLOAT;
        }
    }

    /** @param folder of the file */
    static Graph read(byte[] file, ExternalData folder) {
        WireReader model = new WireReader(file);
        Graph graph = null;
        int opset = 0;
        Map<String, String> metadata = new LinkedHashMap<>();
        while (model.next()) {
            switch (model.field()) {
                case 7 -> graph = new Parts(model.message(), folder).graph();
                case 8 -> opset = Math.max(opset, opset(model.message()));
                case 14 -> entry(model.message(), metadata);
                default -> {
                    // Versions and producer.
                }
            }
        }
        if (graph == null) {
            throw new Refusal("is no ONNX file: it holds no graph");
        }
        if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
            throw new Refusal("is of opset " + opset + ", expected " + OLDEST_OPSET + " to " + NEWEST_OPSET
                    + ": export it with one of these");
        }
        return new Graph(opset, graph.nodes, graph.constants, graph.inputs, graph.outputs, metadata);
    }

    /** That of ONNX's own operators, else 0. */
    private static int opset(WireReader message) {
        String domain = "";
        int version = 0;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> domain = message.text();
                case 2 -> version = message.integer();
                default -> {
                    // There is no other field.
                }
            }
        }
        return domain.isEmpty() || domain.equals("ai.onnx") ? version : 0;
    }

    private static void entry(WireReader message, Map<String, String> entries) {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.field()) {
                case 1 -> key = message.text();
                case 2 -> value = message.text();
                default -> {
                    // There is no other field.
                }
            }
        }
        entries.put(key, value);
    }

    /** The same where some inputs are known. */
    Graph knowing(Map<String, Constant> known) {
        Map<String, Constant> all = new LinkedHashMap<>(constants);
        all.putAll(known);
        List<Input> left = inputs.stream()
                .filter(input -> !known.containsKey(input.name()))
                .toList();
        return new Graph(opset, nodes, all, left, outputs, metadata);
    }

    /** The parts of a GraphProto. */
    private static final class Parts {
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, Constant> constants = new LinkedHashMap<>();
        private final List<Input> inputs = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();

        Parts(WireReader message, ExternalData folder) {
            while (message.next()) {
                switch (message.field()) {
                    case 1 -> nodes.add(Node.read(message.message(), folder));
                    case 5 -> {
                        Constant.Named named = Constant.readNamed(message.message(), folder);
                        constants.put(named.name(), named.constant());
                    }
                    case 11 -> inputs.add(input(message.message()));
                    case 12 -> outputs.add(input(message.message()).name());
                    case 15 -> throw new Refusal("holds sparse tensors, expected dense ones");
                    default -> {
                        // Names, documentation, shapes of values in between.
                    }
                }
            }
        }

        Graph graph() {
            List<Input> given = inputs.stream()
                    .filter(input -> !constants.containsKey(input.name()))
                    .toList();
            return new Graph(0, ordered(given), constants, given, outputs, Map.of());
        }

        /** Nodes that wait for nothing first; those that are left when none is ready wait for each other. */
        private List<Node> ordered(List<Input> given) {
            Set<String> known = new HashSet<>(constants.keySet());
            given.forEach(input -> known.add(input.name()));
            known.add("");
            Map<String, List<Integer>> waiting = new HashMap<>();
            int[] missing = new int[nodes.size()];
            Deque<Integer> ready = new ArrayDeque<>();
            for (int n = 0; n < missing.length; n++) {
                for (String input : new HashSet<>(nodes.get(n).inputs())) {
                    if (!known.contains(input)) {
                        missing[n]++;
                        waiting.computeIfAbsent(input, name -> new ArrayList<>())
                                .add(n);
                    }
                }
                if (missing[n] == 0) {
                    ready.add(n);
                }
            }
            List<Node> ordered = new ArrayList<>();
            while (!ready.isEmpty()) {
                Node node = nodes.get(ready.remove());
                ordered.add(node);
                for (String output : node.outputs()) {
                    if (!output.isEmpty() && !known.add(output)) {
                        throw new Refusal(node, "gives " + output + ", which is there already");
                    }
                    for (int n : waiting.getOrDefault(output, List.of())) {
                        if (--missing[n] == 0) {
                            ready.add(n);
                        }
                    }
                }
            }
            for (int n = 0; n < missing.length; n++) {
                if (missing[n] > 0) {
                    String input = nodes.get(n).inputs().stream()
                            .filter(name -> !known.contains(name))
                            .findFirst()
                            .orElse("");
                    throw new Refusal(nodes.get(n), "waits for " + input + ", which nothing before it gives");
                }
            }
            outputs.stream()
                    .filter(output -> !known.contains(output))
                    .findFirst()
                    .ifPresent(output -> {
                        throw new Refusal("asks for the output " + output + ", which no node gives");
                    });
            return ordered;
        }

        /** ValueInfoProto: a name, and in its type the element type and shape of a tensor. */
        private static Input input(WireReader message) {
            String name = "";
            int type = 0;
            int[] dims = null;
            while (message.next()) {
                if (message.field() == 1) {
                    name = message.text();
                } else if (message.field() == 2) {
                    WireReader kind = message.message();
                    while (kind.next()) {
                        WireReader tensor = kind.field() == 1 ? kind.message() : null;
                        while (tensor != null && tensor.next()) {
                            if (tensor.field() == 1) {
                                type = tensor.integer();
                            } else if (tensor.field() == 2) {
                                dims = dims(tensor.message());
                            }
                        }
                    }
                }
            }
            return new Input(name, type, dims);
        }

        private static int[] dims(WireReader shape) {
            List<Integer> dims = new ArrayList<>();
            while (shape.next()) {
                if (shape.field() == 1) {
                    long extent = Input.ANY;
                    WireReader dimension = shape.message();
                    while (dimension.next()) {
                        extent = dimension.field() == 1 ? dimension.number() : extent;
                    }
                    dims.add(extent > 0 && extent <= Integer.MAX_VALUE ? (int) extent : Input.ANY);
                }
            }
            return dims.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    @Override
    public String toString() {
        return nodes.size() + " nodes of opset " + opset + ", inputs "
                + Arrays.toString(inputs.stream().map(Input::name).toArray());
    }
}
