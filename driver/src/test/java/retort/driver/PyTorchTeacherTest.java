package retort.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;
import retort.driver.export.PyTorchFile;
import retort.driver.export.TrainedNetwork;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Model;
import retort.nn.Predictor;

/** The experiment docs/examples/fashion-onnx.toml: a CNN as PyTorch exports it teaches a student, from one file. */
class PyTorchTeacherTest {
    private static final Path EXAMPLE = Path.of("..", "docs", "examples", "fashion-onnx.toml");
    private static final int IMAGES = 300;
    private static final int TESTED = 100;

    @TempDir
    private Path folder;

    private Path data;
    private Path teacher;
    private Path config;

    @BeforeEach
    void trainTeacher() throws IOException {
        data = Files.createDirectories(folder.resolve("data"));
        SyntheticSet.write(data, IMAGES, TESTED);
        Path cnn = Files.writeString(folder.resolve("cnn.toml"), """
                name = "cnn"
                [teacher]
                layers = ["conv2d 4 3x3 stride 1 padding 1", "relu", "max-pool2d 2x2", "conv2d 6 3x3", "relu",
                          "max-pool2d 2x2", "flatten", "dense 20", "relu", "dense 10"]
                temperature = 1
                epochs = 2
                batch = 20
                optimizer = "adam"
                learning-rate = 0.003
                [[students]]
                name = "none"
                method = "hard-labels"
                layers = ["flatten", "dense 10"]
                temperature = 1
                epochs = 1
                batch = 32
                optimizer = "adam"
                learning-rate = 0.001
                [latency]
                batches = [1]
                calls = 10
                seconds = 1
                """);
        Path out = folder.resolve("cnn");
        Outcome.of("train", "--config=" + cnn, "--data=" + data, "--out=" + out).isDone();
        teacher = folder.resolve("fashion-cnn.onnx");
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults())) {
            PyTorchFile.write(TrainedNetwork.load(backend, out.resolve("teacher.safetensors")), teacher);
        }
        String text = Files.readString(EXAMPLE);
        String folderLine = "folder = \"/usr/share/datasets/fashion-mnist\"";
        assertTrue(text.contains(folderLine), text);
        config = Files.writeString(folder.resolve("fashion-onnx.toml"), text.replace(folderLine, "folder = \"data\""));
    }

    /** It is given images channels first, ours as they are everywhere here: of one channel that is the same. */
    @Test
    void onnxRuntimeComputesTheSameLogits() throws OrtException {
        float[] images = new float[TESTED * 28 * 28];
        ImageSet test = Dataset.load(data).test();
        for (int i = 0; i < TESTED; i++) {
            test.copyScaled(i, images, i * 28 * 28);
        }
        float[] ours = new float[TESTED * 10];
        try (Model model = Model.load(teacher, Engine.CPU_SIMD);
                Predictor predictor = model.predictor()) {
            assertEquals(Shape.of(28, 28, 1), model.input());
            predictor.logits(images, TESTED, ours);
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(teacher.toString());
                OnnxTensor x =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), new long[] {TESTED, 1, 28, 28});
                OrtSession.Result result = session.run(Map.of("input.1", x))) {
            float[] theirs = new float[ours.length];
            ((OnnxTensor) result.get(0)).getFloatBuffer().get(theirs);
            assertArrayEquals(theirs, ours, 1e-4f);
        }
    }

    @Test
    void oneFileMakesTheStudentAndTheReport() throws IOException {
        Path out = folder.resolve("run");
        JsonObject report = JsonParser.parseString(
                        Outcome.of("run", "--config=" + config, "--quick", "--out=" + out, "--json")
                                .isDone()
                                .out())
                .getAsJsonObject();
        assertEquals(
                TESTED,
                report.getAsJsonObject("teacher")
                        .getAsJsonObject("test")
                        .get("images")
                        .getAsInt());
        assertEquals(
                0, report.getAsJsonObject("teacher").getAsJsonArray("epochs").size());
        JsonObject student = report.getAsJsonArray("students").get(0).getAsJsonObject();
        assertEquals("[3]", student.get("omitted").toString());
        assertEquals("Dress", report.getAsJsonArray("classes").get(3).getAsString());
        assertTrue(Files.readString(out.resolve("report.html")).contains("Dress"));
        assertTrue(
                report.getAsJsonArray("latency").size() >= 4,
                report.get("latency").toString());
        Path again = folder.resolve("again");
        Files.writeString(folder.resolve("repeated.toml"), report.get("config").getAsString());
        Outcome.of("distill", "--config=" + folder.resolve("repeated.toml"), "--train-images=100", "--out=" + again)
                .isDone();
        assertTrue(Files.exists(again.resolve("distilled.safetensors")));
        Outcome.of("train", "--config=" + config, "--out=" + folder.resolve("none"))
                .isRefused(2, "has the teacher's file, so there is none to train");
        String planned =
                Outcome.of("run", "--config=" + config, "--dry-run").isDone().out();
        assertTrue(planned.contains("teacher: " + teacher), planned);
    }
}
