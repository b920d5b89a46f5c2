package retort.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.cli.ExitCode;
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
        Architecture architecture = Architecture.of(Shape.of(PIXELS), new Layer.Dense(3));
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

    private static int label(StringWriter err, String... more) {
        return Label.run(
                new PrintWriter(err),
                Stream.concat(Stream.of("--model=" + model, "--input=" + images), Stream.of(more))
                        .toArray(String[]::new));
    }
}
