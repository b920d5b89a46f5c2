package retort.driver.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.Bytes;
import retort.driver.cli.Converters;
import retort.driver.cli.ExitCode;
import retort.driver.cli.Names;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFile;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.driver.export.NumpyArchive;
import retort.driver.export.OnnxFile;
import retort.driver.export.TrainedNetwork;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;
import retort.nn.ModelFileException;
import retort.nn.Sequential;

/** Writes a saved model in a format that other programs read. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Writes a saved model in a format that other programs read.",
        footer = {
            "",
            "onnx: \"input\" is batch x height x width x channels, 28 x 28 x 1 for MNIST, from 0",
            "to 1; \"logits\" is batch x classes, and so are \"probabilities\" with --temperature.",
            "Opset 13.",
            "safetensors: tensors as in Retort's model files; dense weights are inputs x",
            "units, filters are height x width x channels x filters.",
            "--weights rounds the weights, biases stay F32: of bf16 a file is half as large,",
            "of int8 a quarter, with the scale of each output channel in NAME_scale.",
            "npz: the same tensors for numpy.load, and \"metadata\", a string of JSON.",
            "",
            "Examples:",
            "  retort export retort-out/run/teacher.safetensors",
            "  retort export student.safetensors --temperature=3.5 --out=student.onnx",
            "  retort export student.safetensors --format=npz",
            "  retort export teacher.safetensors --weights=bf16"
        })
final class ExportCommand implements Callable<Integer> {
    /** The formats there are; a file's name ends in its format's. */
    enum Format {
        ONNX,
        SAFETENSORS,
        NPZ;

        String suffix() {
            return "." + name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model that another command saved.")
    private Path file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "onnx, safetensors or npz (default: what --out ends in, else onnx; safetensors with --weights).")
    private Format asked;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "File to write (default: the model's name, --weights and the format's ending, in the working folder).")
    private Path out;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            completionCandidates = Names.ElementTypes.class,
            description = "Of safetensors: float32, bf16 or int8 (default: as the model has them).")
    private ElementType weights;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            converter = Converters.OfSoftmax.class,
            description = "Of onnx: adds the output \"probabilities\", softmax(logits / T) (default: none).")
    private Float temperature;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite a file that is there.")
    private boolean force;

    @Mixin
    private VerboseOption verbose;

    @Override
    public Integer call() throws IOException {
        Format format = format();
        if (temperature != null && format != Format.ONNX) {
            throw new ParameterException(
                    spec.commandLine(), "--temperature is for --format=onnx: the others hold no computation");
        }
        if (weights != null && format != Format.SAFETENSORS) {
            throw new ParameterException(
                    spec.commandLine(), "--weights is for --format=safetensors: the others hold float32");
        }
        String suffix = (weights == null ? "" : "-" + weights) + format.suffix();
        Path destination = out != null ? out : Path.of(stem(file) + suffix);
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults())) {
            Sequential.Loaded loaded = Sequential.load(backend, file, weights);
            if (Files.exists(destination) && Files.isSameFile(destination, file)) {
                throw new ParameterException(
                        spec.commandLine(), "--out=" + destination + " is the model itself; expected another file");
            }
            write(loaded, format, OutputFile.open("--out", destination, force));
        }
        PrintWriter told = spec.commandLine().getOut();
        told.println(destination + ", " + Bytes.of(Files.size(destination)));
        told.flush();
        return ExitCode.DONE;
    }

    private void write(Sequential.Loaded loaded, Format format, OutputFile output) {
        TrainedNetwork network = TrainedNetwork.of(loaded.model(), loaded.metadata());
        switch (format) {
            case ONNX -> output.write(onnx(network)::writeTo);
            case SAFETENSORS -> loaded.model().save(output.path(), network.metadata());
            case NPZ -> output.write(new NumpyArchive(network)::writeTo);
        }
    }

    private OnnxFile onnx(TrainedNetwork network) {
        try {
            return new OnnxFile(network, temperature, Version.number());
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file, e.getMessage());
        }
    }

    private Format format() {
        if (asked != null) {
            return asked;
        }
        if (out == null) {
            return weights == null ? Format.ONNX : Format.SAFETENSORS;
        }
        return Stream.of(Format.values())
                .filter(format -> out.toString().toLowerCase(Locale.ROOT).endsWith(format.suffix()))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "--out=" + out + " ends in no format; expected --format, or a name that ends in one of "
                                + Stream.of(Format.values()).map(Format::suffix).collect(Collectors.joining(", "))));
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".safetensors") ? name.substring(0, name.length() - ".safetensors".length()) : name;
    }
}
