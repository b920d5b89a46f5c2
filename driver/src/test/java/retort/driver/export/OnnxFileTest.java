package retort.driver.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Examples;
import retort.driver.job.Inference;
import retort.driver.job.Logits;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.op.CrossEntropySpec;
import retort.nn.Adam;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Loss;
import retort.nn.ModelFileException;
import retort.nn.Network;
import retort.nn.SafeTensors;
import retort.nn.Schedule;
import retort.nn.Sequential;
import retort.nn.Trainer;

/** ONNX Runtime computes what the network does. */
class OnnxFileTest {
    private static final String STUDENT = "input 28x28x1; flatten; dense 10; relu; dense 10; relu; dense 10";
    private static final String EVERY_LAYER = "input 28x28x1; dropout 0.1; conv2d 4 5x3 stride 2 padding 2; relu; "
            + "conv2d 6 3x3; dropout 0.2; relu; flatten; dense 24; relu; dropout 0.5; dense 10";
    private static final String POOLS = "input 28x28x1; conv2d 6 3x3; tanh; max-pool2d 3x3 stride 2 padding 1; "
            + "depthwise-conv2d 3x3 stride 1 padding 1; silu; average-pool2d 3x2 stride 2 padding 1; gelu; flatten; "
            + "dense 24; sigmoid; dense 10";
    private static final String RESIDUAL = "input 28x28x1; average-pool2d 2x2; conv2d 6 3x3; relu; "
            + "residual [conv2d 6 3x3 stride 1 padding 1, relu, conv2d 6 3x3 stride 1 padding 1]; relu; "
            + "residual [conv2d 8 3x3 stride 2 padding 1, tanh] shortcut [conv2d 8 1x1 stride 2 padding 0]; "
            + "global-average-pool2d; residual [dense 8, relu]; dense 10";
    private static final String NORMS = "input 28x28x1; batchnorm; conv2d 6 3x3 no-bias; batchnorm; relu; "
            + "residual [conv2d 6 3x3 stride 1 padding 1 no-bias, batchnorm, relu, "
            + "depthwise-conv2d 3x3 stride 1 padding 1, batchnorm]; relu; max-pool2d 2x2; flatten; dense 24; "
            + "batchnorm momentum 0.5 epsilon 0.001; relu; dense 10";
    private static final double RELATIVE = 1e-4;
    private static final int BATCH = 64;
    private static final int STEPS = 40;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {STUDENT, EVERY_LAYER, POOLS, RESIDUAL, NORMS})
    void givesTheSameClassesAndLogitsOnTheTestImages(String architecture) throws Exception {
        ImageSet images = Dataset.embedded().test();
        Examples examples = Examples.labelled(images);
        try (Backend backend = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults());
                Sequential model = trained(backend, architecture)) {
            IntConsumer unwatched = done -> {};
            Logits expected = Inference.logits(model, examples, unwatched);
            float[] pixels = new float[images.size() * images.pixels()];
            examples.copyImages(0, images.size(), pixels);
            try (Runtime runtime = Runtime.of(onnx(model, null))) {
                float[] logits = runtime.run("logits", pixels, images.size(), 28, 28, 1);
                assertSame(expected, logits);
            }
        }
    }

    private static void assertSame(Logits expected, float[] actual) {
        int classes = expected.classes();
        for (int i = 0; i < expected.rows(); i++) {
            int best = 0;
            double largest = 0;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, Math.abs(expected.values()[i * classes + c]));
                best = actual[i * classes + c] > actual[i * classes + best] ? c : best;
            }
            assertEquals(expected.prediction(i), best, "class of image " + i);
            for (int c = 0; c < classes; c++) {
                double error = Math.abs(expected.values()[i * classes + c] - actual[i * classes + c]);
                assertTrue(error <= RELATIVE * largest, "image " + i + ", logit " + c + " is off by " + error);
            }
        }
    }

    /** Networks of other forms: no layer that computes, flat inputs, a convolution last, one behind a transpose. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "input 3; dropout 0.5",
                "input 4; dense 3; relu",
                "input 5x4; relu; flatten; dense 2",
                "input 6x5x3; conv2d 4 2x3",
                "input 6x5x3; relu; conv2d 4 3x3 stride 2 padding 1; relu; conv2d 2 2x1; flatten; dense 3"
            })
    void computesWhatTheNetworkDoes(String text) throws Exception {
        Architecture architecture = Architecture.parse(text);
        int batch = 3;
        float[] inputs = new float[batch * architecture.input().size()];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextDouble(-1, 1);
        }
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 5);
                Scope scope = backend.scope();
                Runtime runtime = Runtime.of(onnx(model, null))) {
            float[] expected = backend.download(model.infer(scope, scope.tensorOf(model.batchShape(batch), inputs)));
            int[] extents = model.batchShape(batch).extents();
            long[] shape = Arrays.stream(extents).asLongStream().toArray();
            assertArrayEquals(expected, runtime.run("logits", inputs, shape), 1e-5f);
            Path file = folder.resolve("model.onnx");
            Files.write(file, onnx(model, null));
            try (Network read = Network.load(backend, file, null).network()) {
                assertEquals(architecture.input(), read.input());
                float[] again = backend.download(read.infer(scope, scope.tensorOf(read.batchShape(batch), inputs)));
                assertArrayEquals(expected, again, 1e-6f);
            }
        }
    }

    @Test
    void givesProbabilitiesAtTheTemperatureAskedFor() throws Exception {
        float temperature = 3.5f;
        float[] pixels = new float[784];
        Arrays.fill(pixels, 300, 500, 1);
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model =
                        Sequential.create(backend, Architecture.parse(STUDENT), Initializer.GLOROT_UNIFORM, 0);
                Runtime runtime = Runtime.of(onnx(model, temperature))) {
            assertEquals(Set.of("logits", "probabilities"), runtime.session().getOutputNames());
            float[] logits = runtime.run("logits", pixels, 1, 28, 28, 1);
            float[] probabilities = runtime.run("probabilities", pixels, 1, 28, 28, 1);
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit / temperature);
            }
            for (int c = 0; c < logits.length; c++) {
                assertEquals(Math.exp(logits[c] / temperature) / sum, probabilities[c], 1e-6);
            }
        }
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model = Sequential.create(
                        backend, Architecture.parse("input 6x5x3; conv2d 4 2x3"), Initializer.GLOROT_UNIFORM, 5)) {
            assertThrows(IllegalArgumentException.class, () -> onnx(model, temperature));
        }
    }

    @Test
    void saysWhatItIs() throws Exception {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model =
                        Sequential.create(backend, Architecture.parse(STUDENT), Initializer.GLOROT_UNIFORM, 0);
                Runtime runtime = Runtime.of(onnx(model, null))) {
            assertEquals("retort", runtime.session().getMetadata().getProducerName());
            Map<String, String> metadata = runtime.session().getMetadata().getCustomMetadata();
            assertEquals("0,1,2,3,4,5,6,7,8,9", metadata.get("classes"));
            assertEquals("3.5", metadata.get("temperature"));
            assertEquals(STUDENT, metadata.get("architecture"));
            TensorInfo input =
                    (TensorInfo) runtime.session().getInputInfo().get("input").getInfo();
            assertArrayEquals(new long[] {-1, 28, 28, 1}, input.getShape());
            assertArrayEquals(new String[] {"batch", "", "", ""}, input.getDimensionNames());
        }
    }

    @Test
    void anElementThatIsNoNumberIsRefused() {
        Path file = folder.resolve("nan.safetensors");
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults())) {
            try (Sequential model =
                    Sequential.create(backend, Architecture.parse(STUDENT), Initializer.GLOROT_UNIFORM, 0)) {
                model.save(file, Map.of());
            }
            SafeTensors honest = SafeTensors.read(file);
            honest.tensors().get("3.dense.weight").elements()[7] = Float.NaN;
            honest.write(file);
            var refusal = assertThrows(ModelFileException.class, () -> TrainedNetwork.load(backend, file));
            assertEquals(file + ": 3.dense.weight has NaN at element 7, expected finite numbers", refusal.getMessage());
        }
    }

    /** Some steps on MNIST: the largest logit stands out as in a network that is of use. */
    private static Sequential trained(Backend backend, String architecture) {
        Examples train = Examples.labelled(Dataset.embedded().train().prefix(STEPS * BATCH));
        Sequential model = Sequential.create(backend, Architecture.parse(architecture), Initializer.GLOROT_UNIFORM, 0);
        float[] pixels = new float[BATCH * train.pixels()];
        float[] labels = new float[BATCH];
        try (Adam adam = new Adam(backend, Schedule.constant(0.01f));
                Scope scope = backend.scope()) {
            var trainer = new Trainer(model, adam, new Loss.CrossEntropy(1, CrossEntropySpec.Targets.HARD), 0);
            var outcome = scope.tensor(BATCH, 2);
            for (int step = 0; step < STEPS; step++) {
                train.copyImages(step * BATCH, BATCH, pixels);
                for (int i = 0; i < BATCH; i++) {
                    labels[i] = train.label(step * BATCH + i);
                }
                trainer.step(pixels, labels, BATCH, outcome);
            }
        }
        return model;
    }

    private byte[] onnx(Sequential model, Float temperature) throws IOException {
        Path file = folder.resolve("model.safetensors");
        model.save(file, Map.of("temperature", "3.5"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new OnnxFile(TrainedNetwork.load(model.backend(), file), temperature, "test").writeTo(bytes);
        return bytes.toByteArray();
    }

    /** A model in ONNX Runtime. */
    private record Runtime(OrtSession session) implements AutoCloseable {
        static Runtime of(byte[] model) throws OrtException {
            return new Runtime(OrtEnvironment.getEnvironment().createSession(model));
        }

        float[] run(String output, float[] inputs, long... shape) throws OrtException {
            try (OnnxTensor x =
                            OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(inputs), shape);
                    OrtSession.Result result = session.run(Map.of("input", x), Set.of(output))) {
                OnnxTensor y = (OnnxTensor) result.get(0);
                float[] outputs = new float[y.getFloatBuffer().remaining()];
                y.getFloatBuffer().get(outputs);
                return outputs;
            }
        }

        @Override
        public void close() throws OrtException {
            session.close();
        }
    }
}
