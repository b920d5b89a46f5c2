package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Layer;
import retort.nn.SafeTensors;
import retort.nn.Sequential;

/** Each bad file has its exit code, one line on stderr that names it, and leaves nothing behind. */
class BadInputTest {
    private static final int FAILED = 1;
    private static final int UNAVAILABLE = 3;
    private static final int BAD_FILE = 4;
    private static final int DIVERGED = 5;
    private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
    private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
    private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";
    private static final int TRAIN = 20;

    @TempDir
    private Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void goodSet() throws IOException {
        data = SyntheticSet.write(folder.resolve("data"), TRAIN, 10);
        out = folder.resolve("results").resolve("out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "train", "evaluate", "latency", "distill"})
    void everyCommandRefusesAFolderThatIsNotThere(String command) throws IOException {
        data = folder.resolve("none");
        refused(
                BAD_FILE,
                switch (command) {
                    case "evaluate" -> new String[] {command, "--model=m"};
                    case "distill" -> new String[] {command, "--teacher=m"};
                    default -> new String[] {command};
                },
                data + ": no such folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS})
    void refusesASetWithAFileMissing(String file) throws IOException {
        Files.delete(data.resolve(file));
        dataRefused(file, "no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS})
    void refusesATruncatedFile(String file) throws IOException {
        Path path = data.resolve(file);
        byte[] bytes = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(bytes, bytes.length - 1));
        dataRefused(file, "truncated");
    }

    @Test
    void refusesATruncatedGzip() throws IOException {
        byte[] plain = Files.readAllBytes(data.resolve(TRAIN_IMAGES));
        Files.delete(data.resolve(TRAIN_IMAGES));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        Files.write(data.resolve(TRAIN_IMAGES + ".gz"), Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
        dataRefused(TRAIN_IMAGES + ".gz", "truncated");
    }

    @Test
    void refusesAnotherMagicNumber() throws IOException {
        overwrite(TEST_IMAGES, 3, 1);
        dataRefused(TEST_IMAGES, "holds uint8 of 10, expected images: uint8 or floats of count x height x width");
        overwrite(TEST_IMAGES, 2, 7);
        dataRefused(TEST_IMAGES, "magic number 0x00000701, expected that of IDX");
    }

    @Test
    void refusesCountsThatDiffer() throws IOException {
        Path other = SyntheticSet.write(folder.resolve("other"), TRAIN - 1, 10);
        Files.copy(other.resolve(TRAIN_LABELS), data.resolve(TRAIN_LABELS), StandardCopyOption.REPLACE_EXISTING);
        dataRefused(TRAIN_LABELS, "19 labels, expected 20 as in " + data.resolve(TRAIN_IMAGES));
    }

    @Test
    void refusesALabelBeyondTheClassesThatAreNamed() throws IOException {
        overwrite(TEST_LABELS, 8 + 4, 10);
        refused(
                BAD_FILE,
                new String[] {"train", "--classes=10"},
                data.resolve(TEST_LABELS) + ": label 10 of image 4, expected 0 to 9 of 10 classes");
    }

    @Test
    void refusesASetWithoutImages() throws IOException {
        SyntheticSet.write(data, 0, 10);
        dataRefused(TRAIN_LABELS, "holds nothing");
    }

    @Test
    void refusesImagesOfTenByTen() throws IOException {
        byte[] bytes = Files.readAllBytes(data.resolve(TEST_IMAGES));
        bytes[11] = 10;
        bytes[15] = 10;
        Files.write(data.resolve(TEST_IMAGES), Arrays.copyOf(bytes, 16 + 10 * 10 * 10));
        dataRefused(TRAIN_IMAGES, "images of 28 x 28, expected 10 x 10 as in");
    }

    @Test
    void refusesTooFewImagesForStudentsBeforeATeacherIsTrained() throws IOException {
        refused(BAD_FILE, new String[] {"run", "--train-images=3", "--omit=0,1"}, "1 of 3 training images are left");
    }

    @Test
    void refusesAModelFileThatIsMissing() throws IOException {
        modelRefused(folder.resolve("none.safetensors"), "no such file");
    }

    @Test
    void refusesAModelFileThatIsTruncated() throws IOException {
        Path model = model("cut.safetensors", 28, 10);
        byte[] bytes = Files.readAllBytes(model);
        for (int length : new int[] {0, 7, 100, bytes.length / 2, bytes.length - 1}) {
            Files.write(model, Arrays.copyOf(bytes, length));
            modelRefused(model, "");
        }
    }

    @Test
    void refusesWhatIsNoModelFile() throws IOException {
        Path text = Files.writeString(folder.resolve("letter.txt"), "Dear reader, this is a letter and no model.");
        modelRefused(text, "not a safetensors file");
        modelRefused(folder, "can't be read");
        Path bare = folder.resolve("bare.safetensors");
        new SafeTensors(Map.of(), Map.of("w", new SafeTensors.Entry(Shape.of(1), new float[1]))).write(bare);
        modelRefused(bare, "its metadata names no architecture");
    }

    @Test
    @Timeout(60)
    @DisabledOnOs(OS.WINDOWS)
    void aPipeIsNotWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe.npy");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path model = model("model.safetensors", 28, 10);
        modelRefused(pipe, "");
        refused(BAD_FILE, new String[] {"distill", "--teacher-logits=" + pipe}, pipe + ": ", "pipe or device");
        Outcome.of("label", "--teacher=" + model, "--data=" + data, "--out=" + pipe, "--resume")
                .isRefused(BAD_FILE, pipe + ": ", "pipe or device");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesAModelWithAWeightThatIsNoFiniteNumber(float weight) throws IOException {
        Path model = filled("bad.safetensors", weight);
        String problem = "1.dense.weight has " + weight + " at element 0, expected finite numbers";
        modelRefused(model, problem);
        refused(BAD_FILE, new String[] {"latency", "--teacher=" + model}, model + ": " + problem);
        refused(BAD_FILE, new String[] {"latency", "--student=" + model}, model + ": " + problem);
        refused(BAD_FILE, new String[] {"study", "sweep", "--teacher=" + model}, model + ": " + problem);
        Outcome.of("export", model.toString(), "--out=" + folder.resolve("x.onnx"))
                .isRefused(BAD_FILE, model + ": " + problem);
        Outcome.of("serve", "--model=" + model).isRefused(BAD_FILE, model + ": " + problem);
    }

    @Test
    void refusesAModelWhoseLogitsOverflow() throws IOException {
        Path model = filled("large.safetensors", Float.MAX_VALUE);
        String problem =
                "gives a logit of Infinity (the first layer with such numbers is 1.dense), expected finite ones";
        Outcome evaluated = Outcome.of(command("evaluate", "--model=" + model));
        assertEquals(BAD_FILE, evaluated.code(), evaluated.err());
        assertTrue(evaluated.err().endsWith(model + ": " + problem + "\n"), evaluated.err());
        Outcome distilled = Outcome.of(command("distill", "--teacher=" + model));
        assertEquals(BAD_FILE, distilled.code(), distilled.err());
        assertTrue(distilled.err().endsWith(model + ": " + problem + "\n"), distilled.err());
        assertFalse(Files.exists(out));
    }

    @Test
    void refusesAModelOfOtherShapes() throws IOException {
        modelRefused(model("small.safetensors", 14, 10), "maps 14 x 14 x 1 to 10, expected 28 x 28 x 1 to 10");
        modelRefused(model("letters.safetensors", 28, 26), "maps 28 x 28 x 1 to 26, expected 28 x 28 x 1 to 10");
        Path lying = folder.resolve("lying.safetensors");
        SafeTensors honest = SafeTensors.read(model("honest.safetensors", 14, 10));
        String architecture = honest.metadata().get("architecture").replace("14x14", "28x28");
        new SafeTensors(Map.of("architecture", architecture), honest.tensors()).write(lying);
        modelRefused(lying, "1.dense.weight is 196 x 10, expected 784 x 10");
    }

    @Test
    void refusesASeedThatIsNone() throws IOException {
        SafeTensors honest = SafeTensors.read(model("honest.safetensors", 28, 10));
        Path odd = folder.resolve("odd.safetensors");
        Map<String, String> metadata =
                Map.of("architecture", honest.metadata().get("architecture"), "seed", "yesterday");
        new SafeTensors(metadata, honest.tensors()).write(odd);
        refused(BAD_FILE, new String[] {"evaluate", "--model=" + odd}, "the seed 'yesterday', expected a whole number");
    }

    @Test
    void namesNoRecipeWhereTheModelNamesNone() throws IOException {
        Path plain = model("plain.safetensors", 28, 10);
        Outcome evaluation = Outcome.of(command("evaluate", "--model=" + plain)).isDone();
        assertTrue(evaluation.out().startsWith("Retort evaluate\n"), evaluation.out());
        assertFalse(Files.readString(out.resolve("report.json")).contains("\"seed\""));
    }

    @Test
    void aHeapThatIsTooSmallEndsWithOne() throws Exception {
        try (Outcome.Forked forked = Outcome.Forked.start(
                folder,
                Map.of(),
                List.of("-Xmx360m", "--add-modules=jdk.incubator.vector"),
                command("train", "--backend=cpu-simd"))) {
            forked.end().isRefused(FAILED, "cpu-simd: no memory for a tensor ", "in a heap of ", "-Xmx");
        }
    }

    @Test
    void aHeapThatIsTooSmallForTheDataEndsWithOne() throws Exception {
        try (Outcome.Forked forked =
                Outcome.Forked.start(folder, Map.of(), List.of("-Xmx24m"), "train", "--out=" + out)) {
            forked.end().isRefused(FAILED, "out of memory in a heap of ", "-Xmx");
        }
    }

    @Test
    void latencyChecksBothModelsFirst() throws IOException {
        Path good = model("good.safetensors", 28, 10);
        String bad = folder.resolve("none.safetensors").toString();
        refused(BAD_FILE, new String[] {"latency", "--teacher=" + good, "--student=" + bad}, bad);
    }

    @Test
    void refusesAFolderForResultsThatIsAFileOrCannotBeMade() throws IOException {
        out = Files.writeString(folder.resolve("taken"), "mine");
        Outcome.of(command("train")).isRefused(BAD_FILE, "--out=" + out, out + " is a file, expected a folder");
        out = out.resolve("below");
        Outcome.of(command("train")).isRefused(BAD_FILE, "--out=" + out);
        assertEquals("mine", Files.readString(folder.resolve("taken")));
        out = Path.of("/proc/none");
        if (Files.isDirectory(out.getParent())) {
            Outcome.of(command("train")).isRefused(BAD_FILE, "--out=" + out, "can't be written: ");
        }
    }

    @Test
    void aFolderThatWasThereIsLeftAsItWas() throws IOException {
        Files.createDirectories(out);
        Outcome.of(command("evaluate", "--model=none")).isRefused(BAD_FILE, "none");
        assertTrue(Files.exists(out));
        assertEquals(List.of(), Outcome.files(out));
    }

    @Test
    void aLossThatIsNoNumberEndsWithFiveAndLeavesNothing() throws IOException {
        refused(
                DIVERGED,
                new String[] {"train", "--model=student", "--learning-rate=1e30", "--batch=4"},
                "training of hard-labels diverged",
                "in epoch 1",
                "--learning-rate=1.0E30");
    }

    /**
     * The weights are finite, and so was the only loss: it is of before the update. (Where a step is slow, it would be
     * saved before.)
     */
    @ParameterizedTest
    @ValueSource(strings = {"1e9", "1e12", "1e13", "1e20"})
    void aModelThatSaysNothingEndsWithFiveAndLeavesNothing(String rate) throws IOException {
        for (String model : List.of("student", "teacher")) {
            refused(
                    DIVERGED,
                    new String[] {"train", "--model=" + model, "--learning-rate=" + rate, "--checkpoint-every=1000"},
                    "diverged: it gives a logit of ",
                    "--learning-rate=");
        }
    }

    /** Drivers are found once in a process, so this takes one of its own. */
    @Test
    void openclWithoutADriverEndsWithThree() throws Exception {
        Map<String, String> environment = Outcome.Forked.withoutDrivers(folder);
        try (Outcome.Forked forked = Outcome.Forked.start(folder, environment, command("train", "--backend=opencl"))) {
            forked.end()
                    .isRefused(UNAVAILABLE, "opencl is not available: the OpenCL loader finds no driver; install one");
        }
        assertFalse(Files.exists(out.getParent()));
    }

    private void dataRefused(String file, String problem) throws IOException {
        refused(BAD_FILE, new String[] {"train"}, data.resolve(file) + ": " + problem);
    }

    private void modelRefused(Path model, String problem) throws IOException {
        refused(BAD_FILE, new String[] {"evaluate", "--model=" + model}, model + ": ", problem);
        refused(BAD_FILE, new String[] {"distill", "--teacher=" + model}, model + ": ", problem);
    }

    private void refused(int code, String[] args, String... parts) throws IOException {
        Outcome.of(command(args)).isRefused(code, parts);
        assertFalse(Files.exists(out.getParent()), () -> "left behind: " + out.getParent());
    }

    private String[] command(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--data=" + data;
        all[args.length + 1] = "--out=" + out;
        return all;
    }

    private void overwrite(String file, int at, int value) throws IOException {
        byte[] bytes = Files.readAllBytes(data.resolve(file));
        bytes[at] = (byte) value;
        Files.write(data.resolve(file), bytes);
    }

    /** A model of one dense layer, its weights all the same. */
    private Path filled(String name, float weight) {
        Path file = model(name, 28, 10);
        SafeTensors tensors = SafeTensors.read(file);
        Arrays.fill(tensors.tensors().get("1.dense.weight").elements(), weight);
        tensors.write(file);
        return file;
    }

    /** A model of one dense layer. */
    private Path model(String name, int side, int classes) {
        Path file = folder.resolve(name);
        Architecture architecture =
                Architecture.of(Shape.of(side, side, 1), new Layer.Flatten(), new Layer.Dense(classes));
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 0)) {
            model.save(file, Map.of());
        }
        return file;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void resultsThatNobodyGetsAreNoSuccessButAClosedPipeIs() throws IOException, InterruptedException {
        assertEquals(
                "1 retort: the results can't be written to the standard output: No space left on device\n",
                shell("\"$@\" recipes notebook 2>&1 >/dev/full | grep -v WARNING; echo ${PIPESTATUS[0]}"));
        assertEquals("0 ", shell("\"$@\" recipes notebook 2>&1 | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}"));
    }

    /** What bash makes of a command in which {@code "$@"} starts retort: its last line, then the others. */
    private static String shell(String script) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
        command.addAll(Outcome.Forked.command(List.of("--add-modules=jdk.incubator.vector")));
        Process process = new ProcessBuilder(command).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        int last = text.stripTrailing().lastIndexOf('\n') + 1;
        return text.substring(last).strip() + " " + text.substring(0, last);
    }
}
