package retort.driver.command;

import static retort.driver.command.RecipeSource.given;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.Converters;
import retort.driver.cli.Names;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFolder;
import retort.driver.config.Experiment;
import retort.driver.data.Form;
import retort.driver.data.ImageMemory;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;

/** The options that several commands have, in groups: a command mixes in those that it uses, and has no others. */
final class Options {
    private Options() {}

    /** What a command runs on. */
    @OptionGroup.Of(OptionGroup.ENGINE)
    abstract static sealed class Engines {
        @Option(
                names = "--device",
                order = 2,
                paramLabel = "N|NAME",
                converter = Converters.Name.class,
                description = "OpenCL device, by number or part of name (default: the best).")
        private String device;

        @Option(
                names = "--threads",
                order = 3,
                paramLabel = "N",
                converter = Converters.Threads.class,
                description = "Threads of the CPU engines (default: all processors).")
        private Integer threads;

        private Experiment.Engines standard = Experiment.Engines.ANY;

        /** What an experiment runs on where the options don't say. */
        final void standard(Experiment.Engines ofExperiment) {
            standard = ofExperiment;
        }

        final Experiment.Engines standard() {
            return standard;
        }

        /** What the command runs on, as an experiment says it. */
        final Experiment.Engines used() {
            Backends.Options opening = opening();
            return new Experiment.Engines(
                    engines(), Optional.ofNullable(opening.device()), Optional.of(opening.threads()));
        }

        /** The engines that the command uses, the one that it trains or predicts with first. */
        abstract List<Engine> engines();

        /** @throws ParameterException if one of the options would do nothing */
        final void check(CommandSpec command) {
            String named = opening().device();
            if (named != null && !engines().contains(Engine.OPENCL)) {
                String option = device != null ? "--device=" + device : "device = \"" + named + "\" in --config";
                throw new ParameterException(
                        command.commandLine(),
                        option + " names an OpenCL device, but none is used: --backend is " + engines());
            }
        }

        /** Threads of the CPU engines, where the user says how many. */
        final OptionalInt askedThreads() {
            return threads == null ? OptionalInt.empty() : OptionalInt.of(threads);
        }

        /** How any of the engines is opened. */
        final Backends.Options opening() {
            int standardThreads = standard.threads().orElse(Runtime.getRuntime().availableProcessors());
            return new Backends.Options(
                    given(threads, standardThreads),
                    given(device, standard.device().orElse(null)));
        }
    }

    /** The engine of a command that needs no other. */
    @OptionGroup.Of(OptionGroup.ENGINE)
    static final class OneEngine extends Engines {
        @Option(
                names = "--backend",
                order = 1,
                paramLabel = "ENGINE",
                completionCandidates = Names.Engines.class,
                description = "cpu-simd, opencl or cpu-scalar (default: cpu-simd).")
        private Engine asked;

        @Override
        List<Engine> engines() {
            Engine first = standard().backends().stream().findFirst().orElse(Engine.CPU_SIMD);
            return List.of(given(asked, first));
        }
    }

    /** The engines of a command that compares them. */
    @OptionGroup.Of(OptionGroup.ENGINE)
    static final class SeveralEngines extends Engines {
        @Option(
                names = "--backend",
                order = 1,
                paramLabel = "ENGINE",
                completionCandidates = Names.Engines.class,
                split = ",",
                description =
                        "cpu-simd, opencl, cpu-scalar or several of them: models are trained on the first, latency is measured on"
                                + " each (default: cpu-simd, and latency on all that are here).")
        private List<Engine> asked;

        @Override
        List<Engine> engines() {
            List<Engine> named = given(asked, standard().backends());
            if (!named.isEmpty()) {
                return named.stream().distinct().toList();
            }
            Stream<Engine> present = Stream.of(Engine.values())
                    .filter(engine -> Backends.unavailable(engine).isEmpty());
            return Stream.concat(Stream.of(Engine.CPU_SIMD), present).distinct().toList();
        }
    }

    /** What a model computes with. */
    @OptionGroup.Of(OptionGroup.ENGINE)
    static final class Weights {
        @Option(
                names = "--weights",
                order = 4,
                paramLabel = "TYPE",
                completionCandidates = Names.ElementTypes.class,
                description = "float32, bf16 or int8: what a model's weights are rounded to (default: as in its file).")
        private ElementType asked;

        /** Null for what a model's file has. */
        ElementType asked() {
            return asked;
        }
    }

    /** Where results go. */
    @OptionGroup.Of(OptionGroup.OUTPUT)
    static class Output {
        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "Folder for results (default: retort-out/${COMMAND-NAME}-<time>).")
        private Path out;

        @Option(names = "--force", description = "Overwrite results that are in --out already.")
        private boolean force;

