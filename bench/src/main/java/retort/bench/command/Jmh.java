package retort.bench.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import retort.bench.kernel.HarnessBenchmark;
import retort.bench.kernel.PeakBenchmark;
import retort.bench.report.BenchReport;
import retort.bench.report.Work;
import retort.driver.cli.FileReason;

/**
 * Runs JMH one JVM at a time, so that contenders take turns: JMH itself would run all of one's forks before the next
 * one's. The samples of all turns are put together afterwards.
 */
final class Jmh implements AutoCloseable {
    private final Effort effort;
    private final Path folder;
    private final PrintStream log;
    private final List<RunResult> results = new ArrayList<>();
    private final List<BenchReport.Failed> failed = new ArrayList<>();

    /** Hears of each JVM as it starts and ends. */
    interface Listener {
        void starts();

        /** One more than was planned. */
        void added(Duration plan);

        /** @param plan how long it should have taken */
        void measured(String what, double callsPerSecond, Duration plan);

        /** @param sparedRuns how many more like it will not be started */
        void failed(String what, String reason, int sparedRuns, Duration plan);
    }

    /** Something that has a result. */
    interface Task<T, E extends Exception> {
        T done() throws E;
    }

    /** @param folder where {@code jmh.json} and JMH's own output go */
    Jmh(Effort effort, Path folder) {
        this.effort = effort;
        this.folder = folder;
        try {
            log = new PrintStream(Files.newOutputStream(folder.resolve("jmh.log")), true, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw FileReason.unwritable(folder.resolve("jmh.log").toString(), e);
        }
    }

    /** What JMH itself allocates, beside which kernels allocate. */
    void harness(Listener listener) {
        Effort own = effort.forHarness();
        Duration length = own.iteration();
        listener.starts();
        RunResult result = only("harness", options(own, HarnessBenchmark.class, "nothing", length));
        listener.measured("harness", result.getPrimaryResult().getScore(), own.plan(length));
        write();
    }

    /** The roofs, on as many threads. */
    void peaks(int threads, Listener listener) {
        for (String loop : PeakBenchmark.LOOPS) {
            peak(loop, threads, PeakBenchmark.FIRST, listener);
        }
        write();
    }

    /** One of them again, beside a spec that has just been timed. */
    void peakAgain(String loop, Plan.Race beside, Listener listener) {
        listener.added(effort.forPeaks().plan(effort.iteration()));
        peak(loop, beside.threads(), beside.spec(), listener);
        write();
    }

    private void peak(String loop, int threads, String beside, Listener listener) {
        Effort longer = effort.forPeaks();
        Duration length = longer.iteration();
        String again = beside.equals(PeakBenchmark.FIRST) ? "" : " again, beside " + beside;
        String what = "peak " + loop + " x" + threads + again;
        listener.starts();
        ChainedOptionsBuilder options =
                options(longer, PeakBenchmark.class, loop, length).param("beside", beside);
        RunResult result = only(what, options.threads(threads));
        listener.measured(what, result.getPrimaryResult().getScore(), longer.plan(length));
    }

    /** Without which there is nothing to hold kernels against. */
    private RunResult only(String what, ChainedOptionsBuilder options) {
        try {
            RunResult result = run(options).iterator().next();
            results.add(result);
            return result;
        } catch (RunnerException e) {
            throw new IllegalStateException(what + ": " + reason(e), e);
        }
    }

    /** All contenders of a race in turn, round after round. One that fails is out of it, and its reason kept. */
    void race(Plan.Race race, Listener listener) {
        Map<String, List<RunResult>> turns = new LinkedHashMap<>();
        race.contenders().forEach(engine -> turns.put(engine, new ArrayList<>()));
        Duration length = effort.iteration(Work.of(race.spec()), race.threads());
        for (int round = 0; round < effort.rounds(); round++) {
            for (String engine : List.copyOf(turns.keySet())) {
                String what = race.spec() + ", " + engine + " x" + race.threads();
                Effort own = effort.forContender(engine);
                listener.starts();
                try {
                    turns.get(engine).addAll(run(options(race, engine, own, length)));
                    double score =
                            turns.get(engine).getLast().getPrimaryResult().getScore();
                    listener.measured(what, score, own.plan(length));
                } catch (RunnerException e) {
                    turns.remove(engine);
                    failed.add(new BenchReport.Failed(race.spec(), engine, race.threads(), reason(e)));
                    listener.failed(what, reason(e), effort.rounds() - round - 1, own.plan(length));
                }
            }
        }
        turns.values().forEach(each -> results.add(together(each)));
        write();
    }

    List<BenchReport.Failed> failed() {
        return failed;
    }

    Effort effort() {
        return effort;
    }

    /** What is printed on stderr meanwhile, by the peers' libraries mostly, goes to the log with the rest. */
    <T, E extends Exception> T aside(Task<T, E> task) throws E {
        PrintStream err = System.err;
        System.setErr(log);
        try {
            return task.done();
        } finally {
            System.setErr(err);
        }
    }

    private Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        OutputFormat format = OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL);
        return aside(new Runner(options.build(), format)::run);
    }

    private static ChainedOptionsBuilder options(Plan.Race race, String engine, Effort effort, Duration length) {
        return options(effort, race.kernel().benchmark(), "run", length)
                .operationsPerInvocation(calls(race))
                .param("spec", race.spec())
                .param("engine", engine)
                .param("threads", Integer.toString(race.threads()));
    }

    /** ExpBenchmark does its work once an invocation; there is no device to wait for. */
    private static int calls(Plan.Race race) {
        return race.kernel() == Kernel.EXP ? 1 : Effort.calls(Work.of(race.spec()), race.threads());
    }

    private static ChainedOptionsBuilder options(Effort effort, Class<?> benchmark, String method, Duration length) {
        TimeValue time = TimeValue.milliseconds(length.toMillis());
        return new OptionsBuilder()
                .include("\\." + benchmark.getSimpleName() + "\\." + method + "$")
                .shouldFailOnError(true)
                .forks(1)
                .addProfiler(GCProfiler.class)
                .warmupIterations(effort.warmups(length))
                .warmupTime(time)
                .measurementIterations(effort.iterations())
                .measurementTime(time);
    }

    private static RunResult together(List<RunResult> turns) {
        List<BenchmarkResult> forks = turns.stream()
                .flatMap(turn -> turn.getBenchmarkResults().stream())
                .toList();
        return new RunResult(turns.getFirst().getParams(), forks);
    }

    /** What the timed JVM threw, in its own words. */
    private static String reason(RunnerException failure) {
        Throwable inner = failure;
        while (inner.getCause() != null || inner.getSuppressed().length > 0) {
            inner = inner.getCause() != null ? inner.getCause() : inner.getSuppressed()[0];
        }
        String message = inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    /** What JMH writes of the results. */
    Path file() {
        return folder.resolve("jmh.json");
    }

    /** Everything so far, so that a run which is cut short keeps it. */
    private void write() {
        Path file = file();
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        } catch (IOException e) {
            throw FileReason.unwritable(file.toString(), e);
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
