package retort.driver.command;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import retort.driver.checkpoint.CheckpointFolder;
import retort.driver.checkpoint.CommandSettings;
import retort.driver.cli.CommandText;
import retort.driver.cli.LateSteps;
import retort.driver.cli.Machine;
import retort.driver.cli.OutputFolder;
import retort.driver.cli.OutputTakenException;
import retort.driver.cli.Version;
import retort.driver.config.Experiment;
import retort.driver.config.ExperimentText;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageMemory;
import retort.driver.job.Checkpoints;
import retort.driver.job.Job;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.report.Report;
import retort.driver.report.ReportBuilder;
import retort.driver.report.ReportFile;
import retort.driver.report.ReportReader;
import retort.driver.report.Summary;
import retort.driver.source.DataSets;
import retort.driver.study.Study;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Peaks;
import retort.kernels.ProfiledBackend;

/** A command at work: its data, backend and output folder, checked in this order before anything is computed. */
final class Session implements AutoCloseable {
    private final CommandSpec command;
    private final Options.InAndOut options;
    private final RecipeSource recipe;
    private final Experiment experiment;
    private final Options.Engines engine;
    private final Experiment.Data asked;
    private final Dataset data;
    private final Backend backend;
    private final Optional<Peaks> peaks;
    private final OutputFolder output;
    private final Interruption interruption;
    private final Progress progress;
    private Optional<CheckpointFolder> checkpoints = Optional.empty();

