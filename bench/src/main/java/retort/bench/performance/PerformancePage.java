package retort.bench.performance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.bench.report.BenchReport;
import retort.bench.report.Markdown;
import retort.driver.page.Table;

/** {@code docs/performance.md}: the same results give the same page. */
final class PerformancePage {
    /** From here on others had a part in a run's time. */
    private static final double BUSY = 0.1;

    private final Results results;
    private final JobTargets targets;
    private final Markdown page = new Markdown();

    private PerformancePage(Results results, JobTargets targets) {
        this.results = results;
        this.targets = targets;
    }

    /** @param folder that the results were read from */
    static String of(Results results, JobTargets targets, Path folder) {
        PerformancePage page = new PerformancePage(results, targets);
        page.head(folder);
        page.job();
        page.kernels();
        return page.page.toString();
    }

    private void head(Path folder) {
        page.line("# Performance").line("");
        page.line("Retort beside other frameworks, and its kernels beside other libraries. Made of the raw results in `"
                + folder + "` by");
        page.line("`./retort bench " + PerformanceCommand.NAME + " " + folder + " --out=docs/performance.md --force`.")
                .line("");
        each(
                "Processor",
                Stream.concat(
                        results.job().stream()
                                .map(run -> processor(
                                        run.machine().cpu(), run.machine().processors())),
                        results.kernels().stream()
                                .map(report -> processor(
                                        report.environment().cpu(),
                                        report.environment().processors()))));
        each(
                "Memory",
                results.job().stream()
                        .map(run -> String.format(
                                Locale.ROOT, "%,d MiB", run.machine().memoryMiB())));
        each(
                "Java",
                Stream.concat(
                        results.job().stream().map(run -> run.machine().java()),
                        results.kernels().stream()
                                .map(report -> report.environment().java())));
        each("Frameworks", results.job().stream().map(JobRun::version));
        commits();
        if (results.job().stream().anyMatch(JobRun::quick)
                || results.kernels().stream()
                        .anyMatch(report -> report.environment().quick())) {
            page.line("- **Quick runs are among them: short, not to be quoted.**");
        }
        page.line("");
        page.line(
                "A ratio above 1 means that Retort is faster. It is a ratio on this processor: how fast memory is against"
                        + " arithmetic decides on it.");
        page.line("A figure whose spread or error is over a tenth of it is noise, and judged neither met nor missed.");
    }

    private static String processor(String cpu, int count) {
        return cpu + ", " + count + (count == 1 ? " processor" : " processors");
    }

    /** Different values only, in alphabetical order. */
    private void each(String name, Stream<String> values) {
        Set<String> different = values.collect(Collectors.toCollection(TreeSet::new));
        if (!different.isEmpty()) {
            page.line("- " + name + ": " + String.join("; ", different));
        }
    }

    private void commits() {
        Set<String> job =
                commits(results.job().stream().map(run -> run.machine().commit()));
        Set<String> kernels = commits(
                results.kernels().stream().map(report -> report.environment().commit()));
        Set<String> all = commits(Stream.concat(job.stream(), kernels.stream()));
        page.line(
                all.size() == 1
                        ? "- Commit: " + all.iterator().next()
                        : "- **Not of one commit**: the job " + words(job) + "; kernels " + words(kernels));
    }

    private static Set<String> commits(Stream<String> commits) {
        return commits.collect(Collectors.toCollection(TreeSet::new));
    }

    private static String words(Set<String> commits) {
        return commits.isEmpty() ? "not measured" : String.join(", ", commits);
    }

