package retort.frameworks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** How busy others keep the processors from now on, as Linux counts it. */
final class Processors {
    private static final Path STAT = Path.of("/proc/stat");

    /** Ticks a second, the same on all Linux systems. */
    private static final double TICKS = 100;

    /** Of the columns behind the name: idle, and waiting for input or output. */
    private static final int IDLE = 3;

    private static final int WAITING = 4;

    /** user, nice, system, idle, iowait, irq, softirq, steal; then guests, who are in user. */
    private static final int COLUMNS = 8;

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final long start = System.nanoTime();
    private final double busyBefore = busySeconds();
    private final double ownBefore = ownSeconds();

    /** Processors that were busy with something else than this process, on the average since this object was made. */
    double othersBusy() {
        double others = busySeconds() - busyBefore - (ownSeconds() - ownBefore);
        return Math.max(0, others / ((System.nanoTime() - start) / 1e9));
    }

    private double ownSeconds() {
        return system.getProcessCpuTime() / 1e9;
    }

    private static double busySeconds() {
        try {
            String[] words = Files.readAllLines(STAT).getFirst().split(" +");
            long[] ticks = Arrays.stream(words, 1, COLUMNS + 1)
                    .mapToLong(Long::parseLong)
                    .toArray();
            return (Arrays.stream(ticks).sum() - ticks[IDLE] - ticks[WAITING]) / TICKS;
        } catch (IOException e) {
            throw new UncheckedIOException(STAT + ": can't be read", e);
        }
    }
}
