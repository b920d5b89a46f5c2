package retort.driver.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import retort.driver.cli.Json;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.OutputFile;
import retort.driver.cli.PrintableLines;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.driver.config.Experiment;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.PixelStatistics;
import retort.driver.image.ContactSheet;
import retort.driver.source.DataSets;

/** Says what a data set holds. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Shows what is in a data set: images, classes, pixels, and some to look at.",
        footer = {
            "",
            "Examples:",
            "  retort data",
            "  retort data /usr/share/datasets/fashion-mnist --sheet=sheet.png",
            "  retort data emnist/gzip.zip --split=letters --transpose --json"
        })
final class DataCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH",
            arity = "0..1",
            description = "The same as --data: a folder, zip or npz; without either the MNIST inside.")
    private Path path;

    @Option(
            names = "--sheet",
            paramLabel = "FILE",
            description = "Write a PNG with a row of training images for each class (default: none).")
    private Path sheet;

    @Mixin
    private Options.Data data;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--json", description = "Print the results as JSON.")
    private boolean json;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(names = "--force", description = "Overwrite a --sheet that is there.")
    private boolean force;

    @Mixin
    private VerboseOption verbose;

    /** What --json prints. */
    private record DataJson(
            String name,
            int[] shape,
            PartJson train,
            PartJson test,
            List<ClassJson> classes,
            long memoryBytes,
            List<String> memory,
            List<String> remarks) {}

    private record PartJson(
            int images, double mean, double standardDeviation, double least, double most, String sha256) {
        static PartJson of(ImageSet images) {
            PixelStatistics pixels = PixelStatistics.of(images);
            return new PartJson(
                    images.size(),
                    pixels.mean(),
                    pixels.standardDeviation(),
                    pixels.least(),
                    pixels.most(),
                    images.digest());
        }
    }

    private record ClassJson(int number, String name, int trainImages, int testImages) {}

    @Override
    public Integer call() {
        Experiment.Data asked = data.of(new Experiment.Data(Optional.ofNullable(path), Optional.empty()));
        if (path != null && !asked.folder().equals(Optional.of(path))) {
            throw new ParameterException(spec.commandLine(), "PATH and --data exclude each other");
        }
        OutputFile written = sheet == null ? null : OutputFile.open("--sheet", sheet, force);
        Dataset opened = DataSets.open(asked);
        DataJson found = found(opened);
        ContactSheet images = new ContactSheet(opened.train(), opened.classNames());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(found));
        } else {
            print(found, images, out);
        }
        if (written != null) {
            byte[] png = images.png();
            written.write(to -> to.write(png));
            if (!json) {
                out.println(sheet);
            }
        }
        out.flush();
        return ExitCode.DONE;
    }

    private static DataJson found(Dataset data) {
        int[] train = data.train().counts();
        int[] test = data.test().counts();
        List<ClassJson> classes = new ArrayList<>();
        for (int c = 0; c < data.classes(); c++) {
            classes.add(new ClassJson(c, data.classNames().get(c), train[c], test[c]));
        }
        return new DataJson(
                data.name(),
                data.shape().extents(),
                PartJson.of(data.train()),
                PartJson.of(data.test()),
                classes,
                data.train().bytes() + data.test().bytes(),
                data.memory(),
                data.remarks());
    }

    private static void print(DataJson found, ContactSheet images, PrintWriter out) {
        out.println(found.name());
        int[] shape = found.shape();
        line(
                out,
                "  %d x %d x %d (height x width x channels), %,d classes, %s in memory",
                shape[0],
                shape[1],
                shape[2],
                found.classes().size(),
                Bytes.of(found.memoryBytes()));
        part(out, "train", found.train());
        part(out, "test", found.test());
        found.memory().forEach(line -> out.println("note: " + line));
        found.remarks().forEach(remark -> out.println("note: " + remark));
        out.println();
        line(out, "  %5s  %-40s %10s %10s", "class", "name", "train", "test");
        for (ClassJson each : found.classes()) {
            line(out, "  %5d  %-40s %,10d %,10d", each.number(), each.name(), each.trainImages(), each.testImages());
        }
        out.println();
        PrintableLines.draw(out, images.text(Terminal.pixelsOfStdout()));
    }

    private static void part(PrintWriter out, String name, PartJson part) {
        line(
                out,
                "  %-5s %,9d images, pixels: mean %.4f, deviation %.4f, %.3g to %.3g",
                name,
                part.images(),
                part.mean(),
                part.standardDeviation(),
                part.least(),
                part.most());
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