    private void job() {
        page.heading(2, "The whole job");
        if (results.job().isEmpty()) {
            page.line("Not measured.");
            return;
        }
        rules();
        List<JobComparison> comparisons = JobComparison.of(results.job());
        List<Table> tables = new ArrayList<>();
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        for (JobComparison comparison : comparisons) {
            JobTable table = new JobTable(comparison, targets);
            tables.add(table.table());
            table.verdicts().forEach((verdict, count) -> verdicts.merge(verdict, count, Integer::sum));
        }
        if (!verdicts.isEmpty()) {
            page.line("")
                    .line("Targets: "
                            + verdicts.entrySet().stream()
                                    .map(each -> each.getValue() + " "
                                            + each.getKey().text())
                                    .collect(Collectors.joining(", "))
                            + ".");
        }
        for (int i = 0; i < comparisons.size(); i++) {
            JobComparison comparison = comparisons.get(i);
            page.heading(3, title(comparison.vectors(), comparison.threads()));
            page.table(tables.get(i));
            notes(comparison);
        }
    }

    private void rules() {
        page.line(
                "`bench/job-vs-frameworks.sh` measures it; its head has all the rules. Each figure is of whole processes that"
                        + " did the job in one framework, frameworks");
        page.line(
                "in turns: the median over the rounds, and of ratios, each of two processes of one round, also the lowest and the"
                        + " highest.");
        page.line("");
        page.line(
                "- The same networks (teacher 27,413,130 parameters, student 8,070), images in the same order, batches of 32, one"
                        + " epoch, dropout, Adam.");
        page.line(
                "- Training is from a cold JVM on, warm-up included; 7,680 images are the first of the 32,000. It is left empty"
                        + " where it would take more than 100 s.");
        page.line(
                "- Predictions: Java arrays in, probabilities as a Java array out; the median call of two seconds, after one to"
                        + " warm up. The whole test set goes by 1,000.");
        page.line("- Weights of fewer bits are Retort's own (`--weights`); beside them stand the others' of 32 bits.");
        page.line(
                "- One JVM with the same options for all, transparent huge pages, oneDNN in TensorFlow. Held to AVX2 are both"
                        + " sides: `-XX:UseAVX=2`, and `ONEDNN_MAX_CPU_ISA=AVX2`,");
        page.line("  `ATEN_CPU_CAPABILITY=avx2`, `MKL_ENABLE_INSTRUCTIONS=AVX2`.");
    }

    private static String title(Vectors vectors, int threads) {
        return vectors.text() + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** What a reader must know of these runs. */
    private void notes(JobComparison comparison) {
        List<String> rounds = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        List<String> company = new ArrayList<>();
        for (String framework : comparison.frameworks()) {
            String name = JobTable.name(framework);
            rounds.add(name + " " + comparison.rounds(framework).size());
            List<JobRun> runs = comparison.runs(framework);
            String counts = runs.stream()
                    .map(JobRun::testErrors)
                    .filter(Objects::nonNull)
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "));
            if (!counts.isEmpty()) {
                errors.add(name + " " + counts);
            }
            for (JobRun run : runs) {
                if (run.othersBusy() > BUSY) {
                    company.add(String.format(
                            Locale.ROOT,
                            "During %s's round %d others kept %.2f processors busy.",
                            name,
                            run.round(),
                            run.othersBusy()));
                }
            }
        }
        page.line("").line("Rounds: " + String.join(", ", rounds) + ".");
        if (!errors.isEmpty()) {
            page.line("Errors among the test images afterwards: " + String.join("; ", errors) + ".");
        }
        company.forEach(page::line);
    }

    private void kernels() {
        page.heading(2, "Kernels");
        if (results.kernels().isEmpty()) {
            page.line("Not measured.");
            return;
        }
        page.line(
                "`retort bench` measures them under JMH, each contender in JVMs of its own that take turns. `onednn-own` is oneDNN"
                        + " in layouts that it chose, conversions not timed;");
        page.line("`packed` shapes are ours in the same way.");
        for (BenchReport report : results.kernels()) {
            KernelTables tables = new KernelTables(report);
            for (int threads : tables.threads()) {
                page.heading(3, title(tables.vectors(), threads));
                page.table(tables.scores(threads));
            }
            page.line("");
            tables.peaks().forEach(page::line);
            if (!report.targets().isEmpty()) {
                page.heading(3, "Targets: " + tables.vectors().text());
                page.table(tables.targets());
            }
        }
    }
}
