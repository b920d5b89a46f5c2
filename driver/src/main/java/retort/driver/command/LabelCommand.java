package retort.driver.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Bytes;
import retort.driver.cli.CommandText;
import retort.driver.cli.ExitCode;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFile;
import retort.driver.cli.OutputTakenException;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.driver.config.Experiment;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.NumberType;
import retort.driver.job.Examples;
import retort.driver.job.Inference;
import retort.driver.job.Jitter;
import retort.driver.job.ModelTeacher;
import retort.driver.job.Views;
import retort.driver.source.DataSets;
import retort.driver.store.LogitsFile;
import retort.driver.store.LogitsFormat;
import retort.driver.store.LogitsOrigin;
import retort.driver.store.LogitsWriter;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;

/** Keeps what a teacher says of a data set. */
@Command(
        name = "label",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description =
                "Writes a teacher's logits of a data set to a file, from which 'distill' learns any number of times.",
        footer = {
            "",
            "The file holds a row for each image, in the data's order, before any softmax or",
            "temperature; and the SHA-256 of the data and of the teacher. Until it is whole it",
            "is FILE.part, and --resume goes on with that, however the command ended.",
            "",
            "Examples:",
            "  retort label --teacher=teacher/teacher.safetensors --out=logits.safetensors",
            "  retort label --teacher=a.safetensors,b.safetensors --out=two.npy",
            "  retort label --teacher=a.safetensors --views=20 --jitter=2 --out=views.npy",
            "  retort distill --teacher-logits=logits.safetensors"
        })
final class LabelCommand implements Callable<Integer> {
    /** Which images. */
    enum Part {
        TRAIN,
        TEST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the numbers are rounded to. */
    enum Type {
        FLOAT32(NumberType.FLOAT32),
        FLOAT16(NumberType.FLOAT16);

        private final NumberType number;

        Type(NumberType number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private TeacherOptions.Models teacher;

    @Option(
            names = "--of",
            paramLabel = "IMAGES",
            defaultValue = "train",
            description = "train or test: which images (default: ${DEFAULT-VALUE}).")
    private Part part;

    @Option(
            names = "--train-images",
            paramLabel = "N",
            description = "Of train at most the first N; of a set sorted by class, N drawn (default: all).")
    private Integer trainImages;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of that draw, the same as of what learns from the logits, or of --views (default: 0).")
    private Long seed;

    @Mixin
    private LabelledViews views;

    @Mixin
    private Options.OneEngine engine;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "logits.safetensors",
            description = "File to write, .safetensors, or .npy with a .json beside it (default: ${DEFAULT-VALUE}).")
    private Path out;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "float32, or float16 in half the space (default: ${DEFAULT-VALUE}).")
    private Type type;

    @Mixin
    private Options.Data data;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite a file that is there.")
    private boolean force;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--resume", description = "Go on where the command was stopped that had this --out.")
    private boolean resume;

    @Mixin
    private VerboseOption verbose;

    @Override
    public Integer call() {
        LogitsFormat format = LogitsFormat.of(out)
                .orElseThrow(() -> usage("--out=" + out + " ends in no format, expected .safetensors or .npy"));
        if (teacher.files().isEmpty()) {
            throw usage("--teacher is needed, the model whose logits are kept");
        }
        teacher.check(spec);
        if (part == Part.TEST && trainImages != null) {
            throw usage("--train-images is of the training images, --of=test labels others");
        }
        if (part == Part.TEST && views.areAsked()) {
            throw usage("--views is of the training images, --of=test labels others");
        }
        if (seed != null && trainImages == null && !views.areAsked()) {
            throw usage("--seed is of the draw of --train-images and of --views, of which none is given");
        }
        Optional<Views> drawn = views.of(spec, seed == null ? 0 : seed);
        for (Path file : teacher.files()) {
            if (isSame(file, out)) {
                throw usage("--out=" + out + " is the teacher itself");
            }
        }
        if (resume && force) {
            throw usage("--resume and --force exclude each other");
        }
        engine.check(spec);
        Interruption interruption = Interruption.begin();
        boolean ended = resume && Files.exists(out);
        if (!ended) {
            checkOut(format);
        }
        Dataset opened = DataSets.open(data.of(new Experiment.Data(Optional.empty(), Optional.empty())));
        Dataset used = trainImages == null ? opened : opened.atMost(trainImages, seed == null ? 0 : seed);
        ImageSet images = part == Part.TRAIN ? used.train() : used.test();
        Engine chosen = engine.engines().getFirst();
        try (Backend backend = Backends.open(chosen, engine.opening());
                Progress progress = new Progress(interruption, chosen + " on " + backend.device())) {
            interruption.goesOnWith(CommandText.resuming(spec, out), () -> {});
            used.memory().forEach(line -> progress.say("note: " + line));
            LogitsOrigin origin = origin(backend, used.name(), images, drawn);
            if (ended) {
                LogitsWriter.checkWhole(out, format, origin, type.number);
                tell("nothing to do: the command has ended, " + out + " is there");
            } else {
                label(backend, origin, images, format, progress);
            }
        }
        return ExitCode.DONE;
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            // Whoever reads or writes it says why that can't be done.
            return false;
        }
    }

