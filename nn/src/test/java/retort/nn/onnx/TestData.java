package retort.nn.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;

/** A case of ONNX's own tests: a model, inputs and expected outputs, as Debian's libonnx-testdata has them. */
record TestData(Path folder) {
    static final Path ALL = Path.of("/usr/share/libonnx-testdata/data");

    /** Largest error of an output's elements over its largest magnitude. */
    private static final double RELATIVE = 1e-5;

    /** Operators whose operands but the first are weights or limits: no file computes them. */
    private static final Set<String> WITH_WEIGHTS = Set.of("Conv", "BatchNormalization", "Clip", "Dropout", "Pad");

    /** The cases of a group that are made of these operators. */
    static Stream<TestData> of(String group, Set<String> operators) {
        try (Stream<Path> folders = Files.list(ALL.resolve(group))) {
            return folders
                    .sorted()
                    .map(TestData::new)
                    .filter(each -> operators.containsAll(each.operators()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return folder.getParent().getFileName() + "/" + folder.getFileName();
    }

    private Set<String> operators() {
        Set<String> operators = new TreeSet<>();
        WireReader model = new WireReader(bytes(folder.resolve("model.onnx")));
        while (model.next()) {
            WireReader graph = model.field() == 7 ? model.message() : null;
            while (graph != null && graph.next()) {
                WireReader node = graph.field() == 1 ? graph.message() : null;
                while (node != null && node.next()) {
                    if (node.field() == 4) {
                        operators.add(node.text());
                    }
                }
            }
        }
        return operators;
    }

    /** Null if all outputs are as expected, with operands known at load and not; else what is wrong. */
    String run(Backend backend) {
        try {
            Graph graph = Graph.read(bytes(folder.resolve("model.onnx")), new ExternalData(folder));
            Operators.check(graph);
            boolean weights = graph.nodes().stream().anyMatch(node -> WITH_WEIGHTS.contains(node.op()));
            String wrong = run(backend, graph, true);
            return wrong != null || weights ? wrong : run(backend, graph, false);
        } catch (Refusal e) {
            return e.getMessage();
        }
    }

    private String run(Backend backend, Graph graph, boolean knowMore) {
        List<Constant> inputs = values("input");
        if (inputs.stream().anyMatch(input -> input.size() == 0)) {
            return "an operand of no elements";
        }
        Map<String, Constant> known = new HashMap<>();
        Map<String, Constant> given = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            boolean isKnown = !inputs.get(i).isFloat() || knowMore && i > 0;
            (isKnown ? known : given).put(graph.inputs().get(i).name(), inputs.get(i));
        }
        Graph bound = graph.knowing(known);
        try (Scope scope = backend.scope();
                Weights weights = new Weights(backend, ElementType.FLOAT32)) {
            Map<String, Computed> live = new HashMap<>();
            given.forEach((name, x) ->
                    live.put(name, Computed.rowMajor(scope.tensorOf(Shape.of(x.size()), x.floats()), x.dims())));
            Lowering.Batch batch = new Lowering.Batch(1, Graph.Input.ANY);
            List<Computed> outputs = new Lowering(bound, backend, scope, weights, batch, false).run(live);
            List<Constant> expected = values("output");
            for (int i = 0; i < expected.size(); i++) {
                String wrong = difference(
                        expected.get(i),
                        outputs.get(i).dims(),
                        backend.download(outputs.get(i).tensor()));
                if (wrong != null) {
                    return "output " + i + ": " + wrong;
                }
            }
        }
        return null;
    }

    private static String difference(Constant expected, int[] dims, float[] actual) {
        if (!expected.isFloat() || !Arrays.equals(expected.dims(), dims)) {
            return Arrays.toString(dims) + ", expected " + Arrays.toString(expected.dims());
        }
        double largest = 0;
        double error = 0;
        for (int e = 0; e < actual.length; e++) {
            largest = Math.max(largest, Math.abs(expected.floats()[e]));
            double off = Math.abs((double) expected.floats()[e] - actual[e]);
            error = Math.max(error, Double.isNaN(off) ? Double.POSITIVE_INFINITY : off);
        }
        return error <= RELATIVE * largest ? null : "off by " + error + " of " + largest;
    }

    private List<Constant> values(String kind) {
        List<Constant> values = new ArrayList<>();
        Path file = folder.resolve("test_data_set_0/" + kind + "_0.pb");
        while (Files.exists(file)) {
            values.add(Constant.read(new WireReader(bytes(file)), new ExternalData(folder)));
            file = folder.resolve("test_data_set_0/" + kind + "_" + values.size() + ".pb");
        }
        return values;
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
