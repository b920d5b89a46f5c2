package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.kernels.Soak;

/**
 * Files that are cut off or damaged are read, or refused in one line that names them, soon, and with memory that their
 * size bounds.
 */
class ReaderSoakTest {
    private static final int MUTATIONS = 10_000;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** What reading takes from the heap in all, freed or not: so much whatever the file, and so much a byte of it. */
    private static final long FIXED_BYTES = 64L << 20;

    private static final long BYTES_PER_BYTE = 64;

    private static final Path CORPUS = Path.of("src/test/resources/retort/driver/readers");

    @TempDir
    private Path folder;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long tries;
    private long taken;
    private long slowestNanos;
    private long mostBytes;

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyTruncation(Reading reading) throws IOException {
        byte[] whole = reading.prepare(folder);
        assertTrue(reading.take(folder, whole), "the whole one is refused");
        int lengths = Soak.count(whole.length);
        for (int i = 0; i < lengths; i++) {
            take(reading, Arrays.copyOf(whole, (int) ((long) i * whole.length / lengths)), i);
        }
        kept(reading, "cut off");
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void mutations(Reading reading) throws IOException {
        byte[] whole = reading.prepare(folder);
        for (int i = 0; i < Soak.count(MUTATIONS); i++) {
            take(reading, damage(i).of(whole), i);
        }
        kept(reading, "damaged");
    }

    @ParameterizedTest
    @EnumSource
    void corpus(Reading reading) throws IOException {
        reading.prepare(folder);
        for (Path file : ReaderFuzz.found(CORPUS, reading)) {
            take(reading, Files.readAllBytes(file), 0);
        }
    }

    @Test
    void damageIsTheSameForASeed() {
        byte[] whole = new byte[1000];
        for (int seed = 0; seed < 100; seed++) {
            assertEquals(
                    HexFormat.of().formatHex(new Damage(new Random(seed)).of(whole)),
                    HexFormat.of().formatHex(new Damage(new Random(seed)).of(whole)));
        }
    }

    /** Of seeds that follow each other a Random begins alike. */
    private static Damage damage(int number) {
        return new Damage(new Random((Soak.seed() << 32 | number) * 0x9E37_79B9_7F4A_7C15L));
    }

    private void take(Reading reading, byte[] bytes, int number) throws IOException {
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        try {
            taken += reading.take(folder, bytes) ? 1 : 0;
        } catch (AssertionError e) {
            Path file = Files.write(Path.of("target", reading + "-" + Soak.seed() + "-" + number), bytes);
            throw new AssertionError(e.getMessage() + " (seed " + Soak.seed() + ", " + number + ": " + file + ")", e);
        }
        long nanos = System.nanoTime() - start;
        long took = threads.getCurrentThreadAllocatedBytes() - allocated;
        String of = reading + ", " + bytes.length + " bytes, seed " + Soak.seed() + ", " + number;
        assertTrue(nanos < MOST_NANOS, of + ": " + nanos / 1e9 + " s");
        assertTrue(took <= FIXED_BYTES + BYTES_PER_BYTE * bytes.length, of + ": " + took + " bytes of heap");
        tries++;
        slowestNanos = Math.max(slowestNanos, nanos);
        mostBytes = Math.max(mostBytes, took);
    }

    private void kept(Reading reading, String how) {
        Soak.kept(
                3,
                reading.file + ", " + how,
                tries,
                String.format(
                        "%d read, %d refused in a line with its name; slowest %.0f ms, most heap %.1f MB",
                        taken, tries - taken, slowestNanos / 1e6, mostBytes / 1e6));
    }
}
