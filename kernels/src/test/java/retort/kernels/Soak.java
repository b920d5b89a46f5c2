package retort.kernels;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The counts of the promises in docs/reliability.md. A test named *SoakTest keeps a share of its count wherever tests
 * run, a hundredth unless {@code -Dretort.soak} says another, and all of it under {@code bench/soak.sh}, which makes
 * the page from what {@link #kept} records.
 */
public final class Soak {
    private static final double SHARE = Double.parseDouble(System.getProperty("retort.soak", "0.01"));
    private static final long SEED =
            Long.getLong("retort.seed", ThreadLocalRandom.current().nextInt() & 0xFFFF_FFFFL);

    private Soak() {}

    /** How many of a promise's tries this run makes, one at least. */
    public static int count(int promised) {
        return Math.max(1, (int) Math.round(promised * SHARE));
    }

    /** Where this run's random numbers start: -Dretort.seed, or another one each run. A failure has to print it. */
    public static long seed() {
        return SEED;
    }

    /**
     * Prints a row of docs/reliability.md, and adds it to the folder that {@code -Dretort.soak.results} names.
     *
     * @param promise its number on that page
     * @param what what was tried, and on what
     * @param count how often
     * @param outcome what was seen: a worst case with its bound, a number of survivors; never "ok" alone
     */
    public static void kept(int promise, String what, long count, String outcome) {
        String row = String.format(Locale.ROOT, "%d\t%s\t%,d\t%s\tseed %d%n", promise, what, count, outcome, SEED);
        System.out.print("promise " + row.replace("\t", "  "));
        String results = System.getProperty("retort.soak.results", "");
        if (results.isEmpty()) {
            return;
        }
        try {
            Path folder = Files.createDirectories(Path.of(results));
            Path file = folder.resolve("rows-" + ProcessHandle.current().pid() + ".tsv");
            Files.writeString(file, row, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
