package retort.bench.performance;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one process found out that did the job in one framework, as its JSON file holds it: components are its keys, in
 * order.
 *
 * @param framework its id
 * @param version of the framework, as it names itself
 * @param width {@link #NATIVE}, or {@link #AVX2} where it was held to that
 * @param round processes of one round ran one after the other
 * @param flags of the JVM
 * @param environment variables that the framework's libraries read
 * @param loadBefore the system's load average of the last minute, before the process began
 * @param othersBusy how many processors others kept busy while it ran
 * @param testErrors of the teacher as it was trained here; null if it was not, or predicted nothing
 */
public record JobRun(
        int schemaVersion,
        String framework,
        String version,
        int threads,
        String width,
        int round,
        boolean quick,
        Machine machine,
        List<String> flags,
        Map<String, String> environment,
        double loadBefore,
        double othersBusy,
        List<Measurement> results,
        Integer testErrors,
        int testImages) {

    public static final int SCHEMA_VERSION = 1;

    /** The widest vectors that the processor and the framework have. */
    public static final String NATIVE = "native";

    /** Vectors of 256 bits, on a processor that may have wider ones. */
    public static final String AVX2 = "avx2";

    /** Where and when it ran. */
    public record Machine(
            String cpu,
            List<String> features,
            int processors,
            long memoryMiB,
            String java,
            String os,
            String commit,
            String time) {}

    /**
     * Time for a number of images, at the median over the calls.
     *
     * @param work its id: {@code training-} and how many images, or one of predictions
     * @param calls 1 for training; for a whole test set, passes through it
     * @param p10Seconds what a tenth of the calls stayed below, as nine tenths did below the 90th percentile
     */
    public record Measurement(
            String work, int images, int calls, double seconds, double p10Seconds, double p90Seconds) {
        /** How many images make a speed more telling than the time of a call. */
        private static final int MANY = 100;

        /** Below it microseconds are more telling than milliseconds. */
        private static final double SHORT = 1e-3;

        /** The same in another time. */
        Measurement taking(double other) {
            return new Measurement(work, images, calls, other, p10Seconds, p90Seconds);
        }

        /** Whether it is told as images a second. */
        boolean isSpeed() {
            return images >= MANY;
        }

        /** Images a second, or the time of a call, with its unit. */
        public String text() {
            return isSpeed()
                    ? String.format(Locale.ROOT, "%,.0f images/s", images / seconds)
                    : seconds < SHORT ? digits(seconds * 1e6) + " us" : digits(seconds * 1e3) + " ms";
        }

        /** Three digits that count. */
        private static String digits(double value) {
            int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
            return String.format(Locale.ROOT, "%." + decimals + "f", value);
        }
    }
}
