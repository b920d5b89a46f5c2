package retort.nn.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.EnginesUnderTest;
import retort.kernels.EnginesUnderTest.Subject;

/** ONNX's own tests of the operators that are known: each passes, or not-run.txt says why not. */
class OnnxTestDataTest {
    private static final int LEAST = 120;
    private static final String REQUIREMENT = "onnx-testdata";

    private static final Set<String> OPERATORS = Set.of(
            "Add",
            "AveragePool",
            "BatchNormalization",
            "Clip",
            "Concat",
            "Constant",
            "Conv",
            "Div",
            "Dropout",
            "Flatten",
            "Gemm",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Identity",
            "LogSoftmax",
            "MatMul",
            "MaxPool",
            "Mul",
            "Pad",
            "Relu",
            "Reshape",
            "Sigmoid",
            "Softmax",
            "Squeeze",
            "Sub",
            "Tanh",
            "Transpose",
            "Unsqueeze");

    static Stream<Subject> engines() {
        return EnginesUnderTest.all().stream();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void eachCasePassesOrIsListedWithItsReason(Subject subject) throws IOException {
        requireTestData();
        Map<String, String> left = left();
        List<String> wrong = new ArrayList<>();
        int passed = 0;
        for (TestData data : cases()) {
            String reason = left.remove(data.name());
            String found = data.run(subject.backend());
            passed += found == null ? 1 : 0;
            if (reason == null && found != null) {
                wrong.add(data.name() + ": " + found);
            } else if (reason != null && found == null) {
                wrong.add(data.name() + " passes, but is listed: " + reason);
            } else if (reason != null && !found.contains(reason)) {
                wrong.add(data.name() + ": " + found + ", but is listed: " + reason);
            }
        }
        left.keySet().forEach(name -> wrong.add(name + " is listed and is no case"));
        assertEquals(List.of(), wrong, subject.name());
        assertTrue(passed >= LEAST, subject + ": " + passed + " cases passed");
    }

    private static List<TestData> cases() {
        return Stream.of("node", "pytorch-converted", "pytorch-operator")
                .flatMap(group -> TestData.of(group, OPERATORS))
                .toList();
    }

    /** Names and what their refusals say. */
    private static Map<String, String> left() throws IOException {
        Map<String, String> left = new LinkedHashMap<>();
        try (InputStream list = OnnxTestDataTest.class.getResourceAsStream("not-run.txt")) {
            new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> left.put(line.split(": ", 2)[0], line.split(": ", 2)[1]));
        }
        return left;
    }

    private static void requireTestData() {
        List<String> required =
                Arrays.asList(System.getProperty("retort.require", "").split(","));
        boolean isThere = Files.isDirectory(TestData.ALL);
        if (required.contains(REQUIREMENT)) {
            assertTrue(isThere, TestData.ALL + " is required here: apt-get install libonnx-testdata");
        }
        Assumptions.assumeTrue(isThere, () -> {
            String reason = "skipped: no " + TestData.ALL + "; apt-get install libonnx-testdata";
            System.out.println(reason);
            return reason;
        });
    }
}
