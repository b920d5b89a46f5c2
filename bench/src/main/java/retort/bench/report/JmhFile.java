package retort.bench.report;

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
import retort.driver.cli.FileReason;

/** Reads the JSON that JMH writes. */
public final class JmhFile {
    private JmhFile() {}

    /**
     * One benchmark's result.
     *
     * @param benchmark class and method, without package
     * @param spec null for a peak
     * @param engine null for a peak
     * @param threads that compute
     * @param perSecond calls a second, of all threads together
     * @param error half of the confidence interval; NaN if JMH can't say
     */
    public record Measurement(
            String benchmark, String spec, String engine, int threads, double perSecond, double error) {}

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
        } catch (JsonParseException | IllegalStateException | NullPointerException | NumberFormatException e) {
            throw new IllegalArgumentException(name + ": not the JSON that JMH writes", e);
        }
    }

    private static Measurement measurement(JsonObject run) {
        String[] path = run.get("benchmark").getAsString().split("\\.");
        JsonObject metric = run.getAsJsonObject("primaryMetric");
        JsonObject parameters = run.has("params") ? run.getAsJsonObject("params") : new JsonObject();
        JsonObject threads = parameters.has("threads") ? parameters : run;
        return new Measurement(
                path[path.length - 2] + "." + path[path.length - 1],
                text(parameters, "spec"),
                text(parameters, "engine"),
                threads.get("threads").getAsInt(),
                metric.get("score").getAsDouble(),
                metric.get("scoreError").getAsDouble());
    }

    private static String text(JsonObject object, String key) {
        return object.has(key) ? object.get(key).getAsString() : null;
    }
}
