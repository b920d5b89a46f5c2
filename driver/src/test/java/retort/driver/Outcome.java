package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import retort.driver.command.Stop;

/** What a command line came to. */
record Outcome(int code, String out, String err) {
    private static final long LONGEST_SECONDS = 120;

    /** Runs a command line in this JVM, and stops it when it has said so many lines. */
    static Outcome stoppedAfter(int lines, String... args) {
        return meanwhile(lines, Stop::now, args);
    }

    /** Runs a command line in this JVM, and has something happen when it has said so many lines. */
    static Outcome meanwhile(int lines, Runnable happening, String... args) {
        return of(
                new ByteArrayOutputStream() {
                    private int said;

                    @Override
                    public synchronized void write(byte[] bytes, int from, int count) {
                        super.write(bytes, from, count);
                        for (int i = from; i < from + count; i++) {
                            if (bytes[i] == '\n' && ++said == lines) {
                                happening.run();
                            }
                        }
                    }
                },
                args);
    }

    /** Runs a command line in this JVM. */
    static Outcome of(String... args) {
        return of(new ByteArrayOutputStream(), args);
    }

    private static Outcome of(ByteArrayOutputStream errBytes, String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            int code = Main.run(args);
            return new Outcome(
                    code, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** A command in a JVM of its own, its output in files of {@code folder}. */
    record Forked(Process process, Path out, Path err) implements AutoCloseable {
        static Forked start(Path folder, Map<String, String> environment, String... args) throws IOException {
            return start(folder, environment, List.of("--add-modules=jdk.incubator.vector"), args);
        }

        static Forked start(Path folder, Map<String, String> environment, List<String> options, String... args)
                throws IOException {
            List<String> command = command(options, args);
            Path out = folder.resolve("stdout");
            Path err = folder.resolve("stderr");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            return new Forked(builder.start(), out, err);
        }

        static List<String> command(List<String> options, String... args) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName()));
            command.addAll(1, options);
            command.addAll(List.of(args));
            return command;
        }

        /** An environment in which no OpenCL driver is seen; makes an empty folder in {@code folder} for it. */
        static Map<String, String> withoutDrivers(Path folder) throws IOException {
            Path none = Files.createDirectory(folder.resolve("vendors"));
            return Map.of("OCL_ICD_VENDORS", none.toString(), "OCL_ICD_FILENAMES", "");
        }

        Outcome end() throws IOException, InterruptedException {
            assertTrue(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS), () -> "still running; stderr: " + text(err));
            return new Outcome(process.exitValue(), text(out), text(err));
        }

        private static String text(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                return e.toString();
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** Fails unless the command ended with this code and one line on stderr that holds all of these. */
    void isRefused(int expectedCode, String... parts) {
        assertEquals(expectedCode, code, err);
        // The JVM warns of incubator modules, and a job that has begun has said what it runs on.
        List<String> lines = err.lines()
                .filter(line -> !line.startsWith("WARNING: ") && !line.matches("(cpu-simd|cpu-scalar|opencl) on .*"))
                .toList();
        assertEquals(1, lines.size(), err);
        assertTrue(lines.getFirst().startsWith("retort: "), err);
        for (String part : parts) {
            assertTrue(err.contains(part), part + " in: " + err);
        }
        assertEquals("", out);
    }

    /** Fails unless the command did what it should. */
    Outcome isDone() {
        assertEquals(0, code, err);
        return this;
    }

    /** The names of the files in a folder, none if there is no such folder. */
    static List<String> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
