package retort.driver.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.ExitCode;
import retort.driver.cli.FileReason;
import retort.driver.cli.Json;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFile;
import retort.driver.cli.PrintableLines;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.driver.config.Experiment;
import retort.driver.data.BadDataException;
import retort.driver.data.ClassNames;
import retort.driver.data.Form;
import retort.driver.data.ImageSet;
import retort.driver.image.ImageFile;
import retort.driver.image.PreparedImage;
import retort.driver.image.SampleImages;
import retort.driver.predict.Classifier;
import retort.driver.predict.Classifiers;
import retort.driver.predict.Prediction;
import retort.driver.predict.PredictionText;
import retort.driver.source.DataSets;
import retort.nn.Predictor;

/** Asks models what an image shows. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Asks models what an image shows.",
        footer = {
            "",
            "For models of MNIST an image is prepared as MNIST's were: its ink, darker or",
            "lighter than its border, is cropped, scaled into 20 x 20 and centred by its mass",
            "in 28 x 28. For others its levels stay as they are: the middle of it that has",
            "the aspect of the model's images is scaled to their size, in grey or in colour.",
            "Classes have the names that the model's file has for them, or --classes; else",
            "their numbers. Of several images, one that can't be read is named on stderr; the",
            "others are answered, and the exit code is 4.",
            "",
            "Examples:",
            "  retort predict --samples=digits",
            "  retort predict digits/00007-9.png",
            "  retort predict photo.jpg --model=large.safetensors --model=small.safetensors",
            "  retort predict digits --json",
            "  retort predict cat.jpg --model=net.onnx --classes=cat,dog",
            "  retort predict --samples=images --data=my-images"
        })
final class PredictCommand implements Callable<Integer> {
    /** Images that a model is asked about at once. */
    private static final int CHUNK = 1000;

    /** Numbers of theirs at most. */
    private static final int CHUNK_PIXELS = 1 << 22;

    /** The data that nobody named. */
    private static final Experiment.Data NONE = new Experiment.Data(Optional.empty(), Optional.empty());

    private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg", ".pgm");

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "0..*",
            description = "PNG, JPEG or PGM of any size, or a folder: all of these in it.")
    private List<Path> paths;

    @Mixin
    private ModelChoice choice;

    @Option(
            names = "--samples",
            paramLabel = "DIR",
            description = "Write test images of --data to try, named by their number and label, and predict nothing.")
    private Path samples;

    @Option(
            names = "--samples-of-each",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many of each class (default: ${DEFAULT-VALUE}).")
    private Integer ofEach;

    @Mixin
    private Options.OneEngine engine;

    @Mixin
    private Options.Data data;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--json", description = "Print the results as JSON.")
    private boolean json;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite samples that are there.")
    private boolean force;

    @Mixin
    private VerboseOption verbose;

    /** What --json prints. */
    private record Answers(int[] shape, List<String> classes, List<ModelJson> models, List<ImageJson> images) {}

    private record ModelJson(String name, String file, long parameters, String weights, float temperature) {}

    private record ImageJson(String file, List<AnswerJson> predictions) {}

    private record AnswerJson(String model, int label, String name, double[] probabilities) {}

    /** An image that could be prepared. */
    private record Image(Path file, PreparedImage prepared) {}

    @Override
    public Integer call() {
        engine.check(spec);
        if (samples != null) {
            if (paths != null) {
                throw new ParameterException(
                        spec.commandLine(), "--samples writes images and reads none, but got " + paths);
            }
            writeSamples();
            return ExitCode.DONE;
        }
        if (paths == null) {
            throw new ParameterException(
                    spec.commandLine(), "an image is needed, or a folder; --samples=DIR writes some to try");
        }
        Experiment.Data asked = data.of(NONE);
        Form form = asked.form();
        if (asked.folder().isPresent() || form.split().isPresent() || form.transposed()) {
            throw new ParameterException(
                    spec.commandLine(), "--data, --split and --transpose are for --samples: images are named alone");
        }
        List<Path> files = paths.stream().flatMap(PredictCommand::files).toList();
        try (Classifiers models = choice.load(engine, form.classes().map(ClassNames::of))) {
            List<Image> images = prepared(files, models);
            if (!images.isEmpty()) {
                tell(models, images, predictions(models, images));
            }
            return images.size() == files.size() ? ExitCode.DONE : ExitCode.BAD_FILE;
        }
    }

    /** A folder's images by name; anything else is taken for an image. */
    private static Stream<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return Stream.of(path);
        }
        try (Stream<Path> files = Files.list(path)) {
            List<Path> images = files.filter(file -> SUFFIXES.stream()
                            .anyMatch(file.getFileName().toString().toLowerCase(Locale.ROOT)::endsWith))
                    .sorted()
                    .toList();
            if (images.isEmpty()) {
                throw new BadDataException(
                        path.toString(), "no image in this folder, expected files that end in " + SUFFIXES);
            }
            return images.stream();
        } catch (IOException e) {
            throw new BadDataException(path.toString(), "can't be read: " + FileReason.of(e));
        }
    }

    /** Those that can be; the others are told on stderr. */
    private List<Image> prepared(List<Path> files, Classifiers models) {
        List<Image> images = new ArrayList<>();
        for (Path file : files) {
            try {
                byte[] bytes = ImageFile.NAMED.bytes(file);
                images.add(new Image(
                        file, models.preparation().of(ImageFile.NAMED, bytes, models.image(), file.toString())));
            } catch (BadDataException e) {
                spec.commandLine().getErr().println("retort: " + e.getMessage());
            }
        }
        spec.commandLine().getErr().flush();
        return images;
    }

    /** Of each image one of each model. */
    private List<List<Prediction>> predictions(Classifiers models, List<Image> images) {
        List<List<Prediction>> predictions = images.stream()
                .<List<Prediction>>map(image -> new ArrayList<>())
                .toList();
        int size = models.image().size();
        int chunk = Math.clamp(CHUNK_PIXELS / size, 1, CHUNK);
        float[] pixels = new float[Math.min(chunk, images.size()) * size];
        for (Classifier model : models.models()) {
            try (Predictor predictor = model.model().predictor(engine.opening().threads())) {
                for (int from = 0; from < images.size(); from += chunk) {
                    int count = Math.min(chunk, images.size() - from);
                    for (int i = 0; i < count; i++) {
                        System.arraycopy(images.get(from + i).prepared().pixels(), 0, pixels, i * size, size);
                    }
                    List<Prediction> said =
                            model.predict(predictor, pixels, count).toList();
                    for (int i = 0; i < count; i++) {
                        predictions.get(from + i).add(said.get(i));
                    }
                }
            }
        }
        return predictions;
    }

    private void tell(Classifiers models, List<Image> images, List<List<Prediction>> predictions) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(answers(models, images, predictions)));
        } else {
            PrintWriter err = spec.commandLine().getErr();
            models.models().forEach(model -> err.println(model.title()));
            models.remark().ifPresent(remark -> err.println("note: " + remark));
            err.flush();
            PredictionText text = new PredictionText(Terminal.pixelsOfStdout());
            for (int i = 0; i < images.size(); i++) {
                Image image = images.get(i);
                PrintableLines.draw(
                        out, text.of(image.file().toString(), image.prepared(), models, predictions.get(i)) + "\n");
            }
        }
        out.flush();
    }

    private static Answers answers(Classifiers models, List<Image> images, List<List<Prediction>> predictions) {
        List<Classifier> all = models.models();
        List<ImageJson> answered = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            List<AnswerJson> answers = new ArrayList<>();
            for (int m = 0; m < all.size(); m++) {
                Prediction said = predictions.get(i).get(m);
                String name = models.classNames().get(said.label());
                answers.add(new AnswerJson(all.get(m).name(), said.label(), name, said.probabilities()));
            }
            answered.add(new ImageJson(images.get(i).file().toString(), answers));
        }
        List<ModelJson> asked = all.stream()
                .map(model -> new ModelJson(
                        model.name(),
                        model.file().toString(),
                        model.model().parameterCount(),
                        model.model().weights().id(),
                        model.temperature()))
                .toList();
        return new Answers(models.image().extents(), models.classNames(), asked, answered);
    }

    private void writeSamples() {
        ImageSet test = DataSets.open(data.of(NONE)).test();
        if (test.channels() != 1 && test.channels() != 3) {
            throw new BadDataException(
                    "--samples", "images of " + test.shape() + " are no PNG, expected 1 or 3 channels");
        }
        SampleImages written = new SampleImages(test);
        PrintWriter out = spec.commandLine().getOut();
        int[] chosen = written.first(ofEach).toArray();
        List<OutputFile> files = new ArrayList<>();
        for (int i : chosen) {
            files.add(OutputFile.open("--samples", samples.resolve(written.name(i)), force));
        }
        for (int i = 0; i < chosen.length; i++) {
            byte[] png = written.png(chosen[i]);
            files.get(i).write(to -> to.write(png));
            out.println(files.get(i).path());
        }
        out.flush();
    }
}
