package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Soak;

/** Ctrl-C and SIGTERM at random moments of commands on a pseudo-terminal, from the first line that they say on. */
class InterruptionSoakTest {
    private static final int PROMISE = 6;
    private static final int SIGNALS = 200;
    private static final int INTERRUPTED = 130;
    private static final int TERMINATED = 143;
    private static final double LONGEST_SECONDS = 2;

    /** As long as the start and all phases take here: a teacher, labels, folds, students, latency. */
    private static final double SECONDS = 8;

    private final Random random = new Random(Soak.seed());
    private int ended;
    private int told;
    private double worst;

    @TempDir
    private Path folder;

    @Test
    void everySignalIsFollowedWithinTwoSeconds() throws Exception {
        Path data = SyntheticSet.write(folder.resolve("data"), 100, 40);
        List<Engine> engines = Stream.of(Engine.values())
                .filter(engine -> Backends.unavailable(engine).isEmpty())
                .toList();
        int signals = Soak.count(SIGNALS);
        int first = Math.floorMod((int) Soak.seed(), engines.size());
        for (int i = 0; i < signals; i++) {
            one(engines.get((first + i) % engines.size()), data, folder.resolve("out" + i), i % 2 == 0);
        }
        Soak.kept(
                PROMISE,
                "SIGINT and SIGTERM at random moments on a pseudo-terminal, " + engines,
                signals,
                String.format(
                        Locale.ROOT,
                        "%d saved and told how to go on, %d had ended or not begun; worst %.2f s of %.0f",
                        told,
                        ended,
                        worst,
                        LONGEST_SECONDS));
    }

    private void one(Engine engine, Path data, Path out, boolean controlC) throws Exception {
        String[] run = {
            "run",
            "--quick",
            "--student-epochs=2",
            "--backend=" + engine,
            "--threads=1",
            "--data=" + data,
            "--out=" + out
        };
        try (PseudoTerminal terminal = PseudoTerminal.start(folder, 100, run)) {
            boolean over =
                    terminal.process().waitFor((long) (random.nextDouble() * SECONDS * 1e9), TimeUnit.NANOSECONDS);
            long start = System.nanoTime();
            if (!over && controlC) {
                terminal.controlC();
            } else if (!over) {
                terminal.signal("TERM");
            }
            Outcome outcome = terminal.end();
            double seconds = (System.nanoTime() - start) / 1e9;
            String what = engine + ", seed " + Soak.seed() + ", " + seconds + " s: " + outcome.out();
            assertFalse(outcome.out().contains("Exception") || outcome.out().contains("\tat "), what);
            if (outcome.code() == 0) {
                ended++;
                return;
            }
            assertEquals(controlC ? INTERRUPTED : TERMINATED, outcome.code(), what);
            assertTrue(seconds <= Soak.longestSeconds(LONGEST_SECONDS), what);
            worst = Math.max(worst, seconds);
            if (Files.exists(out.resolve("checkpoint"))) {
                assertTrue(outcome.out().contains("interrupted; to go on: retort run"), what);
                assertTrue(Files.exists(out.resolve("checkpoint").resolve("command.json")), what);
                told++;
            } else {
                assertEquals(List.of(), files(out), what);
                ended++;
            }
        }
    }

    private static List<String> files(Path out) throws IOException {
        return Outcome.files(out).stream().filter(name -> !name.startsWith(".")).toList();
    }
}
