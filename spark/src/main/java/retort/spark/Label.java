package retort.spark;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Complaints;
import retort.driver.cli.ExitCode;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.kernels.op.Shape;
import retort.nn.ModelFileException;
import retort.nn.Network;

/** {@code retort label} on Spark. */
@Command(
        name = "label",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Writes a teacher's logits of images as Parquet, with all other columns of the images.",
        footer = {
            "",
            "Beside the logits, before any softmax or temperature, stands the predicted class.",
            "_retort.json in the folder says of which model they are. 'retort distill",
            "--teacher-logits=DIR' reads it where the images have their number in a column id,",
            "as those of IDX files do.",
            "",
            "Examples:",
            "  spark-submit --class retort.spark.Label retort-spark.jar",
            "    --model=teacher.safetensors --input=images.parquet --output=logits"
        })
public final class Label implements Callable<Integer> {
    /** How images are stored. */
    enum Format {
        PARQUET {
            @Override
            Dataset<Row> read(SparkSession spark, String path, int tasks, Shape expected) {
                return spark.read().parquet(path);
            }
        },
        IDX {
            @Override
            Dataset<Row> read(SparkSession spark, String path, int tasks, Shape expected) {
                IdxImages images = IdxImages.open(path);
                if (!Network.takes(expected, images.shape())) {
                    throw new LabellingException(path + ": has images of " + images.shape() + ", expected " + expected);
                }
                return images.rows(spark, tasks);
            }
        },
        IMAGES {
            @Override
            Dataset<Row> read(SparkSession spark, String path, int tasks, Shape expected) {
                return ImageFiles.read(spark, path);
            }
        };

        /**
         * The images of a path, at least in so many tasks where the format leaves that to us.
         *
         * @param expected shape of an image, where the format tells all of theirs beforehand
         */
        abstract Dataset<Row> read(SparkSession spark, String path, int tasks, Shape expected);

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final double NANOS = 1e9;
    private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    private static final Complaints COMPLAINTS = new Complaints(
            Map.of(LabellingException.class, ExitCode.BAD_FILE, ModelFileException.class, ExitCode.BAD_FILE),
            Failures::reason);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            required = true,
            description = "The teacher: a model that 'train' or 'run' saved, or an ONNX file.")
    private Path model;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--input",
            paramLabel = "PATH",
            required = true,
            description = "Where the images are, on any file system that Spark reads.")
    private String input;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "parquet",
            description =
                    "parquet; idx, a file of images as MNIST's; or images, a folder that Spark's own reader reads (default: ${DEFAULT-VALUE}).")
    private Format format;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--image",
            paramLabel = "COLUMN",
            defaultValue = "image",
            description =
                    "The column of the images: bytes of 0 to 255, or an array of floats (default: ${DEFAULT-VALUE}).")
    private String image;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--output",
            paramLabel = "DIR",
            required = true,
            description = "A new folder for the Parquet files.")
    private String output;

    @OptionGroup.Of(OptionGroup.OUTPUT)
    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "float32, or float16 as bytes in half the space (default: ${DEFAULT-VALUE}).")
    private Labelling.Type type;

    @Option(
            names = "--on-error",
            paramLabel = "WHAT",
            defaultValue = "fail",
            description =
                    "What a row does that can't be read: fail, or keep it with the problem in a column (default: ${DEFAULT-VALUE}).")
    private Labelling.OnError onError;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Images that a task holds and labels at once (default: ${DEFAULT-VALUE}).")
    private Integer batch;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "At least so many tasks, as far as the files can be split (default: as Spark splits them).")
    private Integer tasks;

    @CommandLine.Mixin
    private VerboseOption verbose;

    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.err, true), args));
    }

    static int run(PrintWriter err, String... args) {
        return COMPLAINTS.execute(new CommandLine(new Label()).setErr(err), args);
    }

    @Override
    public Integer call() throws IOException {
        checkPath("--input", input);
        checkPath("--output", output);
        SparkSession.Builder builder = SparkSession.builder().appName("retort label " + input);
        if (tasks != null) {
            builder.config("spark.sql.files.minPartitionNum", tasks).config("spark.sql.files.openCostInBytes", 0);
        }
        try (SparkSession spark = builder.getOrCreate()) {
            LabelFolder.checkNew(output);
            Teacher teacher = Teacher.of(spark, model);
            checkBatch(teacher);
            Labelling how = new Labelling(image, type, onError, batch);
            Executors.check(spark);
            Dataset<Row> images = format.read(spark, input, least(spark), teacher.input());
            Dataset<Row> labelled = SoftLabels.of(images, teacher, how);
            try (LabelFolder folder = LabelFolder.begin(output)) {
                long start = System.nanoTime();
                folder.write(labelled);
                double seconds = (System.nanoTime() - start) / NANOS;
                report(folder.end(spark, teacher, how, labelled.schema()), seconds);
            }
        }
        return ExitCode.DONE;
    }

    private void checkPath(String option, String path) {
        if (path.isBlank()) {
            throw new ParameterException(spec.commandLine(), option + " is empty, expected a path");
        }
    }

    /** A batch is an array of its pixels, and one of its logits. */
    private void checkBatch(Teacher teacher) {
        int most = MOST_ELEMENTS / Math.max(teacher.input().size(), teacher.classes());
        if (batch > most) {
            throw new ParameterException(
                    spec.commandLine(), "--batch=" + batch + " is too many for an array, expected at most " + most);
        }
    }

    private int least(SparkSession spark) {
        return tasks == null ? spark.sparkContext().defaultParallelism() : tasks;
    }

    private void report(LabelNote note, double seconds) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(
                Locale.ROOT,
                "%s: %s logits of %,d images and %,d classes, %,d without; %,.0f images/s",
                output,
                type,
                note.rows() - note.bad(),
                note.classes(),
                note.bad(),
                note.rows() / seconds));
        out.println("  " + note.teacherDigest() + "  " + note.teacher());
        out.flush();
    }
}