    private void checkOut(LogitsFormat format) {
        boolean begun = Files.exists(LogitsWriter.part(out));
        if (resume && !begun) {
            throw OutputTakenException.nothing(out);
        }
        if (begun && !resume && !force) {
            throw OutputTakenException.part(LogitsWriter.part(out).toString());
        }
        OutputFile.open("--out", out, force);
        if (format == LogitsFormat.NPY) {
            OutputFile.open("--out", LogitsFormat.sidecar(out), force);
        }
        if (force) {
            LogitsWriter.discard(out);
        }
    }

    private LogitsOrigin origin(Backend backend, String name, ImageSet images, Optional<Views> drawn) {
        long most = LogitsFile.MOST_BYTES / type.number.bytes() / images.classes() / images.size();
        if (drawn.isPresent() && 1L + drawn.get().count() > most) {
            throw usage("--views=" + drawn.get().count() + " of " + images.size()
                    + " images make a file of more than 2 GiB, expected at most " + (most - 1));
        }
        return new LogitsOrigin(
                name,
                part.toString(),
                images.digest(),
                images.size(),
                images.classes(),
                teacher.files().stream()
                        .map(file -> file.getFileName().toString())
                        .toList(),
                teacher.digests(),
                teacher.ensemble().id(),
                backend.engine().id(),
                drawn);
    }

    private void label(Backend backend, LogitsOrigin origin, ImageSet images, LogitsFormat format, Progress progress) {
        Examples all = Examples.labelled(images);
        Jitter none = new Jitter(0, 0, 0);
        float[] pixels = new float[Math.min(images.size(), Inference.CHUNK) * images.pixels()];
        try (ModelTeacher models = ModelTeacher.open(
                        teacher.files(), teacher.ensemble(), file -> ModelFiles.load(backend, file, images));
                LogitsWriter writer = new LogitsWriter(out, format, origin, type.number, Inference.CHUNK)) {
            if (resume) {
                progress.say(String.format(
                        Locale.ROOT, "continuing %s: %,d of %,d rows are there", out, writer.rows(), origin.rows()));
            }
            progress.next();
            progress.stepStarts("logits of " + origin.data(), origin.rows());
            while (writer.rows() < origin.rows()) {
                int view = writer.rows() / images.size();
                int from = writer.rows() % images.size();
                int count = Math.min(Inference.CHUNK, images.size() - from);
                all.copyViews(
                        from,
                        count,
                        view == 0 ? none : origin.views().orElseThrow().of(view),
                        pixels);
                writer.append(models.logits(pixels, count).values());
                progress.stepProgress(writer.rows());
            }
            progress.stepEnds();
            writer.finish();
        }
        tell(String.format(
                Locale.ROOT,
                "%s: %s logits of %,d images%s and %,d classes, %s",
                out,
                type,
                images.size(),
                origin.views()
                        .map(more -> String.format(Locale.ROOT, ", %,d more views of each", more.count()))
                        .orElse(""),
                images.classes(),
                Bytes.of(out.toFile().length())));
        tell("SHA-256 of data and teacher, as distill --teacher-logits=" + out + " knows them:");
        tell("  " + origin.dataDigest() + "  " + origin.data() + ", " + part);
        for (int i = 0; i < origin.teachers().size(); i++) {
            tell("  " + origin.teacherDigests().get(i) + "  "
                    + origin.teachers().get(i));
        }
    }

    private void tell(String line) {
        PrintWriter told = spec.commandLine().getOut();
        told.println(line);
        told.flush();
    }
}
