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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;
import retort.nn.SafeTensors;

/** Ctrl-C, sent to a JVM of its own. */
class InterruptionTest {
    private static final int INTERRUPTED = 130;
    private static final int SIGINT = 2;
    private static final long LONGEST_MILLIS = 60_000;
    private static final long LOOK_MILLIS = 20;

    @TempDir
    private Path folder;

    @Test
    void aTrainingStopsAndLeavesTheModelAsItWas() throws Exception {
        Path out = folder.resolve("out");
        try (Outcome.Forked forked =
                start(out, "train", "--model=student", "--student-epochs=1000000", "--threads=1")) {
            await(out.resolve("hard-labels.safetensors"), forked);
            Outcome outcome = interrupt(forked);

            assertEquals(INTERRUPTED, outcome.code(), outcome.err());
            Path checkpoint = out.resolve("hard-labels-interrupted.safetensors");
            assertEquals(
                    "retort: interrupted; the model as it was is in " + checkpoint,
                    outcome.err().lines().toList().getLast());
            assertEquals("", outcome.out());
            assertEquals(List.of("hard-labels-interrupted.safetensors", "hard-labels.safetensors"), Outcome.files(out));
            assertEquals("unfinished", SafeTensors.read(checkpoint).metadata().get("epochs"));
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
            assertEquals(
                    "retort: interrupted; the same command with --out=" + out + " --resume goes on from here",
                    outcome.err().lines().toList().getLast());
            assertEquals(List.of("study.json", "teacher-seed0.safetensors"), Outcome.files(out));
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
            assertFalse(Files.exists(out));
        }
    }

    private Outcome.Forked start(Path out, String... args) throws IOException {
        Path data = SyntheticSet.write(folder.resolve("data"), 60, 40);
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--data=" + data;
        all[args.length + 1] = "--out=" + out;
        return Outcome.Forked.start(folder, Map.of(), all);
    }

    private static void await(Path file, Outcome.Forked forked) throws Exception {
        long end = System.currentTimeMillis() + LONGEST_MILLIS;
        while (!Files.exists(file)) {
            assertTrue(forked.process().isAlive() && System.currentTimeMillis() < end, () -> "no " + file);
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static Outcome interrupt(Outcome.Forked forked) throws Exception {
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
                new ProcessBuilder("kill", "-INT", Long.toString(pid)).start().waitFor());
        return forked.end();
    }
}
