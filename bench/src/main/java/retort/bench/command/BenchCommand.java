package retort.bench.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import retort.bench.kernel.PeakBenchmark;
import retort.bench.peer.Peer;
import retort.bench.report.Baseline;
import retort.bench.report.BenchReport;
import retort.bench.report.JmhFile;
import retort.bench.report.ReportFiles;
import retort.bench.report.Results;
import retort.bench.report.Roofs;
import retort.bench.report.TerminalReport;
import retort.driver.cli.CommandText;
import retort.driver.cli.Converters;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Json;
import retort.driver.cli.Names;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFolder;
import retort.driver.cli.Version;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.ShapeFile;
import retort.kernels.op.Spec;

/** Times kernels beside their peers. */
@Command(
        name = "retort bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        description =
                "Times kernels under JMH beside other libraries', and reports GFLOP/s and GB/s, the share of what this machine"
                        + " can do at most, and the ratio to each peer.",
        footer = {
            "",
            "Everything takes an hour on two cores, --quick a minute or two.",
            "JSON: environment; peaks[] {threads, gflops, triadGBs, updateGBs};",
            "peaksAgain[] {spec, loop, peak}; results[] {spec, engine, threads, score,",
            "error, unit, noise, ofPeak, overOneThread, bytesPerCall, forks[], ratio{}};",
            "oddForks[]; targets[]; baseline {differences[], changes[]};",
            "absent[] {peer, reason}; failed[].",
            "",
            "Examples:",
            "  retort bench --quick",
            "  retort bench --kernels=gemm,conv2d --threads=1,2 --out=bench",
            "  retort bench --sweep --threads=1",
            "  retort bench --baseline=bench/bench.json --fail-if-slower",
            "",
            "JMH's own options: retort bench jmh -h",
            "A page of results, docs/performance.md: retort bench performance --help",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 backend or device not available,",
            "4 bad data or file."
        })