    Session(CommandSpec command, Options.InAndOut options, RecipeSource recipe, Options.Engines engine) {
        this.interruption = Interruption.begin();
        recipe.check(command);
        Experiment asked = recipe.experiment();
        engine.standard(asked.engines());
        engine.check(command);
        options.check(command);
        this.command = command;
        this.options = options;
        this.recipe = recipe;
        this.engine = engine;
        this.asked = options.data(asked);
        this.data = recipe.used(DataSets.open(this.asked));
        this.experiment = recipe.fitted(data);
        checkLaterEngines(engine);
        Engine first = engine.engines().getFirst();
        this.backend = options.profile()
                ? Backends.openProfiled(first, engine.opening())
                : Backends.open(first, engine.opening());
        this.progress = new Progress(interruption, chosen());
        data.memory().forEach(line -> progress.say("note: " + line));
        try {
            this.output = options.folder(command.name());
            interruption.leaveBy(() -> {
                progress.close();
                output.close();
            });
            this.peaks = options.profile() ? Peaks.measured(backend.engine(), backend.threads()) : Optional.empty();
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    /** What it runs on, for example {@code opencl on GeForce RTX 2080 Ti, GPU, 68 compute units at 1,545 MHz}. */
    private String chosen() {
        String on = backend.engine() + " on " + backend.device() + ", ";
        if (backend.engine() != Engine.OPENCL) {
            return on + backend.threads() + (backend.threads() == 1 ? " thread" : " threads");
        }
        return on
                + DevicesCommand.speed(
                        Backends.device(Engine.OPENCL, engine.opening().device()));
    }

    /** Engines that come later must open now, before anything is trained: driver, device, kernel parameters. */
    private static void checkLaterEngines(Options.Engines engine) {
        engine.engines().stream()
                .skip(1)
                .forEach(later -> Backends.open(later, engine.opening()).close());
    }

    Experiment experiment() {
        return experiment;
    }

    Dataset data() {
        return data;
    }

    Backend backend() {
        return backend;
    }

    Path folder() {
        return output.path();
    }

    /** Whether it goes on from what the folder holds. */
    boolean resumes() {
        return options.existing() == OutputFolder.Existing.RESUMED;
    }

    Progress progress() {
        return progress;
    }

    Recipe recipe() {
        return experiment.recipe();
    }

    Job job() {
        return new Job(backend, data, recipe(), output.path(), checkpoints(), progress);
    }

    /** @throws ParameterException if one of the students omits a class that there is not, or all */
    void checkOmitted(List<Student> students) {
        RecipeSource.checkOmitted(
                command, data, students.stream().map(Student::omitted).toList());
    }

    /** Has the user know what is unusual about the data, and the report too. */
    void remark(List<String> remarks, ReportBuilder report) {
        remarks.forEach(remark -> progress.say("note: " + remark));
        report.remarks(remarks);
    }

    /** Those of a command that keeps any. */
    Checkpoints checkpoints() {
        return checkpoints.isPresent() ? checkpoints.get() : Checkpoints.NONE;
    }

    /**
     * From now on the command keeps what it has done, and goes on from what is there if it is to.
     *
     * @param how the user wants that
     * @param own what its results depend on beside the experiment, data and engines
     * @return whether there is anything to do: not if it is to go on, and has ended
     * @throws OutputTakenException if it is to go on, there is nothing to go on from, and none was killed so early
     * @throws BadDataException if what is there is of another command, or damaged
     */
    boolean keepCheckpoints(Options.Resumable how, CommandSettings own) {
        CheckpointFolder kept = checkpoints(how, own);
        if (resumes() && !kept.isBegun()) {
            Path report = output.path().resolve(ReportFile.NAME);
            if (Files.exists(report)) {
                checkEnded(report);
                progress.say("nothing to do: the command has ended, its results are in " + output.path());
                return false;
            }
            checkBegins(how);
        }
        keep(kept);
        return true;
    }

    /**
     * The same for a study, whose results are what it goes on from.
     *
     * @param begun whether there are any
     */
    void keepCheckpoints(Options.Resumable how, CommandSettings own, boolean begun) {
        CheckpointFolder kept = checkpoints(how, own);
        if (resumes() && !begun && !kept.isBegun()) {
            checkBegins(how);
        }
        keep(kept);
    }

    /** A command that is to go on finds nothing: it was killed early, or may begin where nothing else is. */
    private void checkBegins(Options.Resumable how) {
        if (output.isLeft()) {
            return;
        }
        if (!how.mayBegin()) {
            throw OutputTakenException.nothing(output.path());
        }
        output.checkEmpty();
    }

    private void keep(CheckpointFolder kept) {
        interruption.goesOnWith(CommandText.resuming(command, output.path()), kept::begin);
        checkpoints = Optional.of(kept);
    }

    /** Threads are left to the machine: their number is the only thing in which going on may differ. */
    private void checkEnded(Path file) {
        Report report = ReportReader.read(file);
        boolean same = report.command().equals(command.name())
                && report.commandLine() != null
                && CommandText.same(report.commandLine(), CommandText.running(command))
                && report.config() != null
                && withoutThreads(report.config()).equals(withoutThreads(config()));
        if (!same) {
            throw new BadDataException(
                    file.toString(), "is of another command, expected that of " + CommandText.running(command));
        }
    }

    private static String withoutThreads(String config) {
        return config.replaceAll("(?m)^threads = .*$", "");
    }

    private CheckpointFolder checkpoints(Options.Resumable how, CommandSettings own) {
        CommandSettings settings = own.with("command", command.qualifiedName())
                .with("recipe", recipe())
                .with("latency", experiment.latency())
                .with("backend", engine.engines())
                .with("device", backend.device())
                .with("data", data.name())
                .with("train-images", data.train().size())
                .with(
                        "data-checksum",
                        data.train().checksum() + ", " + data.test().checksum())
                .with("version", Version.number())
                .with("commit", Machine.here().commit());
        if (data.blocksInMemory() > 0) {
            settings = settings.with("data-blocks", data.blocksInMemory());
        }
        return CheckpointFolder.open(output.path(), settings, resumes(), how.checkpointEvery(), progress::say);
    }

    /** The TOML file with which {@code --config} repeats the command. */
    String config() {
        return ExperimentText.of(experiment.withData(used()).withEngines(engine.used()));
    }

    /** What an epoch's order depends on is said, whatever heap repeats the command. */
    private Experiment.Data used() {
        int mebibytes = asked.form().memory().mebibytesOfBlocks();
        return data.blocksInMemory() == 0 ? asked : asked.with(new ImageMemory(Optional.of(mebibytes)));
    }

    /** Prints the report, writes it, and names every file. What can't be written is told, and the rest is. */
    void finish(ReportBuilder parts, List<Path> models) {
        interruption.endByJob();
        if (backend instanceof ProfiledBackend profiled) {
            parts.profile(Profile.report(profiled.costs(), peaks));
        }
        parts.commandLine(CommandText.running(command));
        parts.classes(data.classNames());
        Report report = parts.build(command.name(), recipe(), recipe.quick(), environment());
        PrintWriter out = command.commandLine().getOut();
        if (options.json()) {
            out.println(ReportFile.json(report));
        } else {
            out.print(Summary.of(report));
        }
        out.flush();
        LateSteps late = progress.late();
        late.attempt("--out=" + output.path(), this::restoreFolder);
        List<Path> files = ReportFile.write(report, data, models, output.path(), late);
        checkpoints.ifPresent(kept -> late.attempt("checkpoint", kept::remove));
        if (!options.json()) {
            out.println();
            out.println("FILES");
            for (Path model : models) {
                out.println("  " + model);
            }
            for (Path file : files) {
                out.println("  " + file);
            }
        }
        out.flush();
        tellProfile();
        if (!options.json()) {
            out.println();
            out.print(Summary.headline(report));
            out.flush();
        }
    }

    /** Of a command that is over: not 0 if a part of its end failed. */
    int exitCode() {
        return progress.late().code();
    }

    private void restoreFolder() {
        if (output.restore()) {
            progress.say("note: --out=" + output.path() + " was removed meanwhile, and is made again");
        }
    }

    /** Writes and prints a study. */
    void finish(Study study) {
        interruption.endByJob();
        new StudyOutput(
                        output,
                        CommandText.running(command),
                        command.commandLine().getOut(),
                        options.json(),
                        progress.late())
                .write(study);
        checkpoints.ifPresent(kept -> progress.late().attempt("checkpoint", kept::remove));
        tellProfile();
    }

    /**
     * Prints what was found out, and writes it.
     *
     * @param summary for a terminal
     * @param files what they hold by their names, the JSON first
     */
    void finish(String summary, Map<String, Supplier<String>> files) {
        interruption.endByJob();
        PrintWriter out = command.commandLine().getOut();
        out.print(options.json() ? files.values().iterator().next().get() : summary);
        out.flush();
        LateSteps late = progress.late();
        late.attempt("--out=" + output.path(), this::restoreFolder);
        List<Path> written = new ArrayList<>();
        files.forEach((name, text) -> late.attempt(name, () -> written.add(output.write(name, text.get()))));
        if (!options.json()) {
            out.println();
            out.println("FILES");
            written.forEach(file -> out.println("  " + file));
        }
        out.flush();
        tellProfile();
    }

    private void tellProfile() {
        if (backend instanceof ProfiledBackend profiled) {
            Profile.lines(profiled.costs(), peaks).forEach(progress::say);
            profiled.deviceCounters().map(Profile::deviceLines).ifPresent(lines -> lines.forEach(progress::say));
        }
    }

    Report.Environment environment() {
        Machine machine = Machine.here();
        return new Report.Environment(
                backend.engine().id(),
                backend.device(),
                machine.cpu(),
                machine.features(),
                backend.threads(),
                Runtime.version().toString(),
                machine.os(),
                data.name(),
                machine.commit(),
                Machine.parameters(engine.engines(), engine.opening().device()));
    }

    @Override
    public void close() {
        progress.close();
        backend.close();
        output.close();
    }
}
