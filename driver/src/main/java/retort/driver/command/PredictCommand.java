package retort.driver.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.image.Digit;
import retort.driver.image.ImageFile;
import retort.driver.image.SampleImages;
import retort.driver.predict.DigitModel;
import retort.driver.predict.Prediction;
import retort.driver.predict.PredictionText;
import retort.nn.Predictor;

/** Asks models what digit an image shows. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Asks models what digit an image shows.",
        footer = {
            "",
            "An image is prepared as MNIST's were: its ink, darker or lighter than its",
            "border, is cropped, scaled into 20 x 20 and centred by its mass in 28 x 28.",
            "Of several images, one that can't be read is named on stderr; the others are",
            "answered, and the exit code is 4.",
            "",
            "Examples:",
            "  retort predict --samples=digits",
            "  retort predict digits/00007-9.png",
            "  retort predict photo.jpg --model=large.safetensors --model=small.safetensors",
            "  retort predict digits --json"
        })
final class PredictCommand implements Callable<Integer> {
    /** Images that a model is asked about at once. */
    private static final int CHUNK = 1000;

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
            description = "Write test images to try, named by their number and label, and predict nothing.")
    private Path samples;

    @Option(
            names = "--samples-of-each",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many of each digit (default: ${DEFAULT-VALUE}).")
    private Integer ofEach;

    @Mixin
    private Options.OneEngine engine;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--json", description = "Print the results as JSON.")
    private boolean json;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite samples that are there.")
    private boolean force;

    @Mixin
    private VerboseOption verbose;

    /** What --json prints. */
    private record Answers(List<ModelJson> models, List<ImageJson> images) {}

    private record ModelJson(String name, String file, long parameters, String weights, float temperature) {}

    private record ImageJson(String file, List<AnswerJson> predictions) {}

    private record AnswerJson(String model, int digit, double[] probabilities) {}

    /** An image that could be prepared. */
    private record Image(Path file, Digit digit) {}

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
        List<Path> files = paths.stream().flatMap(PredictCommand::files).toList();
        List<Image> images = prepared(files);
        if (!images.isEmpty()) {
            List<DigitModel> models = choice.load(engine);
            try {
                tell(models, images, predictions(models, images));
            } finally {
                models.forEach(DigitModel::close);
            }
        }
        return images.size() == files.size() ? ExitCode.DONE : ExitCode.BAD_FILE;
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
    private List<Image> prepared(List<Path> files) {
        List<Image> images = new ArrayList<>();
        for (Path file : files) {
            try {
                images.add(new Image(file, Digit.of(ImageFile.NAMED.read(file), file.toString())));
            } catch (BadDataException e) {
                spec.commandLine().getErr().println("retort: " + e.getMessage());
            }
        }
        spec.commandLine().getErr().flush();
        return images;
    }

    /** Of each image one of each model. */
    private List<List<Prediction>> predictions(List<DigitModel> models, List<Image> images) {
        List<List<Prediction>> predictions = images.stream()
                .<List<Prediction>>map(image -> new ArrayList<>())
                .toList();
        float[] pixels = new float[Math.min(CHUNK, images.size()) * Digit.PIXELS];
        for (DigitModel model : models) {
            try (Predictor predictor = model.model().predictor(engine.opening().threads())) {
                for (int from = 0; from < images.size(); from += CHUNK) {
                    int count = Math.min(CHUNK, images.size() - from);
                    for (int i = 0; i < count; i++) {
                        System.arraycopy(
                                images.get(from + i).digit().pixels(), 0, pixels, i * Digit.PIXELS, Digit.PIXELS);
                    }
                    List<Prediction> chunk =
                            model.predict(predictor, pixels, count).toList();
                    for (int i = 0; i < count; i++) {
                        predictions.get(from + i).add(chunk.get(i));
                    }
                }
            }
        }
        return predictions;
    }

    private void tell(List<DigitModel> models, List<Image> images, List<List<Prediction>> predictions) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(answers(models, images, predictions)));
        } else {
            PrintWriter err = spec.commandLine().getErr();
            models.forEach(model -> err.println(model.title()));
            err.flush();
            PredictionText text = new PredictionText(Terminal.pixelsOfStdout());
            for (int i = 0; i < images.size(); i++) {
                Image image = images.get(i);
                PrintableLines.draw(
                        out, text.of(image.file().toString(), image.digit(), models, predictions.get(i)) + "\n");
            }
        }
        out.flush();
    }

    private static Answers answers(List<DigitModel> models, List<Image> images, List<List<Prediction>> predictions) {
        List<ImageJson> answered = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            List<AnswerJson> answers = new ArrayList<>();
            for (int m = 0; m < models.size(); m++) {
                Prediction prediction = predictions.get(i).get(m);
                answers.add(new AnswerJson(models.get(m).name(), prediction.digit(), prediction.probabilities()));
            }
            answered.add(new ImageJson(images.get(i).file().toString(), answers));
        }
        List<ModelJson> asked = models.stream()
                .map(model -> new ModelJson(
                        model.name(),
                        model.file().toString(),
                        model.model().parameterCount(),
                        model.model().weights().id(),
                        model.temperature()))
                .toList();
        return new Answers(asked, answered);
    }

    private void writeSamples() {
        SampleImages written = new SampleImages(Dataset.embedded().test());
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
