package retort.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.cli.ExitCode;
import retort.driver.cli.OutputTakenException;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Layer;
import retort.nn.Sequential;

/** The command, in this process. */
class LabelTest {
    private static final Map<String, String> SPARK = Map.of("spark.master", "local[2]", "spark.ui.enabled", "false");
    private static final int PIXELS = 4;

    @TempDir
    private static Path folder;

    private static Path model;
    private static Path images;

    @BeforeAll
    static void write() {
        SPARK.forEach(System::setProperty);
        model = folder.resolve("teacher.safetensors");
        Architecture architecture = Architecture.of(Shape.of(2, 2, 1), new Layer.Flatten(), new Layer.Dense(3));
        try (Backend backend = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults());
                Sequential network = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, 1)) {
            network.save(model, Map.of());
        }
        images = folder.resolve("images");
        SparkSession spark = SparkSession.builder().appName("test").getOrCreate();
        spark.createDataFrame(
                        List.of(RowFactory.create(0L, new byte[PIXELS]), RowFactory.create(1L, new byte[1])),
                        new StructType().add("id", DataTypes.LongType).add("image", DataTypes.BinaryType))
                .write()
                .parquet(images.toString());
        spark.stop();
    }

    @AfterAll
    static void forget() {
        SPARK.keySet().forEach(System::clearProperty);
    }

    @Test
    void aJobThatStopsLeavesNoFolderInTheWayOfTheNext() {
        Path out = folder.resolve("logits");
        StringWriter err = new StringWriter();
        assertEquals(ExitCode.BAD_FILE, label(err, "--output=" + out));
        assertTrue(err.toString().startsWith("retort: the row of id 1: the image has 1 bytes"), err.toString());
        assertFalse(Files.exists(out));
        assertEquals(ExitCode.DONE, label(err, "--output=" + out, "--on-error=keep"));
        assertTrue(Files.exists(out.resolve("_retort.json")));
        assertEquals(ExitCode.USAGE, label(err, "--output=" + out));
        assertTrue(Files.exists(out.resolve("_retort.json")));
    }

    /** One of them begins; the others are refused, and take nothing from it. */
    @Test
    void ofTwoJobsWithOneFolderOneIsRefused() throws IOException {
        SparkSession spark = SparkSession.builder().appName("test").getOrCreate();
        String out = folder.resolve("shared").toString();
        try (LabelFolder first = LabelFolder.begin(out)) {
            assertThrows(OutputTakenException.class, () -> LabelFolder.begin(out));
            first.write(spark.range(3).toDF());
            String left = assertThrows(OutputTakenException.class, () -> LabelFolder.checkNew(out))
                    .getMessage();
            assertTrue(left.contains("without the _retort.json of a labelling that has ended"), left);
            assertEquals(3, spark.read().parquet(out).count());
        }
        assertFalse(Files.exists(Path.of(out)));

        LabelFolder lost = LabelFolder.begin(out);
        Files.delete(Path.of(out, "._retort.begun.crc"));
        Files.writeString(Path.of(out, "_retort.begun"), "another job");
        lost.close();
        assertTrue(Files.exists(Path.of(out)));
        spark.stop();
    }

    /** Packed files are known by their beginning, not by their names. */
    @Test
    void imagesOfAnotherShapeAreRefusedThoughTheyHaveAsManyPixels() throws IOException {
        Path square = idx("square", 2, 2);
        Path flat = idx("flat", 1, 4);
        StringWriter err = new StringWriter();
        Path out = folder.resolve("of-idx");
        assertEquals(ExitCode.DONE, label(err, "--format=idx", "--input=" + square, "--output=" + out));
        assertRefused(
                ExitCode.BAD_FILE,
                flat + ": has images of 1 x 4 x 1, expected 2 x 2 x 1",
                "--format=idx",
                "--input=" + flat);
        assertRefused(
                ExitCode.BAD_FILE,
                "ends within its header",
                "--format=idx",
                "--input=" + Files.write(folder.resolve("short"), new byte[] {0, 0, 8, 3}));
    }

    @Test
    void filesOfNoBytesAreRowsToo() throws IOException {
        Path pictures = Files.createDirectories(folder.resolve("_of a user/pictures/deep"));
        ImageIO.write(
                new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY),
                "png",
                pictures.resolve("one.png").toFile());
        Files.createFile(pictures.resolve("none.png"));
        Files.createFile(pictures.resolve("_hidden.png"));
        String input = "--input=" + pictures.getParent();
        assertRefused(ExitCode.BAD_FILE, "none.png: the image can't be decoded", "--format=images", input);
        Path out = folder.resolve("of-pictures");
        StringWriter err = new StringWriter();
        String some = "--input=" + Path.of("").toAbsolutePath().relativize(pictures.resolveSibling("d*"));
        assertEquals(
                ExitCode.DONE,
                label(err, "--format=images", some, "--output=" + out, "--on-error=keep"),
                err.toString());
        SparkSession spark = SparkSession.builder().appName("test").getOrCreate();
        List<String> paths = spark.read()
                .parquet(out.toString())
                .select("path")
                .as(Encoders.STRING())
                .collectAsList();
        String begin = paths.get(0).replaceFirst("[^/]*$", "");
        assertEquals(Set.of(begin + "one.png", begin + "none.png"), Set.copyOf(paths));
        spark.stop();
    }

    @Test
    void whatCannotBeIsToldInALine() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[100]);
        assertRefused(ExitCode.USAGE, "--input is empty", "--input=");
        assertRefused(ExitCode.USAGE, "--batch=2147483647 is too many for an array", "--batch=2147483647");
        assertRefused(ExitCode.USAGE, "expected one of [parquet, idx, images]", "--format=x");
        assertRefused(ExitCode.BAD_FILE, "CANNOT_READ_FILE_FOOTER", "--input=" + file);
        assertRefused(ExitCode.BAD_FILE, "No FileSystem for scheme", "--input=nope://x/y");
        StringWriter err = new StringWriter();
        assertEquals(ExitCode.BAD_FILE, label(err, "--output=" + file.resolve("below")), err.toString());
        assertEquals(ExitCode.BAD_FILE, label(err, "--output=nope://x/y"), err.toString());
        assertEquals(ExitCode.BAD_FILE, label(err, "--output=a:b"), err.toString());
        assertEquals(ExitCode.USAGE, label(err, "--output="), err.toString());
    }

    private static Path idx(String name, int height, int width) throws IOException {
        byte[] bytes = new byte[16 + 2 * height * width];
        ByteBuffer.wrap(bytes).putInt(0x803).putInt(2).putInt(height).putInt(width);
        Path file = folder.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(bytes);
        }
        return file;
    }

    private static void assertRefused(int code, String problem, String... options) {
        StringWriter err = new StringWriter();
        Path out = folder.resolve("refused");
        String[] all =
                Stream.concat(Stream.of(options), Stream.of("--output=" + out)).toArray(String[]::new);
        assertEquals(code, label(err, all), err.toString());
        assertTrue(err.toString().startsWith("retort: ") && err.toString().contains(problem), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertFalse(Files.exists(out));
    }

    private static int label(StringWriter err, String... more) {
        return Label.run(
                new PrintWriter(err),
                Stream.concat(Stream.of("--model=" + model, "--input=" + images), Stream.of(more))
                        .toArray(String[]::new));
    }
}
