package retort.bench.command;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import retort.bench.kernel.PeakBenchmark;
import retort.bench.report.BenchReport;

/**
 * Runs JMH one JVM at a time, so that contenders take turns: JMH itself would run all of one's forks before the next one's.
 * The samples of all turns are put together afterwards.
 */
final class Jmh implements AutoCloseable {
    private final Effort effort;
    private final Path folder;
    private final PrintStream log;
    private final List<RunResult> results = new ArrayList<>();
    private final List<BenchReport.Failed> failed = new ArrayList<>();

    /** How long to measure. */
    record Effort(int rounds, int warmups, int iterations, TimeValue time) {
        static final Effort FULL = new Effort(2, 3, 5, TimeValue.seconds(1));
        static final Effort QUICK = new Effort(1, 2, 4, TimeValue.milliseconds(400));
    }

    /** Hears of each result as it comes. */
    interface Listener {
        void starts(String what);

        void measured(String what, double callsPerSecond);

        void failed(String what, String reason);
    }

    /** @param folder where {@code jmh.json} and JMH's own output go */
    Jmh(Effort effort, Path folder) {
        this.effort = effort;
        this.folder = folder;
        try {
            log = new PrintStream(Files.newOutputStream(folder.resolve("jmh.log")), true, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(folder.resolve("jmh.log") + ": can't be written", e);
        }
    }

    /** The roofs, on as many threads. */
    void peaks(int threads, Listener listener) {
        String what = "peaks x" + threads;
        listener.starts(what);
        try {
            for (RunResult result : run(options(PeakBenchmark.class).threads(threads))) {
                results.add(result);
                listener.measured(
                        what + ", " + result.getPrimaryResult().getLabel(),
                        result.getPrimaryResult().getScore());
            }
        } catch (RunnerException e) {
            throw new IllegalStateException(what + ": " + reason(e), e);
        }
        write();
    }

    /** All contenders of a race in turn, round after round. One that fails is out of it, and its reason kept. */
    void race(Plan.Race race, Listener listener) {
        Map<String, List<RunResult>> turns = new LinkedHashMap<>();
        race.contenders().forEach(engine -> turns.put(engine, new ArrayList<>()));
        for (int round = 0; round < effort.rounds(); round++) {
            for (String engine : List.copyOf(turns.keySet())) {
                String what = race.spec() + ", " + engine + " x" + race.threads();
                listener.starts(what);
                try {
                    turns.get(engine).addAll(run(options(race, engine)));
                    listener.measured(
                            what, turns.get(engine).getLast().getPrimaryResult().getScore());
                } catch (RunnerException e) {
                    turns.remove(engine);
                    failed.add(new BenchReport.Failed(race.spec(), engine, race.threads(), reason(e)));
                    listener.failed(what, reason(e));
                }
            }
        }
        turns.values().forEach(each -> results.add(together(each)));
        write();
    }

    List<BenchReport.Failed> failed() {
        return failed;
    }

    /** What timed JVMs say on stderr, the peers' libraries mostly, goes to the log with the rest. */
    private Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        PrintStream err = System.err;
        System.setErr(log);
        try {
            return new Runner(options.build(), OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL)).run();
        } finally {
            System.setErr(err);
        }
    }

    private ChainedOptionsBuilder options(Plan.Race race, String engine) {
        return options(race.kernel().benchmark())
                .param("spec", race.spec())
                .param("engine", engine)
                .param("threads", Integer.toString(race.threads()));
    }

    private ChainedOptionsBuilder options(Class<?> benchmark) {
        return new OptionsBuilder()
                .include("\\." + benchmark.getSimpleName() + "\\.")
                .shouldFailOnError(true)
                .forks(1)
                .warmupIterations(effort.warmups())
                .warmupTime(effort.time())
                .measurementIterations(effort.iterations())
                .measurementTime(effort.time());
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

    /** Everything so far, so that a run which is cut short keeps it. */
    private void write() {
        Path file = folder.resolve("jmh.json");
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be written", e);
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
