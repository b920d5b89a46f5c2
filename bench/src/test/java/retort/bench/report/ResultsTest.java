package retort.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A report made of what JMH wrote in a run whose peaks are 200 GFLOP/s, 20 GB/s and, for updates, 16 GB/s. */
class ResultsTest {
    private static final double CLOSE = 1e-9;

    private final BenchReport report = SampleBench.report();

    @Test
    void peaksComeFromTheLoopsOfAllThreads() {
        assertEquals(1, report.peaks().size());
        BenchReport.Peak peak = report.peaks().getFirst();
        assertEquals(2, peak.threads());
        assertEquals(200, peak.gflops(), CLOSE);
        assertEquals(20, peak.triadGBs(), CLOSE);
        assertEquals(16, peak.updateGBs(), CLOSE);
    }

    @Test
    void arithmeticIsScoredInFlopsAgainstTheMultiplyAdds() {
        BenchReport.Result gemm = result("gemm:m500n500k500:nn", "cpu-simd");
        assertEquals("GFLOP/s", gemm.unit());
        assertEquals(100, gemm.score(), CLOSE);
        assertEquals(2, gemm.error(), CLOSE);
        assertEquals(0.5, gemm.ofPeak(), CLOSE);
    }

    @Test
    void passesOverMemoryAreScoredInBytesAgainstTheTriad() {
        BenchReport.Result relu = result("relu:1000000", "cpu-simd");
        assertEquals("GB/s", relu.unit());
        assertEquals(10, relu.score(), CLOSE);
        assertEquals(0.5, relu.ofPeak(), CLOSE);
        assertEquals(Map.of(), relu.ratio());
    }

    @Test
    void adamIsHeldAgainstTheUpdate() {
        BenchReport.Result adam = result("adam:1000000", "cpu-simd");
        assertEquals("GB/s", adam.unit());
        assertEquals(14, adam.score(), CLOSE);
        assertEquals(14.0 / 16, adam.ofPeak(), CLOSE);
    }

    @Test
    void severalThreadsAreHeldAgainstOne() {
        List<BenchReport.Result> both = report.results().stream()
                .filter(r ->
                        r.spec().equals("gemm:m500n500k500:nn") && r.engine().equals("cpu-simd"))
                .toList();
        assertEquals(
                List.of(2, 1), both.stream().map(BenchReport.Result::threads).toList());
        assertEquals(1.6, both.get(0).overOneThread(), CLOSE);
        assertNull(both.get(1).overOneThread());
        assertNull(result("adam:1000000", "cpu-simd").overOneThread());
        assertNull(result("gemm:m500n500k500:nn", "openblas").overOneThread());
    }

    @Test
    void ratiosAreOursOverThePeersAtTheSameThreadCount() {
        assertEquals(
                Map.of("openblas", 0.8),
                result("gemm:m500n500k500:nn", "cpu-simd").ratio());
        assertNull(result("gemm:m500n500k500:nn", "openblas").ratio());
    }

    @Test
    void anErrorThatIsNotKnownIsLeftOut() {
        assertNull(result("gemm:m500n500k500:nn", "openblas").error());
        assertNull(result("gemm:m500n500k500:nn", "netlib").ofPeak());
    }

    @Test
    void jsonHasTheKeysOfTheContract() {
        JsonObject json = new Gson().toJsonTree(report).getAsJsonObject();
        assertEquals(2, json.get("schemaVersion").getAsInt());
        assertTrue(json.keySet()
                .containsAll(Set.of("environment", "peaks", "peaksAgain", "results", "oddForks", "absent")));
        assertEquals(
                "[cpu, features, processors, engines, elsewhere, java, flags, os, commit, time, quick, parameters]",
                json.getAsJsonObject("environment").keySet().toString());
        assertEquals(
                Set.of("threads", "gflops", "gflopsError", "triadGBs", "updateGBs"),
                json.getAsJsonArray("peaks").get(0).getAsJsonObject().keySet());
        assertEquals(
                Set.of(
                        "spec",
                        "engine",
                        "threads",
                        "score",
                        "error",
                        "unit",
                        "noise",
                        "ofPeak",
                        "overOneThread",
                        "forks",
                        "ratio"),
                json.getAsJsonArray("results").get(0).getAsJsonObject().keySet());
        assertEquals(
                Set.of("peer", "reason"),
                json.getAsJsonArray("absent").get(0).getAsJsonObject().keySet());
    }

    @Test
    void markdownShowsScoresRatiosAndWhatIsAbsentOrFailed() {
        String text = MarkdownReport.of(report);
        assertTrue(text.contains("| gemm:m500n500k500:nn | 100 | ± 2.00 | 50 % | 1.60 x | 125 | 0.80 |"), text);
        assertTrue(text.contains("| adam:1000000 | 14.0 | ± 0.140 | 88 % |"), text);
        assertTrue(text.contains("| clblast | no such library |"), text);
        assertTrue(text.contains("| relu:8 | onednn | 2 | off by <one> |"), text);
        assertTrue(text.contains("Some CPU (family 6), 2 processors"), text);
        assertTrue(text.contains("| features | avx2 fma |"), text);
        assertTrue(text.contains("| opencl's parameters | own.properties |"), text);
    }

    @Test
    void refusesAFileThatJmhDidNotWrite() {
        assertThrows(IllegalArgumentException.class, () -> JmhFile.parse("a.json", "{}"));
        assertThrows(IllegalArgumentException.class, () -> JmhFile.parse("a.json", "[{\"threads\": 1}]"));
        assertThrows(IllegalArgumentException.class, () -> JmhFile.parse("a.json", "not JSON"));
    }

    private BenchReport.Result result(String spec, String engine) {
        return report.results().stream()
                .filter(r -> r.spec().equals(spec) && r.engine().equals(engine))
                .findFirst()
                .orElseThrow();
    }
}
