package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.data.SyntheticSet;

/** Ctrl-C, sent to a JVM of its own. */
class InterruptionTest {
    private static final int INTERRUPTED = 130;
    private static final int TERMINATED = 143;
    private static final int SIGINT = 2;
    private static final long LONGEST_MILLIS = 60_000;
    private static final long LOOK_MILLIS = 20;

    @TempDir
    private Path folder;

    @Test
    void aTrainingStopsAndSaysHowItGoesOn() throws Exception {
        Path out = folder.resolve("out");
        try (Outcome.Forked forked =
                start(out, "train", "--model=student", "--student-epochs=1000000", "--threads=1")) {
            await(out.resolve("hard-labels.safetensors"), forked);
            Outcome outcome = interrupt(forked);

            assertEquals(INTERRUPTED, outcome.code(), outcome.err());
            assertEquals(
                    "retort: interrupted; to go on: retort train --model=student --student-epochs=1000000 --threads=1"
                            + " --data=" + folder.resolve("data") + " --out=" + out + " --resume",
                    outcome.err().lines().toList().getLast());
            assertEquals("", outcome.out());
            assertEquals(List.of("checkpoint", "hard-labels.safetensors"), Outcome.files(out));
            assertEquals(List.of("command.json", "training.safetensors"), Outcome.files(out.resolve("checkpoint")));
        }
    }

    @Test
    void aStudyStopsAndSaysHowItGoesOn() throws Exception {
        Path out = folder.resolve("out");
        try (Outcome.Forked forked =
                start(out, "study", "sweep", "--epochs=1", "--student-epochs=1000000", "--width=10", "--threads=1")) {
            await(out.resolve("study.json"), forked);
            Outcome outcome = interrupt(forked);

            assertEquals(INTERRUPTED, outcome.code(), outcome.err());
            assertTrue(
                    outcome.err().endsWith(" --out=" + out + " --resume\n")
                            && outcome.err().contains("retort: interrupted; to go on: retort study sweep "),
                    outcome.err());
            assertEquals(List.of("checkpoint", "study.json", "teacher-seed0.safetensors"), Outcome.files(out));
        }
    }

    /** There is nothing to save, and a measurement is not waited for. */
    @Test
    void aLatencyMeasurementStopsAtOnceAndLeavesNothing() throws Exception {
        Path out = folder.resolve("out");
        try (Outcome.Forked forked = start(out, "latency", "--backend=cpu-simd", "--threads=1")) {
            await(out, forked);
            Outcome outcome = interrupt(forked);

            assertEquals(INTERRUPTED, outcome.code(), outcome.err());
            assertTrue(outcome.err().endsWith("retort: interrupted\n"), outcome.err());
            assertFalse(outcome.err().contains("go on later"), outcome.err());
            assertFalse(Files.exists(out));
        }
    }

    @Test
    void sigtermStopsATrainingToo() throws Exception {
        Path out = folder.resolve("out");
        try (Outcome.Forked forked =
                start(out, "train", "--model=student", "--student-epochs=1000000", "--threads=1")) {
            await(out.resolve("hard-labels.safetensors"), forked);
            Outcome outcome = signal(forked, "TERM");

            assertEquals(TERMINATED, outcome.code(), outcome.err());
            assertTrue(outcome.err().endsWith(" --out=" + out + " --resume\n"), outcome.err());
        }
    }

    /** Each command stays in the phase that it is stopped in. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train --epochs=1000000 | teacher, epoch 2",
                "train --epochs=1000000 --backend=opencl | teacher, epoch 2",
                "run --student-epochs=1000000 --backend=cpu-simd | fold 1 of 3, epoch 9",
                "run --student-epochs=1 --backend=cpu-simd | latency on cpu-simd, teacher",
                "study sweep --student-epochs=1000000 --epochs=1 --width=10 | 1 of 1, soft-targets"
            })
    void controlCOnATerminalStopsEachPhaseAndSaves(String line, String phase) throws Exception {
        if (line.contains("opencl")) {
            OpenClRunTest.assumeDevice();
        }
        Path out = folder.resolve("out");
        try (PseudoTerminal terminal = PseudoTerminal.start(folder, 100, words(out, line.split(" ")))) {
            terminal.await(phase);
            terminal.controlC();
            Outcome outcome = terminal.end();

            assertEquals(INTERRUPTED, outcome.code(), outcome.out());
            assertTrue(outcome.out().contains("retort: interrupted; to go on: retort " + line), outcome.out());
            assertTrue(Files.exists(out.resolve("checkpoint").resolve("command.json")));
            assertFalse(outcome.out().contains("?") || outcome.out().contains("0:00:00"), outcome.out());
        }
    }

    /** A step of cpu-scalar takes many seconds, and the first Ctrl-C waits for it. */
    @Test
    void theSecondControlCEndsTheCommandAtOnce() throws Exception {
        Path out = folder.resolve("out");
        String[] words = words(out, "train", "--backend=cpu-scalar", "--batch=60");
        try (PseudoTerminal terminal = PseudoTerminal.start(folder, 80, words)) {
            terminal.await("teacher, epoch 1");
            terminal.controlC();
            terminal.await("again to stop at once");
            terminal.controlC();
            Outcome outcome = terminal.end();

            assertEquals(INTERRUPTED, outcome.code(), outcome.out());
            assertFalse(outcome.out().contains("to go on"), outcome.out());
        }
    }

    @Test
    void nothingWrapsAtEightyColumnsAndNothingIsLeftOver() throws Exception {
        String[] words = words(folder.resolve("out"), "run", "--quick", "--student-epochs=1", "--backend=cpu-simd");
        try (PseudoTerminal terminal = PseudoTerminal.start(folder, 80, words)) {
            Outcome outcome = terminal.end();
            assertEquals(0, outcome.code(), outcome.out());
            String progress = outcome.out().substring(0, outcome.out().indexOf("Retort run"));
            List<String> drawn = List.of(progress.split("[\r\n]+|\033\\[K"));
            assertTrue(drawn.stream().anyMatch(each -> each.startsWith("step 1 of ")), progress);
            drawn.forEach(each -> assertTrue(each.startsWith("WARNING") || each.length() < 80, each));
            assertTrue(progress.endsWith(" s\r\n"), progress);
        }
    }

    private Outcome.Forked start(Path out, String... args) throws IOException {
        return Outcome.Forked.start(folder, Map.of(), words(out, args));
    }

    private String[] words(Path out, String... args) throws IOException {
        Path data = SyntheticSet.write(folder.resolve("data"), 60, 40);
        return Stream.concat(Stream.of(args), Stream.of("--data=" + data, "--out=" + out))
                .toArray(String[]::new);
    }

    private static void await(Path file, Outcome.Forked forked) throws Exception {
        long end = System.currentTimeMillis() + LONGEST_MILLIS;
        while (!Files.exists(file)) {
            assertTrue(forked.process().isAlive() && System.currentTimeMillis() < end, () -> "no " + file);
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static Outcome interrupt(Outcome.Forked forked) throws Exception {
        return signal(forked, "INT");
    }

    private static Outcome signal(Outcome.Forked forked, String signal) throws Exception {
        long pid = forked.process().pid();
        Path status = Path.of("/proc", Long.toString(pid), "status");
        assumeTrue(Files.exists(status), "signals are sent, and looked up, as on Linux");
        // Shells start background jobs with SIGINT ignored, and children inherit that.
        String ignored = Files.readString(status)
                .lines()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16);
        assumeFalse((mask >> SIGINT - 1 & 1) == 1, "SIGINT is ignored by whoever started the tests");
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor());
        return forked.end();
    }
}
