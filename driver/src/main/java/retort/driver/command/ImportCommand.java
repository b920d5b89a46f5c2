package retort.driver.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.driver.cli.Bytes;
import retort.driver.cli.ExitCode;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFile;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.driver.config.ImportFile;
import retort.driver.data.BadDataException;
import retort.driver.data.ClassNames;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Sequential;
import retort.nn.StateDict;

/** Makes a model of weights that another framework trained. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Makes a model of PyTorch's weights: a state dict as safetensors, and its layers in a TOML file.",
        footer = {
            "",
            "The file has the layers as an experiment's [teacher] has them, and what each one",
            "with weights is called in the state dict; image and classes as in [data]:",
            "  [teacher]",
            "  layers = [\"conv2d 8 3x3\", \"relu\", \"flatten\", \"dense 10\"]",
            "  [teacher.names]",
            "  \"0.conv2d\" = \"features.0\"",
            "  \"3.dense\" = \"fc1\"",
            "Weights are brought into the order of our layers: of outputs x inputs, and of",
            "images whose channels come first. ONNX models need no import.",
            "",
            "Examples:",
            "  retort import net.safetensors --config=net.toml --out=teacher.safetensors",
            "  retort distill --teacher=teacher.safetensors --data=my-images"
        })
final class ImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The state dict: torch's, saved by safetensors.torch.save_file.")
    private Path file;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "The layers and their names, a TOML file; an experiment may have them for its teacher.")
    private Path config;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "imported.safetensors",
            description = "File to write (default: ${DEFAULT-VALUE}).")
    private Path out;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite a file that is there.")
    private boolean force;

    @Mixin
    private VerboseOption verbose;

    @Override
    public Integer call() throws IOException {
        ImportFile asked = ImportFile.read(config);
        Map<String, String> metadata = metadata(asked);
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults())) {
            StateDict.Loaded loaded = StateDict.load(backend, file, asked.architecture(), asked.modules());
            if (Files.exists(out) && Files.isSameFile(out, file)) {
                throw new ParameterException(
                        spec.commandLine(), "--out=" + out + " is the state dict itself; expected another file");
            }
            try (Sequential model = loaded.model()) {
                model.save(OutputFile.open("--out", out, force).path(), metadata);
                tell(model, loaded.remarks());
            }
        }
        return ExitCode.DONE;
    }

    private Map<String, String> metadata(ImportFile asked) {
        Map<String, String> metadata = new LinkedHashMap<>();
        Optional<List<String>> names = asked.classes().map(ClassNames::of);
        int classes = asked.architecture().output().size();
        if (names.isPresent() && names.get().size() != classes) {
            throw new BadDataException(
                    config.toString(),
                    "the layers end with " + classes + " values and there are "
                            + names.get().size() + " classes, expected the same number");
        }
        names.filter(found -> !found.equals(ClassNames.numbers(classes)))
                .ifPresent(found -> metadata.put(ClassNames.KEY, ClassNames.text(found)));
        return metadata;
    }

    private void tell(Sequential model, List<String> remarks) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        remarks.forEach(remark -> err.println("note: " + remark));
        err.flush();
        PrintWriter told = spec.commandLine().getOut();
        told.println(String.format(
                Locale.ROOT,
                "%s, %s: %s to %s, %,d parameters",
                out,
                Bytes.of(Files.size(out)),
                model.input(),
                model.output(),
                model.parameterCount()));
        told.flush();
    }
}
