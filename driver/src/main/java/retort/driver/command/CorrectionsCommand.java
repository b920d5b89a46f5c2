package retort.driver.command;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.Version;
import retort.driver.config.Experiment;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.job.BiasCorrection.Kind;
import retort.driver.job.CorrectionPlan;
import retort.driver.job.CorrectionTrials;
import retort.driver.job.Job;
import retort.driver.job.NotFiniteException;
import retort.driver.study.CorrectionStudy;
import retort.driver.study.CorrectionText;
import retort.driver.study.Hinton2015;
import retort.nn.ModelFileException;
import retort.nn.Network;

/** Corrections of students that are there. */
@Command(
        name = CorrectionStudy.NAME,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description =
                "Tries each way to correct without labels, on fewer and fewer images, for students that are trained"
                        + " already: errors and recall over random draws of the images. Nothing is trained.",
        footer = {
            "",
            "Examples:",
            "  retort study corrections --teacher=teacher.safetensors no3.safetensors",
            "  retort study corrections --teacher=t.safetensors no3.safetensors --draws=30"
        })
final class CorrectionsCommand implements Callable<Integer> {
    /** So many of each number of images that their trials can be counted. */
    private static final int MOST_DRAWS = 10_000;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            arity = "1..*",
            description = "Students that 'run' or 'distill' saved, each of which never saw some class.")
    private List<Path> students;

    @Option(names = "--teacher", paramLabel = "FILE", required = true, description = "The model that taught them.")
    private Path teacher;

    @Option(
            names = "--correction",
            paramLabel = "WAYS",
            completionCandidates = JobValues.CorrectionNames.class,
            description = "Some of prior-match, em, em-temperature, bbse, vector (default: all).")
    private JobValues.LabelFree ways;

    @Option(
            names = "--on",
            paramLabel = "IMAGES",
            completionCandidates = JobValues.CorrectedOnNames.class,
            defaultValue = "test",
            description = "Unlabelled images to fit on: test, or held-out (default: ${DEFAULT-VALUE}).")
    private CorrectionPlan.On on;

    @Option(
            names = "--images",
            paramLabel = "N",
            split = ",",
            defaultValue = "100,300,1000,3000,10000",
            description = "How many of these (default: ${DEFAULT-VALUE}).")
    private List<Integer> images;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "10",
            description = "Random draws of each number (default: ${DEFAULT-VALUE}).")
    private Integer draws;

    @Mixin
    private Options.OneEngine engine;

    @Mixin
    private OfTrained trained;

    @Mixin
    private Options.InAndOut options;

    @Override
    public Integer call() {
        if (draws > MOST_DRAWS) {
            throw new ParameterException(
                    spec.commandLine(), "--draws=" + draws + " is too many, expected at most " + MOST_DRAWS);
        }
        Set<Path> named = new HashSet<>();
        for (Path file : students) {
            if (!named.add(file.toAbsolutePath().normalize())) {
                throw new ParameterException(spec.commandLine(), file + " is there twice");
            }
        }
        try (Session session = new Session(spec, options, trained, engine)) {
            Dataset data = session.data();
            if (on == CorrectionPlan.On.HELD_OUT && data.heldOut().isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--on=held-out needs --train-images, fewer than all "
                                + data.train().size());
            }
            students.forEach(file -> omitted(session, file));
            session.progress().expect(1 + students.size());
            Job.Taught taught;
            try (Network model = ModelFiles.load(session.backend(), teacher, data.test())) {
                taught = session.job().teach("soft labels", model, teacher);
            }
            CorrectionStudy study =
                    new CorrectionStudy(CorrectionStudy.SCHEMA_VERSION, session.environment(), on.id(), List.of());
            for (Path file : students) {
                study = with(study, file, session, taught);
            }
            session.finish(CorrectionText.of(study), study.files());
            return session.exitCode();
        }
    }

    private CorrectionStudy with(CorrectionStudy study, Path file, Session session, Job.Taught taught) {
        Network.Loaded loaded =
                ModelFiles.read(session.backend(), file, session.data().test(), null);
        try (Network model = loaded.network()) {
            Set<Integer> omitted =
                    omitted(file, loaded.metadata(), session.data().classes());
            CorrectionTrials trials = new CorrectionTrials(
                    session.data(),
                    omitted,
                    ModelFiles.temperature(file, loaded.metadata()),
                    ways == null ? Kind.labelFree() : ways.kinds(),
                    on,
                    images,
                    draws,
                    0);
            Progress progress = session.progress();
            progress.next();
            progress.stepStarts(file.toString(), trials.drawsOfAll());
            int[] done = {0};
            List<CorrectionTrials.Trial> found =
                    trials.of(model, taught.logits(), progress::check, () -> progress.stepProgress(++done[0]));
            progress.stepEnds();
            return study.with(file.toString(), omitted, found);
        } catch (NotFiniteException e) {
            throw new BadDataException(file.toString(), e.getMessage());
        }
    }

    /** Before anything is computed. */
    private static Set<Integer> omitted(Session session, Path file) {
        Network.Loaded loaded =
                ModelFiles.read(session.backend(), file, session.data().test(), null);
        loaded.network().close();
        ModelFiles.temperature(file, loaded.metadata());
        return omitted(file, loaded.metadata(), session.data().classes());
    }

    private static Set<Integer> omitted(Path file, Map<String, String> metadata, int classes) {
        String text = metadata.getOrDefault("omitted", "");
        if (text.isEmpty()) {
            throw new ModelFileException(
                    file, "its metadata names no class that it never saw, so nothing is corrected");
        }
        if (!text.matches("\\d{1,4}(,\\d{1,4})*")) {
            throw new ModelFileException(file, "its metadata has omitted '" + text + "', expected classes such as 3,7");
        }
        Set<Integer> omitted =
                Arrays.stream(text.split(",")).map(Integer::valueOf).collect(Collectors.toCollection(TreeSet::new));
        if (omitted.size() >= classes || omitted.stream().anyMatch(c -> c >= classes)) {
            throw new ModelFileException(
                    file, "its metadata has omitted " + text + ", expected some of " + classes + " classes");
        }
        return omitted;
    }

    /** What the students were trained on. */
    static final class OfTrained implements RecipeSource {
        @Option(
                names = "--train-images",
                paramLabel = "N",
                description = "How many training images teacher and students had, the first N (default: all).")
        private Integer trainImages;

        @Override
        public boolean quick() {
            return false;
        }

        @Override
        public Dataset used(Dataset all) {
            return trainImages == null ? all : all.atMost(trainImages, 0);
        }

        @Override
        public Experiment experiment() {
            return ExperimentFile.recipe(Hinton2015.NAME);
        }
    }
}
