package retort.bench.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import retort.kernels.Probe;

/** What JMH would have written of a run, row by row; speeds are told as reports tell them. */
final class MadeUpRun {
    static final BenchReport.Environment ENVIRONMENT = new BenchReport.Environment(
            "Some CPU (family 6)",
            List.of("avx2", "fma", "256-bit vectors"),
            2,
            Map.of("cpu-simd", "256-bit vectors"),
            List.of(),
            "25",
            List.of("-XX:+UseSerialGC"),
            "Linux",
            "abc",
            "now",
            false,
            Map.of("cpu-simd", "zen5"));

    private final JsonArray rows = new JsonArray();

    /** The loop of multiply-adds on one thread, in GFLOP/s. */
    MadeUpRun fma(String beside, double gflops, double error) {
        double giga = Probe.FMA_FLOPS / 1e9;
        JsonObject row = row("PeakBenchmark.fma", gflops / giga, error / giga);
        parameters(row, Map.of("beside", beside));
        return this;
    }

    /** The triad on one thread, in GB/s. */
    MadeUpRun triad(String beside, double gbs) {
        double giga = 12.0 * (1 << 26) / 1e9;
        parameters(row("PeakBenchmark.triad", gbs / giga, 0), Map.of("beside", beside));
        return this;
    }

    /** A contender, in GFLOP/s or GB/s, and each of its forks' iterations. */
    MadeUpRun kernel(String spec, String engine, int threads, double score, double error, double[]... forks) {
        double giga = Work.of(spec).giga();
        JsonObject row = row("GemmBenchmark.run", score / giga, error / giga);
        parameters(row, Map.of("spec", spec, "engine", engine, "threads", Integer.toString(threads)));
        double[][] calls = Arrays.stream(forks)
                .map(fork -> Arrays.stream(fork).map(speed -> speed / giga).toArray())
                .toArray(double[][]::new);
        row.getAsJsonObject("primaryMetric").add("rawData", raw(calls));
        return this;
    }

    /** JMH's own iterations of 0.3 s: so many bytes in each, beside whatever number of calls. */
    MadeUpRun harness(double... bytes) {
        row("HarnessBenchmark.nothing", 1e9, 0).getAsJsonObject("primaryMetric").add("rawData", raw(calls(bytes, 1e9)));
        return allocated(Arrays.stream(bytes).map(each -> each / 3e8).toArray());
    }

    /** Of the last row: bytes per call, as JMH's profiler tells them, of each iteration of its only fork. */
    MadeUpRun allocated(double... bytesPerCall) {
        JsonObject metric = new JsonObject();
        metric.add("rawData", raw(bytesPerCall));
        JsonObject secondary = new JsonObject();
        secondary.add("gc.alloc.rate.norm", metric);
        rows.get(rows.size() - 1).getAsJsonObject().add("secondaryMetrics", secondary);
        return this;
    }

    List<JmhFile.Measurement> measurements() {
        return JmhFile.parse("made up", rows.toString());
    }

    BenchReport report() {
        return report(ENVIRONMENT);
    }

    BenchReport report(BenchReport.Environment environment) {
        return Results.report(environment, measurements(), List.of(), List.of());
    }

    private JsonObject row(String benchmark, double perSecond, double error) {
        JsonObject metric = new JsonObject();
        metric.addProperty("score", perSecond);
        metric.addProperty("scoreError", error);
        JsonObject row = new JsonObject();
        row.addProperty("benchmark", "retort.bench.kernel." + benchmark);
        row.addProperty("threads", 1);
        row.addProperty("measurementTime", "300 ms");
        row.add("primaryMetric", metric);
        rows.add(row);
        return row;
    }

    private static void parameters(JsonObject row, Map<String, String> values) {
        JsonObject parameters = new JsonObject();
        values.forEach(parameters::addProperty);
        row.add("params", parameters);
    }

    private static double[] calls(double[] like, double perSecond) {
        return Arrays.stream(like).map(each -> perSecond).toArray();
    }

    private static JsonArray raw(double[]... forks) {
        JsonArray raw = new JsonArray();
        for (double[] fork : forks) {
            raw.add(Arrays.stream(fork)
                    .boxed()
                    .collect(Collectors.collectingAndThen(Collectors.toList(), MadeUpRun::array)));
        }
        return raw;
    }

    private static JsonArray array(List<Double> values) {
        JsonArray array = new JsonArray();
        values.forEach(array::add);
        return array;
    }
}
