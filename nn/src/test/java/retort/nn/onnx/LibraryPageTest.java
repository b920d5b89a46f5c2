package retort.nn.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.ReadmeExample;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Model;
import retort.nn.Sequential;

/** The programs of docs/library.md compile, and do what the page says. */
class LibraryPageTest {
    private static final Path PAGE = Path.of("..", "docs", "library.md");

    @TempDir
    private Path folder;

    @Test
    void eightThreadsAnswerByOneModel() throws Exception {
        Path file = folder.resolve("student.safetensors");
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model = Sequential.create(
                        backend,
                        Architecture.parse("input 28x28x1; flatten; dense 10; relu; dense 10"),
                        Initializer.GLOROT_UNIFORM,
                        0)) {
            model.save(file, Map.of());
        }
        String printed = ReadmeExample.in(PAGE, "record Question(")
                .replacing("\"student.safetensors\"", quoted(file))
                .output(folder, Backend.class, Sequential.class);
        assertEquals("1000 answers, all probabilities together 1000", printed);
    }

    @Test
    void aStudentLearnsFromAnOnnxTeacherAndIsStopped() throws Exception {
        Path teacher = folder.resolve("teacher.onnx");
        Path student = folder.resolve("student.safetensors");
        Files.write(teacher, teacher());
        String printed = ReadmeExample.in(PAGE, "Distiller.softTargets(")
                .replacing("\"teacher.onnx\"", quoted(teacher))
                .replacing("\"student.safetensors\"", quoted(student))
                .output(folder, Backend.class, Sequential.class);
        assertTrue(
                printed.matches(
                        "stopped after [1-9]\\d? epochs: names what the teacher names in over 90 % of the images"),
                printed);
        try (Model read = Model.load(student)) {
            assertEquals(3, read.outputSize());
        }
    }

    /** 3 x 3 filters, ReLU, the mean of each channel, 3 classes. */
    private static byte[] teacher() {
        Random random = new Random(3);
        return new OnnxBytes(17)
                .input("x", -1, 1, 8, 8)
                .constant("filters", new int[] {6, 1, 3, 3}, drawn(random, 54))
                .constant("weights", new int[] {3, 6}, drawn(random, 18))
                .constant("bias", new int[] {3}, drawn(random, 3))
                .node("Conv", "a", "x", "filters")
                .node("Relu", "b", "a")
                .node("GlobalAveragePool", "c", "b")
                .node("Flatten", "d", "c")
                .node("Gemm", "logits", node -> OnnxBytes.number(node, "transB", 1), "d", "weights", "bias")
                .output("logits")
                .bytes();
    }

    private static float[] drawn(Random random, int count) {
        float[] drawn = new float[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = 2 * random.nextFloat() - 1;
        }
        return drawn;
    }

    @Test
    void aLayerOfOnesOwnIsTrainedSavedAndRead() throws Exception {
        String printed = ReadmeExample.in(PAGE, "implements OwnLayer")
                .replacing("\"squared.safetensors\"", quoted(folder.resolve("squared.safetensors")))
                .output(folder, Backend.class, Sequential.class);
        assertEquals("0 1 1 0", printed.replaceAll("\\s+", " "));
    }

    private static String quoted(Path file) throws IOException {
        return "\"" + file.toString().replace("\\", "\\\\") + "\"";
    }
}
