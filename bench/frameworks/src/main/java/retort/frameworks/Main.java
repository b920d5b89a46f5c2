package retort.frameworks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import retort.bench.performance.JobRun;
import retort.driver.cli.Complaints;
import retort.driver.cli.Converters;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Json;
import retort.driver.cli.Machine;
import retort.driver.cli.OutputFile;

/** Does the job in one framework and writes what it took. */
@Command(
        name = "job-vs-frameworks",
        mixinStandardHelpOptions = true,
        description = "Trains and predicts in one framework; bench/job-vs-frameworks.sh starts it for each in turn.")
public final class Main implements Callable<Integer> {
    private static final long MIB = 1 << 20;

    /** Variables that the frameworks' libraries read. */
    private static final Pattern READ =
            Pattern.compile("(ATEN|DNNL|GLIBC|GOMP|KMP|MALLOC|MKL|OMP|ONEDNN)_.*|TF_(CPP|ENABLE|NUM)_.*");

    @CommandLine.Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FRAMEWORK", converter = FrameworkConverter.class, description = "Who does it.")
    private Framework framework;

    @Option(
            names = "--threads",
            required = true,
            converter = Converters.Threads.class,
            description = "Threads that compute.")
    private Integer threads;

    @Option(
            names = "--width",
            required = true,
            description = "native or avx2: what the caller has held the process to; it is only noted here.")
    private String width;

    @Option(names = "--round", required = true, description = "Noted too.")
    private Integer round;

    @Option(
            names = "--work",
            split = ",",
            defaultValue = "training,prediction",
            description = "Parts of the job (default: ${DEFAULT-VALUE}).")
    private Set<Job.Work> works;

    @Option(
            names = "--images",
            required = true,
            split = ",",
            description = "After how many images of training the time is taken.")
    private List<Integer> images;

    @Option(names = "--training-seconds", required = true, description = "Training that would take longer ends early.")
    private Float trainingSeconds;

    @Option(names = "--prediction-seconds", required = true, description = "Time for each kind of prediction.")
    private Float predictionSeconds;

    @Option(names = "--quick", description = "Noted: a run for a look.")
    private boolean quick;

    @Option(names = "--out", required = true, description = "The file to write.")
    private Path out;

    public static void main(String[] args) {
        System.exit(new Complaints(Map.of()).execute(new CommandLine(new Main()), args));
    }

    @Override
    public Integer call() {
        OutputFile file = OutputFile.open("--out", out, false);
        double loadBefore = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        Processors processors = new Processors();
        JobRun.Machine machine = machine();
        String version = framework.version(threads);
        Job job = new Job(framework, threads, new Job.Limits(images, trainingSeconds, predictionSeconds));
        job.run(works);
        JobRun run = new JobRun(
                JobRun.SCHEMA_VERSION,
                framework.id(),
                version,
                threads,
                width,
                round,
                quick,
                machine,
                flags(),
                environment(),
                loadBefore,
                processors.othersBusy(),
                job.results(),
                trainsAndTests() ? job.testErrors() : null,
                job.testImages());
        file.write(Json.text(run) + "\n");
        spec.commandLine().getOut().println(summary(run));
        return ExitCode.DONE;
    }

    private boolean trainsAndTests() {
        return works.contains(Job.Work.LENET5) || works.containsAll(EnumSet.of(Job.Work.TRAINING, Job.Work.PREDICTION));
    }

    private static JobRun.Machine machine() {
        Machine here = Machine.here();
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new JobRun.Machine(
                here.cpu(),
                here.features(),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize() / MIB,
                Runtime.version() + ", " + System.getProperty("java.vm.name"),
                here.os(),
                here.commit(),
                OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /** Properties are no flags. */
    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-D"))
                .toList();
    }

    private static Map<String, String> environment() {
        Map<String, String> read = new TreeMap<>(System.getenv());
        read.keySet().removeIf(name -> !READ.matcher(name).matches());
        return read;
    }

    private static String summary(JobRun run) {
        String errors = run.testErrors() == null ? "" : ", " + run.testErrors() + " test errors";
        return run.results().stream()
                .map(each -> each.work().replace("teacher-", "").replace('-', ' ') + ": " + each.text())
                .collect(Collectors.joining(", ", "", errors));
    }

    /** A framework by its id. */
    static final class FrameworkConverter implements CommandLine.ITypeConverter<Framework> {
        @Override
        public Framework convert(String id) {
            return Framework.byId(id)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + id + "' is no framework, expected one of " + Framework.ids()));
        }
    }
}
