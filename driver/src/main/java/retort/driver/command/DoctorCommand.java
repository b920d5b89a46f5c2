package retort.driver.command;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.driver.cli.Bytes;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Json;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.Version;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.Backends;
import retort.kernels.BadParametersException;
import retort.kernels.Device;
import retort.kernels.Engine;
import retort.kernels.Requirement;
import retort.kernels.check.EdgeCases;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Spec.Op;

/** Finds out what is missing or broken here, and what would mend it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Checks the JDK, memory, and every kernel of every engine and OpenCL device.",
            "A line for each: ok, note (not needed), or problem, with what mends it. Ends with 1 if there is a problem."
        },
        footer = {
            "",
            "JSON: sound; checks[] {verdict, finding, remedy}, the remedy unless it is ok.",
            "",
            "Examples:",
            "  retort doctor",
            "  retort doctor --json"
        })
final class DoctorCommand implements Callable<Integer> {
    private static final String OK = "ok";
    private static final String NOTE = "note";
    private static final String PROBLEM = "problem";
    private static final int OLDEST_JAVA = 25;
    private static final int CASES_OF_A_FORM = 1;
    private static final int CASES_OF_A_FORM_IF_THOROUGH = 3;
    private static final long SEED = 1;

    /**
     * The teacher's weights and Adam's two moments of them are 330 MB; data, activations and the student come on top.
     */
    private static final long SMALLEST_HEAP_BYTES = 512L << 20;

    @Spec
    private CommandSpec spec;

    @Option(names = "--thorough", description = "Check more shapes of every kernel: a minute or two for each engine.")
    private boolean thorough;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--json", description = "Print JSON instead of lines; its keys are below.")
    private boolean json;

    private final List<Check> checks = new ArrayList<>();

    /** What {@code --json} prints. */
    private record Findings(boolean sound, List<Check> checks) {}

    /**
     * @param verdict ok, note or problem
     * @param remedy what mends it; null if it is ok
     */
    private record Check(String verdict, String finding, String remedy) {}

    @Override
    public Integer call() {
        java();
        memory();
        for (Engine engine : Engine.values()) {
            for (Requirement requirement : Backends.requirements(engine)) {
                requirement(engine, requirement);
            }
            if (Backends.unavailable(engine).isEmpty()) {
                kernels(engine);
            }
        }
        boolean sound = checks.stream().noneMatch(check -> check.verdict().equals(PROBLEM));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(new Findings(sound, checks)));
        }
        out.flush();
        return sound ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void java() {
        String what = "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name") + " of "
                + System.getProperty("java.vendor");
        if (Runtime.version().feature() >= OLDEST_JAVA) {
            ok(what);
        } else {
            problem(what, "install a JDK " + OLDEST_JAVA + " or newer (https://adoptium.net)");
        }
    }

    private void memory() {
        long heap = Runtime.getRuntime().maxMemory();
        long machine = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
        String what = "memory: a heap of up to " + Bytes.of(heap) + ", a machine of " + Bytes.of(machine);
        if (heap < SMALLEST_HEAP_BYTES) {
            problem(
                    what + ", expected a heap of " + Bytes.of(SMALLEST_HEAP_BYTES) + " or more",
                    "set RETORT_JAVA_OPTS=-Xmx1g");
        } else if (heap > machine) {
            problem(what + ", expected a heap that fits it", "set RETORT_JAVA_OPTS=-Xmx" + (machine >> 21) + "m");
        } else {
            ok(what);
        }
    }

    /** What only opencl lacks is no problem: nothing needs it. */
    private void requirement(Engine engine, Requirement requirement) {
        String what = engine + ": " + requirement.name() + ": " + requirement.finding();
        if (requirement.isMet()) {
            ok(what);
        } else if (engine == Engine.OPENCL) {
            say(new Check(NOTE, what, requirement.remedy()));
        } else {
            problem(what, requirement.remedy());
        }
    }

    private void kernels(Engine engine) {
        Backends.Options options = Backends.Options.defaults();
        if (engine != Engine.OPENCL) {
            kernel(engine, options, "", "see that the JDK and the processor are sound, then report it");
            return;
        }
        for (Device device : Backends.devices(Engine.OPENCL)) {
            String index = Integer.toString(device.index());
            kernel(
                    engine,
                    new Backends.Options(options.threads(), index),
                    "device " + index + ": ",
                    "update the driver of " + device.platform() + " (now " + device.version()
                            + "), or use another --device");
        }
    }

    /** Every form of every op at an edge of its kernel, with the parameters that a job would run with. */
    private void kernel(Engine engine, Backends.Options options, String which, String remedy) {
        try (Backend backend = Backends.open(engine, options)) {
            Backends.parameters(engine, options.device())
                    .ifPresent(from -> ok(engine + ": " + which + "parameters: " + from));
            int cases = thorough ? CASES_OF_A_FORM_IF_THOROUGH : CASES_OF_A_FORM;
            int checks = 0;
            for (Op op : Op.values()) {
                for (retort.kernels.op.Spec edge : EdgeCases.few(op, backend.tiling(), cases)) {
                    KernelCheck.whole(edge, SEED).check(backend.device(), backend);
                    checks++;
                }
            }
            ok(engine + ": " + which + backend.device() + ": " + checks + " checks of " + Op.values().length
                    + " ops passed");
        } catch (BadParametersException e) {
            problem(e.getMessage(), "mend or remove that file, or the property that names it");
        } catch (BackendException e) {
            problem(engine + ": " + which + e.getMessage(), remedy);
        }
    }

    private void ok(String what) {
        say(new Check(OK, what, null));
    }

    private void problem(String what, String remedy) {
        say(new Check(PROBLEM, what, remedy));
    }

    /** A line as soon as it is known: all of them take seconds. */
    private void say(Check check) {
        checks.add(check);
        if (!json) {
            String remedy = check.remedy() == null ? "" : "; " + check.remedy();
            spec.commandLine().getOut().printf("%-8s %s%s%n", check.verdict(), check.finding(), remedy);
        }
    }
}
