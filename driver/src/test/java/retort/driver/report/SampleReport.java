package retort.driver.report;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import retort.driver.statistics.ErrorSet;

/** A report with every part, as {@code run} gives it, and one with hardly any. */
public final class SampleReport {
    private static final int[][] CONFUSION = new int[10][10];
    private static final Double[] RECALL = new Double[10];

    private static final List<Report.Bin> BINS =
            List.of(new Report.Bin(3_000, 0.42, 0.4), new Report.Bin(7_000, 0.93, 0.95));

    static {
        for (int c = 0; c < 10; c++) {
            CONFUSION[c][c] = c == 3 ? 0 : 980;
            CONFUSION[c][(c + 5) % 10] = c == 3 ? 1010 : 20;
            RECALL[c] = CONFUSION[c][c] / 1000.0;
        }
    }

    private SampleReport() {}

    public static Report run() {
        Report.Epoch epoch = new Report.Epoch(1, 0.2141, 0.9372, 0.0671, 0.9805, 227.31);
        return new Report(
                Report.SCHEMA_VERSION,
                "run",
                "notebook",
                0L,
                false,
                environment(),
                "name = \"notebook\"\n",
                "retort run --seed=0",
                null,
                new Report.Teacher(27_413_130, 48_000, 227.31, 211.2, List.of(epoch), history(), test()),
                new Report.SoftLabels(3.5f, 60_000, 41.2, List.of(1f, 3.5f), List.of(digit(0), digit(1))),
                List.of(
                        student("distilled", "soft", Set.of(3)),
                        student("hard-labels", "hard", Set.of(3)),
                        student("hard-labels-all", "hard", Set.of())),
                null,
                List.of(
                        new Report.Latency(
                                "cpu-simd",
                                "teacher",
                                10_000,
                                3,
                                10_123_456.7,
                                10_234_567.8,
                                987.8,
                                27_413_130,
                                10_100_000,
                                10_200_000,
                                "float32"),
                        new Report.Latency(
                                "cpu-simd",
                                "student",
                                10_000,
                                5,
                                12_345.6,
                                13_456.7,
                                810_005.2,
                                8_070,
                                12_000,
                                13_000,
                                "float32")),
                List.of(
                        new Report.LatencyRatio("cpu-simd", 1, 820.4, "student"),
                        new Report.LatencyRatio("cpu-simd", 32, 700.1, "student"),
                        new Report.LatencyRatio("cpu-simd", 10_000, 820.1, "student"),
                        new Report.LatencyRatio("opencl", 1, 820.4, "student"),
                        new Report.LatencyRatio("opencl", 32, 700.1, "student"),
                        new Report.LatencyRatio("opencl", 10_000, 820.1, "student")),
                List.of(new Report.LatencySkipped("cpu-scalar", "teacher", 10_000, "3 calls would take about 3720 s")),
                profile(),
                null,
                List.of(new Report.Stopped("distilled", 7, 20, 4), new Report.Stopped("hard-labels", 20, 20, 19)));
    }

    /** One of these students alone. */
    static Report of(List<Report.Student> students) {
        return new Report(
                Report.SCHEMA_VERSION,
                "distill",
                "notebook",
                0L,
                false,
                environment(),
                null,
                "retort",
                null,
                null,
                null,
                students,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    static Report evaluation() {
        return new Report(
                Report.SCHEMA_VERSION,
                "evaluate",
                "notebook",
                0L,
                false,
                environment(),
                null,
                "retort",
                null,
                null,
                null,
                null,
                new Report.Evaluated("distilled.safetensors", 8_070, "bf16", test()),
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static Report.Digit digit(int image) {
        double[] sharp = new double[10];
        double[] soft = new double[10];
        for (int c = 0; c < 10; c++) {
            sharp[c] = c == 2 ? 0.91 : 0.01;
            soft[c] = c == 2 ? 0.55 : 0.05;
        }
        return new Report.Digit(image, 2, List.of(sharp, soft));
    }

    private static Report.Profile profile() {
        return new Report.Profile(
                100.0,
                20.0,
                List.of(
                        new Report.Operation("gemm:m32n1200k21632", 1500, 9000, 0.9, 90, 5, 0.9, "fma"),
                        new Report.Operation("adam:n25958400", 1500, 1000, 0.1, 1, 18, 0.9, "memory")));
    }

    private static Report.Student student(String name, String labels, Set<Integer> omitted) {
        Report.Epoch epoch = new Report.Epoch(1, 1.2141, 0.8372, null, null, 0.71);
        Set<Integer> classes = new TreeSet<>(omitted);
        return new Report.Student(
                name,
                labels,
                labels.equals("soft") ? "soft-targets" : null,
                labels.equals("soft") ? 0f : null,
                classes,
                3.5f,
                8_070,
                omitted.isEmpty() ? 60_000 : 53_869,
                2.2,
                null,
                labels.equals("soft") ? new Report.CrossValidation(List.of(0.9, 0.92, 0.91), 0.91, 6.1) : null,
                List.of(epoch),
                history(),
                test(),
                omitted.isEmpty()
                        ? null
                        : List.of(
                                new Report.BiasCorrected("oracle", classes, 4.25, null, test(), null),
                                new Report.BiasCorrected("prior-match", classes, 3.75, null, corrected(), null)),
                omitted.isEmpty() ? null : List.of(new Report.Sample(0, 3, 3, 0.7), new Report.Sample(1, 3, 8, 0.6)));
    }

    private static List<Report.Point> history() {
        return List.of(new Report.Point(8, 2.1, 0.25), new Report.Point(16, 1.2, 0.71));
    }

    private static Report.Environment environment() {
        return new Report.Environment(
                "cpu-simd",
                "amd64 CPU, 512-bit vectors (16 lanes)",
                "AMD EPYC (family 26, model 2, stepping 1)",
                List.of("avx2", "avx512f", "fma", "512-bit vectors"),
                2,
                "25.0.3+9-LTS",
                "Linux 6.1 amd64",
                "MNIST",
                "unknown",
                Map.of());
    }

    private static Report.Test test() {
        return new Report.Test(
                10_000, 1_190, 0.881, RECALL, CONFUSION, 0.41, 0.02, BINS, ErrorSet.of(10_000, i -> i < 1_190));
    }

    /** With threes found. */
    private static Report.Test corrected() {
        int[][] confusion = CONFUSION.clone();
        confusion[3] = new int[] {0, 0, 0, 606, 0, 0, 0, 0, 404, 0};
        Double[] recall = RECALL.clone();
        recall[3] = 0.6;
        return new Report.Test(
                10_000, 584, 0.9416, recall, confusion, 0.31, 0.02, BINS, ErrorSet.of(10_000, i -> i < 584));
    }
}
