package retort.driver.command;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Converters;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Sha256;
import retort.driver.cli.Version;
import retort.driver.cluster.StudyEngine;
import retort.driver.cluster.StudyTasks;
import retort.driver.config.Experiment;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Method;
import retort.driver.source.DataSets;
import retort.driver.study.Cell;
import retort.driver.study.Grid;
import retort.driver.study.Hinton2015;

/** The command that studies hang on. */
@Command(
        name = "study",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Many students at once: what they learn of classes that they never saw, with error bars.",
        synopsisSubcommandLabel = "STUDY",
        commandListHeading = "%nStudies:%n",
        subcommands = {
            StudyCommand.Hinton2015Command.class,
            StudyCommand.SweepCommand.class,
            CorrectionsCommand.class,
            MergeCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  retort study hinton2015 --quick",
            "  retort study sweep --width=30,100 --temperature=2,8,20 --quick"
        })
final class StudyCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a study is needed: hinton2015, sweep, corrections or merge");
    }

    /** The paper's experiments. */
    @Command(
            name = Hinton2015.NAME,
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false,
            description = {
                "Repeats the MNIST experiments of Hinton, Vinyals and Dean 2015 and puts the results beside the paper's.",
                "Can be stopped at any time, and goes on with --resume."
            },
            footer = {
                "",
                "Examples:",
                "  retort study hinton2015 --seeds=5 --out=paper",
                "  retort study hinton2015 --seeds=5 --out=paper --resume",
                "  retort study hinton2015 --recipe=hinton2015-long --wide-only --out=long"
            })
    static final class Hinton2015Command implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Options.OneEngine engine;

        @Option(
                names = "--wide-only",
                description = "Students of 800 units alone, without the narrow ones at several temperatures.")
        private boolean wideOnly;

        @Mixin
        private StudyOptions study;

        @Mixin
        private Options.Resumable options;

        @Override
        public Integer call() {
            Hinton2015 experiments = new Hinton2015(study.recipe());
            try (Session session = new Session(spec, options, study, engine)) {
                checkClasses(session.data());
                return new StudySession(session, options, study, Hinton2015.NAME, experiments::experiments)
                        .run(wideOnly ? experiments.wideCells(study.seeds()) : experiments.cells(study.seeds()));
            }
        }
    }

    /** The paper's experiments name digits. */
    private static void checkClasses(Dataset data) {
        if (data.classes() != ImageSet.CLASSES) {
            throw new BadDataException(
                    data.name(),
                    "has " + data.classes() + " classes, and hinton2015 is on " + ImageSet.CLASSES
                            + ": 'retort study sweep' takes any number");
        }
    }

    /** A grid of students. */
    @Command(
            name = Grid.NAME,
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false,
            description = {
                "Trains a student for every combination of the lists given: study.json, tables as CSV, and a page of charts and heat maps.",
                "Can be stopped at any time, and goes on with --resume."
            },
            footer = {
                "",
                "Examples:",
                "  retort study sweep --width=30,100 --temperature=2,8,20 --out=grid",
                "  retort study sweep --omit=digits --seeds=3 --shard=0/4 --out=shards/0",
                "  retort study sweep --omit=pairs --emit=slurm --out=pairs > pairs.sh"
            })
    static final class SweepCommand implements Callable<Integer> {
        /** Of a square matrix whose elements an array can hold. */
        private static final int WIDEST = 46_340;

        @Spec
        private CommandSpec spec;

        @Option(
                names = "--temperature",
                paramLabel = "T",
                converter = Converters.OfSoftmax.class,
                split = ",",
                defaultValue = "20",
                description = "Temperatures of distillation, such as 1,2,3.5,8,20 (default: ${DEFAULT-VALUE}).")
        private List<Float> temperatures;

        @Option(
                names = "--width",
                paramLabel = "UNITS",
                split = ",",
                defaultValue = "800",
                description =
                        "Units in each of a student's two hidden layers, such as 10,30,100 (default: ${DEFAULT-VALUE}).")
        private List<Integer> widths;

        @Option(
                names = "--omit",
                paramLabel = "CLASSES",
                defaultValue = "3",
                description = {
                    "What students never see: sets such as none,3,7+8; 'digits' for each in turn, 'pairs' for each pair",
                    "(default: ${DEFAULT-VALUE})."
                })
        private JobValues.ClassSets omitted;

        @Option(
                names = "--method",
                paramLabel = "METHOD",
                completionCandidates = JobValues.MethodNames.class,
                split = ",",
                defaultValue = "soft-targets",
                description =
                        "soft-targets, soft-and-hard, logits, decoupled, standardized, smoothed-labels, hard-labels (default:"
                                + " ${DEFAULT-VALUE}).")
        private List<Method> methods;

        @Mixin
        private RecipeOptions.Alpha alpha;

        @Mixin
        private Options.OneEngine computing;

        @Mixin
        private StudyOptions study;

        @Mixin
        private GridOptions grid;

        @Mixin
        private Options.Resumable options;

        private StudyEngine engine;

        /** From now on the study is done there. */
        void on(StudyEngine other) {
            engine = other;
        }

        @Override
        public Integer call() {
            alpha.check(spec, methods);
            study.checkViews(spec, methods);
            checkWidths();
            if (engine != null) {
                return engine.run(tasks(), spec.commandLine().getErr());
            }
            grid.check(spec);
            if (grid.isAsked()) {
                checkFiles();
                spec.commandLine()
                        .getOut()
                        .print(grid.text(spec, options.out(), study.teacher() != null, computing.askedThreads()));
                return ExitCode.DONE;
            }
            try (Session session = new Session(spec, options, study, computing)) {
                return new StudySession(session, options, study, Grid.NAME, found -> List.of())
                        .run(cells(session.data()));
            }
        }

        private List<Cell> cells(Dataset data) {
            float mixed = alpha.of(Method.SOFT_AND_HARD);
            return new Grid(methods, temperatures, mixed, widths, omitted(data), study.seeds()).cells();
        }

        private StudyTasks tasks() {
            grid.checkForEngine(spec);
            study.check(spec);
            if (study.teacher() != null) {
                Sha256.of(study.teacher());
            }
            int students =
                    cells(DataSets.open(options.data(study.experiment()))).size();
            List<Long> seeds = study.teacher() == null ? study.seeds() : List.of();
            return grid.tasks(spec, options.out(), seeds, students, computing.askedThreads());
        }

        /** What a task would find out too late: as far as the files are here. */
        private void checkFiles() {
            Experiment.Data asked = options.data(study.experiment());
            if (grid.seesFiles() && study.teacher() != null) {
                Sha256.of(study.teacher());
            }
            if (grid.seesFiles() || asked.folder().isEmpty()) {
                omitted(DataSets.open(asked));
            }
        }

        /** What students never see, held against the classes that there are. */
        private List<Set<Integer>> omitted(Dataset data) {
            List<Set<Integer>> sets = omitted.sets(spec.commandLine(), data.name(), data.classNames());
            study.checkCorrections(spec, sets);
            RecipeSource.checkOmitted(spec, data, sets);
            return sets;
        }

        /** A matrix of so many weights must fit an array. */
        private void checkWidths() {
            for (int width : widths) {
                if (width > WIDEST) {
                    throw new ParameterException(
                            spec.commandLine(), "--width=" + width + " is too many units, expected at most " + WIDEST);
                }
            }
        }
    }
}