        @Option(names = "--json", description = "Print the results as JSON on stdout instead of the summary.")
        private boolean json;

        @Option(names = "--verbose", description = "Print stack traces of errors, and what an OpenCL compiler said.")
        private boolean verbose;

        final boolean json() {
            return json;
        }

        final OutputFolder folder(String command) {
            return OutputFolder.open(out, command, existing());
        }

        OutputFolder.Existing existing() {
            return force ? OutputFolder.Existing.OVERWRITTEN : OutputFolder.Existing.REFUSED;
        }

        /** @throws ParameterException if the options contradict each other */
        void check(CommandSpec command) {}

        final boolean hasFolder() {
            return out != null;
        }

        /** Null where the user names none. */
        final Path out() {
            return out;
        }
    }

    /** Which data. */
    @OptionGroup.Of(OptionGroup.OUTPUT)
    static final class Data {
        @Option(
                names = "--data",
                paramLabel = "PATH",
                description =
                        "Folder, zip or npz: IDX files as MNIST's, NumPy's x_train, y_train, x_test, y_test, or a folder of PNG or JPEG"
                                + " for each class (default: the MNIST inside).")
        private Path data;

        @Option(
                names = "--split",
                paramLabel = "NAME",
                description = "Which set of --data, such as letters of EMNIST (default: the only one).")
        private String split;

        @Option(names = "--transpose", description = "Exchange height and width of the images, as EMNIST needs it.")
        private boolean transposed;

        @Option(
                names = "--classes",
                paramLabel = "CLASSES",
                description =
                        "How many, or their names such as cat,dog, or a file of them (default: as in the labels).")
        private String classes;

        @Option(
                names = "--data-memory",
                paramLabel = "MIB",
                description =
                        "Memory for training images, and a quarter of it for test images: larger plain files are read block by block, and"
                                + " epochs shuffled by blocks (default: a quarter of the heap for images that take more than half of it).")
        private Integer memory;

        /** What an experiment says, with what the options say. */
        Experiment.Data of(Experiment.Data standard) {
            Form form = standard.form();
            return new Experiment.Data(
                    Optional.ofNullable(data).or(standard::folder),
                    standard.trainImages(),
                    new Form(
                            Optional.ofNullable(split).or(form::split),
                            transposed || form.transposed(),
                            Optional.ofNullable(classes).or(form::classes),
                            new ImageMemory(Optional.ofNullable(memory).or(form.memory()::mebibytes))));
        }
    }

    /** Data in, results out. */
    @OptionGroup.Of(OptionGroup.OUTPUT)
    static class InAndOut extends Output {
        @Mixin
        private Data data;

        @Option(names = "--profile", description = "Print where the time went, by operation, on stderr.")
        private boolean profile;

        boolean profile() {
            return profile;
        }

        /** What an experiment says of its data, with what the options say. */
        Experiment.Data data(Experiment experiment) {
            return data.of(experiment.data());
        }
    }

    /** That, for a command that can be stopped and go on. */
    @OptionGroup.Of(OptionGroup.OUTPUT)
    static final class Resumable extends InAndOut {
        @Option(names = "--resume", description = "Go on where the command was stopped that had this --out.")
        private boolean resume;

        @Option(
                names = "--resume-or-begin",
                description = "Go on if there is anything to go on from, else begin: for tasks that are started again.")
        private boolean resumeOrBegin;

        @Option(
                names = "--checkpoint-every",
                paramLabel = "STEPS",
                description = "Training steps between two checkpoints (default: about a minute's worth).")
        private Integer checkpointEvery;

        @Override
        OutputFolder.Existing existing() {
            OutputFolder.Existing standard = resume || resumeOrBegin ? OutputFolder.Existing.RESUMED : super.existing();
            return standard == OutputFolder.Existing.REFUSED ? OutputFolder.Existing.REFUSED_BUT_RESUMABLE : standard;
        }

        /** Whether it begins where there is nothing to go on from. */
        boolean mayBegin() {
            return resumeOrBegin;
        }

        OptionalInt checkpointEvery() {
            return checkpointEvery == null ? OptionalInt.empty() : OptionalInt.of(checkpointEvery);
        }

        @Override
        void check(CommandSpec command) {
            String option = resume ? "--resume" : "--resume-or-begin";
            if (resume && resumeOrBegin) {
                throw new ParameterException(
                        command.commandLine(), "--resume and --resume-or-begin exclude each other");
            }
            if ((resume || resumeOrBegin) && super.existing() == OutputFolder.Existing.OVERWRITTEN) {
                throw new ParameterException(command.commandLine(), option + " and --force exclude each other");
            }
            if ((resume || resumeOrBegin) && !hasFolder()) {
                throw new ParameterException(command.commandLine(), option + " needs --out, the folder to go on in");
            }
        }
    }
}
