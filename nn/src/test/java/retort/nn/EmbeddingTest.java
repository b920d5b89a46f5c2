package retort.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backend;
import retort.kernels.ReadmeExample;

/**
 * Programs outside, in a JVM of their own, that have nothing but this library and what it brings: no Aparapi, no test
 * class. On the class path they are told of the Vector API, on the module path they need no flag.
 */
class EmbeddingTest {
    /** Eight threads on one model, each answer held against the first. */
    private static final String EIGHT_THREADS = """
            import java.nio.file.Path;
            import java.util.*;
            import java.util.concurrent.*;
            import retort.kernels.*;
            import retort.kernels.op.Shape;
            import retort.nn.*;

            void main() throws Exception {
                var network = Architecture.of(Shape.of(40), new Layer.Dense(33), new Layer.ReLU(), new Layer.Dense(10));
                Path file = Path.of("eight.safetensors");
                try (Backend backend = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults());
                        Sequential made = Sequential.create(backend, network, Initializer.GLOROT_UNIFORM, 3)) {
                    made.save(file, Map.of());
                }
                try (Model model = Model.load(file, Engine.CPU_SIMD);
                        ExecutorService threads = Executors.newFixedThreadPool(8)) {
                    List<Future<Integer>> all = new ArrayList<>();
                    for (int t = 0; t < 8; t++) {
                        all.add(threads.submit(() -> wrongAnswers(model)));
                    }
                    int wrong = 0;
                    for (Future<Integer> each : all) {
                        wrong += each.get();
                    }
                    IO.println(wrong + " wrong answers");
                }
            }

            int wrongAnswers(Model model) {
                int wrong = 0;
                float[][] first = new float[5][];
                try (Predictor predictor = model.predictor()) {
                    for (int call = 0; call < 5000; call++) {
                        float[] inputs = new float[40];
                        Arrays.fill(inputs, call % 5 + 1);
                        float[] logits = new float[10];
                        predictor.logits(inputs, 1, logits);
                        first[call % 5] = call < 5 ? logits : first[call % 5];
                        wrong += Arrays.equals(first[call % 5], logits) && logits[0] != 0 ? 0 : 1;
                    }
                }
                return wrong;
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void theReadmesKernelRunsOutside() throws Exception {
        runs(ReadmeExample.with("GemmSpec.nn(").text(), "[4.0, 5.0, 10.0, 11.0]");
    }

    @Test
    void theReadmesNetworkRunsOutsideAndIsSaved() throws Exception {
        runs(ReadmeExample.with("new Trainer(").text(), "[0.0, 1.0, 1.0, 0.0]");
        assertTrue(Files.size(folder.resolve("xor.safetensors")) > 0);
    }

    @Test
    void eightThreadsOnOneModelGetTheRightAnswersOutside() throws Exception {
        runs(EIGHT_THREADS, "0 wrong answers");
    }

    private void runs(String program, String output) throws IOException, InterruptedException {
        assertEquals(output, onTheClassPath(program));
        assertEquals(output, onTheModulePath(program));
    }

    private String onTheClassPath(String program) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("Outside.java"), program);
        return java("--add-modules", "jdk.incubator.vector", "-cp", library(), source.toString());
    }

    /** A module can't hold a class without a package, so the program gets one. */
    private String onTheModulePath(String program) throws IOException, InterruptedException {
        Path app = Files.createDirectories(folder.resolve("source/outside"));
        Files.writeString(app.resolveSibling("module-info.java"), "module outside { requires retort.nn; }");
        String imports =
                program.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body =
                program.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        Files.writeString(
                app.resolve("Main.java"), "package outside;\n" + imports + "\npublic class Main {\n" + body + "}\n");
        Path classes = folder.resolve("classes");
        run(
                "javac",
                "-d",
                classes.toString(),
                "--module-path",
                library(),
                app.resolveSibling("module-info.java").toString(),
                app.resolve("Main.java").toString());
        return java("--module-path", library() + File.pathSeparator + classes, "--module", "outside/outside.Main");
    }

    /** The library as Maven gives it to those who depend on it. */
    private static String library() {
        return Stream.of(Backend.class, Sequential.class, Gson.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private String java(String... arguments) throws IOException, InterruptedException {
        return run("java", arguments);
    }

    /** What it prints, but for the JVM's own word about incubator modules. */
    private String run(String tool, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
        command.addAll(List.of(arguments));
        Path errors = folder.resolve("errors.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running: " + command);
        assertEquals(0, process.exitValue(), command + ": " + output + Files.readString(errors));
        return output.strip();
    }
}
