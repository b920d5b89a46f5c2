package retort.driver.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.driver.cli.FileReason;
import retort.driver.data.BadDataException;
import retort.driver.image.Preparation;
import retort.driver.predict.Classifier;
import retort.driver.predict.Classifiers;

/** Which models are asked what images show. */
final class ModelChoice {
    private static final Path RUNS = Path.of("retort-out");
    private static final String SUFFIX = ".safetensors";
    private static final String ONNX = ".onnx";
    private static final String TEACHER = "teacher";

    /** Models as they were where their training was stopped. */
    private static final String UNFINISHED = "-interrupted" + SUFFIX;

    @Option(
            names = "--model",
            paramLabel = "FILE|DIR",
            description =
                    "A saved model, or a folder: all models in it. May be given several times (default: the folder"
                            + " in retort-out that has the newest model).")
    private List<Path> asked;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            converter = Converters.OfSoftmax.class,
            description = "T of the probabilities, softmax(logits / T) (default: that of each model's recipe).")
    private Float temperature;

    @Option(
            names = "--prepare",
            paramLabel = "HOW",
            description =
                    "digit: an image's ink is cropped and centred as MNIST's was; whole: all of it is scaled (default: digit"
                            + " for models of MNIST, else whole).")
    private Preparation preparation;

    @Mixin
    private Options.Weights weights;

    /**
     * The models, in the order they are asked for, a folder's teacher first. They are closed if one can't be used.
     *
     * @param classNames what the user calls the classes
     * @throws BadDataException if there is none
     */
    Classifiers load(Options.OneEngine engine, Optional<List<String>> classNames) {
        List<Path> files = new ArrayList<>();
        for (Path path : asked != null ? asked : List.of(newest())) {
            files.addAll(Files.isDirectory(path) ? models(path) : List.of(path));
        }
        List<Classifier> models = new ArrayList<>();
        try {
            for (Path file : files) {
                models.add(ModelFiles.classifier(
                        file,
                        name(file, files),
                        temperature,
                        weights.asked(),
                        engine.engines().getFirst(),
                        engine.opening()));
            }
            return Classifiers.of(models, classNames, Optional.ofNullable(preparation));
        } catch (RuntimeException e) {
            models.forEach(Classifier::close);
            throw e;
        }
    }

    /** The file's name, and where others have the same, its folder's too. */
    private static String name(Path file, List<Path> files) {
        String stem = stem(file);
        boolean single =
                files.stream().filter(other -> stem(other).equals(stem)).count() == 1;
        Path folder = file.toAbsolutePath().getParent().getFileName();
        return single || folder == null ? stem : folder + "/" + stem;
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return Stream.of(SUFFIX, ONNX)
                .filter(name::endsWith)
                .findFirst()
                .map(suffix -> name.substring(0, name.length() - suffix.length()))
                .orElse(name);
    }

    private static Path newest() {
        try (Stream<Path> folders = Files.list(RUNS)) {
            return folders.filter(Files::isDirectory)
                    .flatMap(folder -> files(folder).stream())
                    .max(Comparator.comparing(ModelChoice::time))
                    .map(Path::getParent)
                    .orElseThrow(ModelChoice::none);
        } catch (NoSuchFileException e) {
            throw none();
        } catch (IOException e) {
            throw new BadDataException(RUNS.toString(), "can't be read: " + FileReason.of(e));
        }
    }

    private static BadDataException none() {
        return new BadDataException(
                RUNS.toString(), "no model there; 'retort run --quick' trains some, --model=FILE names another");
    }

    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new BadDataException(file.toString(), "can't be read: " + FileReason.of(e));
        }
    }

    private static List<Path> models(Path folder) {
        List<Path> files = files(folder);
        if (files.isEmpty()) {
            throw new BadDataException(
                    folder.toString(), "no model in this folder, expected files that end in " + SUFFIX);
        }
        return files;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .filter(file -> !file.getFileName().toString().endsWith(UNFINISHED))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted(Comparator.comparing((Path file) -> !stem(file).equals(TEACHER))
                            .thenComparing(ModelChoice::stem))
                    .toList();
        } catch (IOException e) {
            throw new BadDataException(folder.toString(), "can't be read: " + FileReason.of(e));
        }
    }
}
