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

    /**
     * A limit of time as this run holds it: what is promised where rows are recorded, which is done alone on a
     * machine, and five times that elsewhere, where other work may stand beside it.
     */
    public static double longestSeconds(double promised) {
        return results().isEmpty() ? 5 * promised : promised;
    }

    /** Where this run's random numbers start: -Dretort.seed, or another one each run. A failure has to print it. */
    public static long seed() {
        return SEED;
    }

    /**
     * Prints a row of docs/reliability.md, and adds it to the calling test's in the folder that {@code
     * -Dretort.soak.results} names.
     *
     * @param promise its number on that page
     * @param what what was tried, and on what
     * @param count how often
     * @param outcome what was seen: a worst case with its bound, a number of survivors; never "ok" alone
     */
    public static void kept(int promise, String what, long count, String outcome) {
        String test = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .getCallerClass()
                .getSimpleName();
        String row =
                String.format(Locale.ROOT, "%d\t%s\t%,d\t%s\t%s, seed %d%n", promise, what, count, outcome, test, SEED);
        System.out.print("promise " + row.replace("\t", "  "));
        if (results().isEmpty()) {
            return;
        }
        try {
            Path folder = Files.createDirectories(Path.of(results()));
            Path file = folder.resolve(test + ".tsv");
            Files.writeString(file, row, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String results() {
        return System.getProperty("retort.soak.results", "");
    }
}