public final class BenchCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandSpec spec;

    @OptionGroup.Of(OptionGroup.ENGINE)
    @Option(
            names = "--backend",
            paramLabel = "ENGINE",
            completionCandidates = Names.Engines.class,
            split = ",",
            defaultValue = "cpu-simd",
            description = "cpu-simd, opencl or cpu-scalar, or several of them (default: ${DEFAULT-VALUE}).")
    private List<Engine> engines;

    @Option(
            names = "--kernels",
            paramLabel = "KERNEL",
            split = ",",
            converter = BenchCommand.KernelConverter.class,
            defaultValue = "gemm,conv2d,softmax,elementwise,adam,exp",
            description = "Families of kernels (default: ${DEFAULT-VALUE}).")
    private List<Kernel> kernels;

    @Option(
            names = "--shapes",
            paramLabel = "FILE",
            description = "Spec ids to time, one a line (default: the shapes inside).")
    private Path shapes;

    @Option(
            names = "--sweep",
            description = "Time products of squares alone, n = 8 to 2048: GFLOP/s by size, ours and peers'. It takes 25"
                    + " minutes on one thread; with --quick, which has fewer sizes, four.")
    private boolean sweep;

    @OptionGroup.Of(OptionGroup.ENGINE)
    @Option(
            names = "--threads",
            paramLabel = "N",
            split = ",",
            converter = Converters.Threads.class,
            description =
                    "Threads of the CPU engines and peers, one or several counts (default: 1 and all processors).")
    private List<Integer> threads;

    @Option(names = "--quick", description = "A few shapes, short, on one thread count: for a look, not to be quoted.")
    private boolean quick;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "The bench.json of an earlier run: say what of ours got slower since, beyond noise.")
    private Path baseline;

    @Option(
            names = "--fail-if-slower",
            description =
                    "With --baseline: exit with 1 if something did, and with 4 before any work if the baseline is of"
                            + " another machine.")
    private boolean failIfSlower;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the reports (default: retort-out/bench-<time>).")
    private Path out;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite results that are in --out already.")
    private boolean force;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--json", description = "Print bench.json on stdout instead of the tables.")
    private boolean json;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--verbose",
            description = "Print the stack trace of an error too, and what an OpenCL compiler said.")
    private boolean verbose;

    @Override
    public Integer call() {
        for (Engine engine : engines) {
            Backends.unavailable(engine).ifPresent(reason -> {
                throw reason;
            });
        }
        if (sweep) {
            checkNothingElseIsNamed();
        }
        List<Spec> specs = specs();
        if (Plan.of(kernels, specs, threads(), engines, List.of()).races().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "nothing to time: no shape is of a kernel in --kernels");
        }
        BenchReport.Environment environment = Surroundings.describe(engines, quick);
        Baseline earlier = earlier(environment);
        OutputFolder.Existing existing = force ? OutputFolder.Existing.OVERWRITTEN : OutputFolder.Existing.REFUSED;
        try (OutputFolder folder = OutputFolder.open(out, "bench", existing);
                Jmh jmh = new Jmh(quick ? Effort.QUICK : Effort.FULL, folder.path())) {
            List<BenchReport.Absent> absent = new ArrayList<>();
            List<Peer> present = jmh.aside(() -> present(absent));
            measure(jmh, Plan.of(kernels, specs, threads(), engines, present), absent, environment.elsewhere());
            BenchReport measured = Results.report(environment, JmhFile.read(jmh.file()), absent, jmh.failed());
            BenchReport report = earlier == null ? measured : earlier.beside(measured);
            print(report, ReportFiles.write(report, CommandText.running(spec), jmh.file(), folder));
            return report.failed().isEmpty() && !isTooSlow(report) ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    /** What this run is to be held against, read before any work; null if nothing was named. */
    private Baseline earlier(BenchReport.Environment environment) {
        if (baseline == null) {
            if (failIfSlower) {
                throw new ParameterException(spec.commandLine(), "--fail-if-slower: needs --baseline=FILE");
            }
            return null;
        }
        Baseline earlier = Baseline.read(baseline);
        if (failIfSlower) {
            earlier.checkJudges(environment);
        }
        for (BenchReport.Difference d : earlier.differences(environment, new TreeSet<>(threads()))) {
            say("baseline: " + d.what() + ": " + d.then() + ", here " + d.now());
        }
        return earlier;
    }

    private boolean isTooSlow(BenchReport report) {
        if (failIfSlower && report.slower() > 0) {
            say("retort: slower than " + baseline + ": " + report.slower()
                    + (report.slower() == 1 ? " kernel" : " kernels"));
            return true;
        }
        return false;
    }

    private void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private void measure(Jmh jmh, Plan plan, List<BenchReport.Absent> absent, List<String> elsewhere) {
        int peaks = threads().size() * PeakBenchmark.LOOPS.size();
        Duration planned = jmh.effort().plan(plan, peaks);
        int runs = jmh.effort().runs(plan, peaks);
        Progress progress = new Progress(spec.commandLine().getErr(), runs, planned);
        absent.forEach(each -> progress.say("absent: " + each.peer() + ", " + each.reason()));
        progress.say(runs + " JVMs to time, about " + Progress.inWords(planned.toSeconds()));
        jmh.harness(progress);
        threads().forEach(count -> jmh.peaks(count, progress));
        for (Plan.Race race : plan.races()) {
            jmh.race(race, progress);
            Roofs.of(JmhFile.read(jmh.file()), elsewhere)
                    .disturbed(race.spec(), race.threads())
                    .ifPresent(loop -> jmh.peakAgain(loop, race, progress));
        }
    }

    private void print(BenchReport report, List<Path> files) {
        PrintWriter stdout = spec.commandLine().getOut();
        if (json) {
            stdout.println(Json.text(report));
            stdout.flush();
            return;
        }
        stdout.print(TerminalReport.of(report));
        stdout.println();
        stdout.println("FILES");
        files.forEach(file -> stdout.println("  " + file));
        stdout.flush();
    }

    private List<Integer> threads() {
        if (threads != null) {
            return threads.stream().distinct().sorted().toList();
        }
        int all = Runtime.getRuntime().availableProcessors();
        if (quick) {
            // A device uses all processors: the peaks that it is held against must too.
            return List.of(engines.contains(Engine.OPENCL) ? all : 1);
        }
        return all == 1 ? List.of(1) : List.of(1, all);
    }

    private void checkNothingElseIsNamed() {
        for (String other : List.of("--kernels", "--shapes")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(other)) {
                throw new ParameterException(
                        spec.commandLine(), "--sweep: times products of squares alone, expected no " + other);
            }
        }
        kernels = List.of(Kernel.GEMM);
    }

    private List<Spec> specs() {
        if (sweep) {
            return Sweep.squares(quick);
        }
        try {
            if (shapes != null) {
                return ShapeFile.read(shapes);
            }
        } catch (IllegalArgumentException e) {
            throw new BadShapesException(e);
        }
        return quick
                ? ShapeFile.bundled("quick")
                : kernels.stream()
                        .filter(kernel -> kernel != Kernel.EXP)
                        .flatMap(kernel -> ShapeFile.bundled(kernel.id()).stream())
                        .toList();
    }

    /** The peers that can be measured; the others are added to {@code absent}. */
    private List<Peer> present(List<BenchReport.Absent> absent) {
        List<Peer> present = new ArrayList<>();
        for (Peer peer : Peer.values()) {
            if (!engines.contains(peer.rival())) {
                absent.add(new BenchReport.Absent(
                        peer.id(), "compared with " + peer.rival() + ", which was not asked for"));
            } else {
                peer.absence()
                        .ifPresentOrElse(
                                reason -> absent.add(new BenchReport.Absent(peer.id(), reason)),
                                () -> present.add(peer));
            }
        }
        return present;
    }

    /** A family of kernels by its name. */
    static final class KernelConverter implements ITypeConverter<Kernel> {
        @Override
        public Kernel convert(String id) {
            return Kernel.byId(id)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + id + "' is no kernel, expected one of " + Kernel.ids()));
        }
    }
}
