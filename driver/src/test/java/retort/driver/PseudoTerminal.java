package retort.driver;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A command in a JVM of its own on a pseudo-terminal, which script of util-linux makes; its output is in a file. */
record PseudoTerminal(Process process, Path out) implements AutoCloseable {
    private static final long LONGEST_SECONDS = 60;
    private static final long LOOK_MILLIS = 20;
    private static final int CONTROL_C = 3;

    static PseudoTerminal start(Path folder, int columns, String... args) throws IOException {
        return start(folder, columns, Map.of(), args);
    }

    static PseudoTerminal start(Path folder, int columns, Map<String, String> environment, String... args)
            throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script of util-linux is not here");
        String command = Outcome.Forked.command(List.of("--add-modules=jdk.incubator.vector"), args).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        Path out = folder.resolve("terminal");
        ProcessBuilder builder = new ProcessBuilder(
                        "script", "-qefc", "stty columns " + columns + "; exec " + command, "/dev/null")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("TERM", "xterm-256color");
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().putAll(environment);
        return new PseudoTerminal(builder.start(), out);
    }

    /** Waits until the command has shown a text. */
    void await(String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        while (!shown().contains(text)) {
            assertTrue(process.isAlive() && System.nanoTime() < end, "no '" + text + "' in: " + shown());
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** As the user presses it: the terminal makes a signal of it. */
    void controlC() throws IOException {
        OutputStream keyboard = process.getOutputStream();
        keyboard.write(CONTROL_C);
        keyboard.flush();
    }

    /** As another process sends it, by its name: not to script, which has the terminal, but to what runs on it. */
    void signal(String name) throws IOException, InterruptedException {
        for (ProcessHandle each : process.descendants().toList()) {
            new ProcessBuilder("kill", "-" + name, String.valueOf(each.pid()))
                    .start()
                    .waitFor();
        }
    }

    Outcome end() throws IOException, InterruptedException {
        assertTrue(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS), () -> "still running");
        return new Outcome(process.exitValue(), shown(), "");
    }

    private String shown() throws IOException {
        return Files.readString(out, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
