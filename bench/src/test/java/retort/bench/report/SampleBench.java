package retort.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A report made of what JMH wrote in a run whose peaks are 200 GFLOP/s, 20 GB/s and, for updates, 16 GB/s. */
final class SampleBench {
    private SampleBench() {}

    static BenchReport report() {
        BenchReport.Environment environment = new BenchReport.Environment(
                "Some CPU (family 6)",
                List.of("avx2", "fma"),
                2,
                Map.of("cpu-simd", "8 lanes"),
                List.of(),
                "25",
                List.of("-XX:+UseSerialGC"),
                "Linux",
                "abc",
                "now",
                true,
                Map.of("opencl", "own.properties"));
        return Results.report(
                environment,
                JmhFile.parse("jmh.json", canned()),
                List.of(new BenchReport.Absent("clblast", "no such library")),
                List.of(new BenchReport.Failed("relu:8", "onednn", 2, "off by <one>")));
    }

    private static String canned() {
        try (InputStream in = SampleBench.class.getResourceAsStream("jmh.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
