package retort.driver.command;

import java.nio.file.Path;
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
import retort.driver.cli.Version;
import retort.driver.config.Experiment;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Method;
import retort.driver.study.Grid;
import retort.driver.study.Hinton2015;
import retort.driver.study.Shard;

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
                "  retort study hinton2015 --seeds=5 --out=paper --resume"
            })
    static final class Hinton2015Command implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Options.OneEngine engine;

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
                        .run(experiments.cells(study.seeds()));
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
                "  retort study sweep --omit=digits --seeds=3 --shard=0/4 --out=shards/0"
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
        private Options.OneEngine engine;

        @Mixin
        private StudyOptions study;

        @Mixin
        private Options.Resumable options;

        @Override
        public Integer call() {
            alpha.check(spec, methods);
            study.views.check(spec, methods);
            checkWidths();
            float mixed = alpha.of(Method.SOFT_AND_HARD);
            try (Session session = new Session(spec, options, study, engine)) {
                List<Set<Integer>> sets = omitted.sets(
                        spec.commandLine(),
                        session.data().name(),
                        session.data().classNames());
                study.correction.check(spec, sets);
                RecipeSource.checkOmitted(spec, session.data(), sets);
                Grid grid = new Grid(methods, temperatures, mixed, widths, sets, study.seeds());
                return new StudySession(session, options, study, Grid.NAME, found -> List.of()).run(grid.cells());
            }
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

    /** What every study has: seeds, a share of the work, and the trainings of the paper with what the user changed. */
    static final class StudyOptions implements RecipeSource {
        @Option(
                names = "--seeds",
                paramLabel = "SEEDS",
                defaultValue = "1",
                description = "How many, from 0 on; or which, such as 0-4 or 3,5 (default: ${DEFAULT-VALUE}).")
        private JobValues.Seeds seeds;

        @Option(
                names = "--shard",
                paramLabel = "I/N",
                description = "Do share I of N, counted from 0; 'retort study merge' joins them.")
        private Shard shard = Shard.WHOLE;

        @Option(
                names = "--teacher",
                paramLabel = "FILE",
                description = "A saved model to teach in every seed (default: one is trained for each).")
        private Path teacher;

        @Mixin
        private RecipeOptions.OfTeacher ofTeacher;

        @Mixin
        private RecipeOptions.OfTraining training;

        @Mixin
        private ViewOptions views;

        @Mixin
        private CorrectionOptions correction;

        @Option(names = "--quick", description = "For a look: a fifth of the epochs.")
        private boolean quick;

        List<Long> seeds() {
            return seeds.numbers();
        }

        Shard shard() {
            return shard;
        }

        /** The teacher that the user gave, or null. */
        Path teacher() {
            return teacher;
        }

        @Override
        public boolean quick() {
            return quick;
        }

        @Override
        public Dataset used(Dataset all) {
            Experiment used = experiment();
            return used.data().trained(all, used.recipe().seed());
        }

        /** For a look a fifth of the epochs, and all images. */
        @Override
        public Experiment experiment() {
            Experiment paper = ExperimentFile.recipe(Hinton2015.NAME);
            Experiment standard = quick ? paper.forALook().withData(paper.data()) : paper;
            return standard.withRecipe(
                            views.changed(correction.added(ofTeacher.changed(training.changed(standard.recipe())))))
                    .withData(training.changed(standard.data()));
        }
    }
}
