package retort.bench.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.options.TimeValue;
import retort.bench.kernel.PeakBenchmark;
import retort.driver.cli.FileReason;

/** Reads the JSON that JMH writes. */
public final class JmhFile {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** An iteration ends with a whole call: how far a product of a rate and a time may be beyond one by rounding. */
    private static final double ROUNDING = 0.02;

    private JmhFile() {}

    /**
     * One benchmark's result.
     *
     * @param benchmark class and method, without package
     * @param spec null for a peak
     * @param engine null for a peak
     * @param threads that compute
     * @param beside of a peak that was measured again, the spec that was timed before it; null for all else
     * @param perSecond calls a second, of all threads together
     * @param error half of the confidence interval; NaN if JMH can't say
     * @param forks of each JVM its iterations, in calls a second
     * @param allocated in each iteration; empty if JMH did not look
     */
    public record Measurement(
            String benchmark,
            String spec,
            String engine,
            int threads,
            String beside,
            double perSecond,
            double error,
            List<List<Double>> forks,
            List<Allocation> allocated) {}

    /**
     * What one iteration allocated, the harness with it.
     *
     * @param calls in the iteration
     */
    public record Allocation(double bytes, double calls) {}

    /**
     * @throws UncheckedIOException if the file can't be read
     * @throws IllegalArgumentException if it is not what JMH writes
     */
    public static List<Measurement> read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    static List<Measurement> parse(String name, String json) {
        try {
            List<Measurement> measurements = new ArrayList<>();
            for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
                measurements.add(measurement(element.getAsJsonObject()));
            }
            return measurements;
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | NumberFormatException
                | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(name + ": not the JSON that JMH writes", e);
        }
    }

    private static Measurement measurement(JsonObject run) {
        String[] path = run.get("benchmark").getAsString().split("\\.");
        JsonObject metric = run.getAsJsonObject("primaryMetric");
        JsonObject parameters = run.has("params") ? run.getAsJsonObject("params") : new JsonObject();
        JsonObject threads = parameters.has("threads") ? parameters : run;
        String beside = text(parameters, "beside");
        List<List<Double>> forks = forks(metric);
        return new Measurement(
                path[path.length - 2] + "." + path[path.length - 1],
                text(parameters, "spec"),
                text(parameters, "engine"),
                threads.get("threads").getAsInt(),
                PeakBenchmark.FIRST.equals(beside) ? null : beside,
                metric.get("score").getAsDouble(),
                metric.get("scoreError").getAsDouble(),
                forks,
                allocated(run, forks));
    }

    private static String text(JsonObject object, String key) {
        return object.has(key) ? object.get(key).getAsString() : null;
    }

    private static List<List<Double>> forks(JsonObject metric) {
        JsonArray raw = metric.has("rawData") ? metric.getAsJsonArray("rawData") : new JsonArray();
        return raw.asList().stream()
                .map(fork -> fork.getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsDouble)
                        .toList())
                .toList();
    }

    /** JMH tells bytes per call; how many calls an iteration made follows from its speed and length. */
    private static List<Allocation> allocated(JsonObject run, List<List<Double>> speeds) {
        JsonObject metric = run.has("secondaryMetrics")
                ? run.getAsJsonObject("secondaryMetrics").getAsJsonObject(ALLOCATED)
                : null;
        List<Allocation> allocated = new ArrayList<>();
        if (metric != null) {
            List<List<Double>> bytes = forks(metric);
            TimeValue length = TimeValue.fromString(run.get("measurementTime").getAsString());
            double seconds = length.convertTo(TimeUnit.MICROSECONDS) / 1e6;
            for (int fork = 0; fork < bytes.size(); fork++) {
                for (int i = 0; i < bytes.get(fork).size(); i++) {
                    double calls = Math.ceil(speeds.get(fork).get(i) * seconds - ROUNDING);
                    allocated.add(new Allocation(bytes.get(fork).get(i) * calls, calls));
                }
            }
        }
        return allocated;
    }
}
