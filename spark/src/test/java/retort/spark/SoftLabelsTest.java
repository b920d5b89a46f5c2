package retort.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.Main;
import retort.driver.cli.ExitCode;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Layer;
import retort.nn.Model;
import retort.nn.Predictor;
import retort.nn.Sequential;
import scala.jdk.javaapi.CollectionConverters;

/** Labels on Spark, in this process. */
class SoftLabelsTest {
    private static final int PIXELS = 16;
    private static final int CLASSES = 3;
    private static final int IMAGES = 50;
    private static final Architecture ARCHITECTURE = Architecture.of(
            Shape.of(4, 4, 1), new Layer.Conv2D(2, 3, 3), new Layer.Flatten(), new Layer.Dense(CLASSES));

    @TempDir
    private static Path folder;

    private static SparkSession spark;
    private static Path file;
    private static Teacher teacher;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[2]")
                .appName("test")
                .config("spark.ui.enabled", false)
                .config("spark.task.maxFailures", 1)
                .getOrCreate();
        file = folder.resolve("teacher.safetensors");
        try (Backend backend = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults());
                Sequential model = Sequential.create(backend, ARCHITECTURE, Initializer.GLOROT_UNIFORM, 1)) {
            model.save(file, Map.of());
        }
        teacher = Teacher.of(spark, file);
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void labelsAreThoseOfTheModelAndOtherColumnsStay() {
        List<Row> rows = SoftLabels.of(bytes(), teacher).collectAsList();
        assertEquals(IMAGES, rows.size());
        for (Row row : rows) {
            float[] expected = expected(file, inputs(row.<Long>getAs("id").intValue()));
            assertArrayEquals(expected, floats(row));
            assertEquals(best(expected), row.<Integer>getAs("prediction"));
            assertEquals("name " + row.getAs("id"), row.getAs("name"));
        }
    }

    @Test
    void teachersOfOnnxAreReadToo() {
        Path onnx = folder.resolve("teacher.onnx");
        PrintWriter said = new PrintWriter(new StringWriter());
        assertEquals(ExitCode.DONE, Main.run(said, said, "export", file.toString(), "--out=" + onnx));
        for (Row row : SoftLabels.of(bytes(), Teacher.of(spark, onnx)).collectAsList()) {
            float[] inputs = inputs(row.<Long>getAs("id").intValue());
            assertArrayEquals(expected(onnx, inputs), floats(row));
        }
    }

    /** Spark's pages show the accumulators of a stage that have names. */
    @Test
    void imagesAreCountedForSparksPages() throws TimeoutException {
        Map<String, Object> counted = new ConcurrentHashMap<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onStageCompleted(SparkListenerStageCompleted stage) {
                CollectionConverters.asJava(stage.stageInfo().accumulables())
                        .values()
                        .forEach(each -> counted.put(
                                each.name().getOrElse(() -> ""), each.value().getOrElse(() -> "")));
            }
        };
        spark.sparkContext().addSparkListener(listener);
        SoftLabels.of(bytes(), teacher).collectAsList();
        spark.sparkContext().listenerBus().waitUntilEmpty();
        spark.sparkContext().removeSparkListener(listener);
        assertEquals((long) IMAGES, counted.get("retort: images"), counted.toString());
        assertTrue((double) counted.get("retort: images/s of a task") > 0, counted.toString());
    }

    @Test
    void float16IsRoundedToBytes() {
        Labelling how = new Labelling("image", Labelling.Type.FLOAT16, Labelling.OnError.FAIL, 7);
        Map<Long, float[]> whole = new HashMap<>();
        SoftLabels.of(bytes(), teacher).collectAsList().forEach(row -> whole.put(row.getAs("id"), floats(row)));
        for (Row row : SoftLabels.of(bytes(), teacher, how).collectAsList()) {
            ByteBuffer halves = ByteBuffer.wrap(row.getAs("logits")).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : whole.get(row.<Long>getAs("id"))) {
                assertEquals(Float.floatToFloat16(value), halves.getShort());
            }
        }
    }

    @Test
    void aBadRowIsKeptWithItsProblemOrStopsTheJob() {
        List<Row> rows = new ArrayList<>();
        rows.add(RowFactory.create(0L, new Float[PIXELS]));
        rows.add(RowFactory.create(1L, new Float[] {1f}));
        rows.add(RowFactory.create(2L, null));
        Float[] good = new Float[PIXELS];
        Arrays.fill(good, 0.5f);
        rows.add(RowFactory.create(3L, good));
        Dataset<Row> images = images(rows, DataTypes.createArrayType(DataTypes.FloatType));
        Labelling keep = new Labelling("image", Labelling.Type.FLOAT32, Labelling.OnError.KEEP, 2);
        List<Row> labelled = SoftLabels.of(images, teacher, keep).collectAsList();
        assertEquals(4, labelled.size());
        assertEquals(
                "the image has null at element 0, expected finite numbers",
                labelled.get(0).getAs("errors"));
        assertEquals(
                "the image has 1 numbers, expected 16 for 4 x 4 x 1",
                labelled.get(1).getAs("errors"));
        assertEquals("the image is null", labelled.get(2).getAs("errors"));
        assertNull(labelled.get(2).getAs("logits"));
        assertNull(labelled.get(3).getAs("errors"));
        float[] halves = new float[PIXELS];
        Arrays.fill(halves, 0.5f);
        assertArrayEquals(expected(file, halves), floats(labelled.get(3)));
        Exception failed = assertThrows(
                Exception.class, () -> SoftLabels.of(images, teacher).collectAsList());
        String told = Failures.reason(failed).getMessage();
        assertTrue(told.startsWith("the row of id "), told);
        assertTrue(told.endsWith("; --on-error=keep puts that into a column"), told);
    }

    @Test
    void refusesColumnsThatHoldNoImages() {
        Dataset<Row> images = bytes();
        refused("there is no column picture among id, image", images, "picture");
        refused("the column id is of type bigint, expected binary, array<float> or an image", images, "id");
        refused("the column logits is there already", images.withColumn("logits", images.col("id")), "image");
    }

    @Test
    void idxFilesAreReadInStretches() throws IOException {
        for (boolean packed : new boolean[] {false, true}) {
            Path idx = folder.resolve("images-idx3-ubyte" + (packed ? ".gz" : ""));
            try (DataOutputStream out = new DataOutputStream(
                    packed ? new GZIPOutputStream(Files.newOutputStream(idx)) : Files.newOutputStream(idx))) {
                for (int number : new int[] {0x803, IMAGES, 4, 4}) {
                    out.writeInt(number);
                }
                for (int i = 0; i < IMAGES; i++) {
                    out.write(levels(i));
                }
            }
            List<Row> rows = IdxImages.open(idx.toString()).rows(spark, 7).collectAsList();
            assertEquals(IMAGES, rows.size());
            for (int i = 0; i < IMAGES; i++) {
                assertEquals(i, rows.get(i).<Long>getAs("id"));
                assertArrayEquals(levels(i), rows.get(i).<byte[]>getAs("image"));
            }
        }
    }

    @Test
    void foldersOfImagesAreReadBySparksReader() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, 4, 4, levels(3));
        ImageIO.write(image, "png", images.resolve("3.png").toFile());
        Files.writeString(images.resolve("none.png"), "no image");
        Labelling keep = new Labelling("image", Labelling.Type.FLOAT32, Labelling.OnError.KEEP, 10);
        List<Row> rows = SoftLabels.of(ImageFiles.read(spark, images.toString()), teacher, keep)
                .orderBy("path")
                .collectAsList();
        assertEquals(2, rows.size());
        assertArrayEquals(expected(file, inputs(3)), floats(rows.get(0)));
        assertEquals("the image can't be decoded", rows.get(1).getAs("errors"));
    }

    @Test
    void anExecutorThatCantReadTheModelSaysSo() {
        Path sent = folder.resolve("sent.safetensors");
        try (Backend backend = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults());
                Sequential model = Sequential.create(backend, ARCHITECTURE, Initializer.GLOROT_UNIFORM, 2)) {
            model.save(sent, Map.of());
        }
        Teacher cut = Teacher.of(spark, sent).with(spark, new byte[1]);
        Exception failed =
                assertThrows(Exception.class, () -> SoftLabels.of(bytes(), cut).collectAsList());
        String told = Failures.reason(failed).getMessage();
        assertTrue(told.startsWith("an executor can't read the model: "), told);
    }

    private static void refused(String problem, Dataset<Row> images, String column) {
        Labelling how = new Labelling(column, Labelling.Type.FLOAT32, Labelling.OnError.FAIL, 10);
        String told = assertThrows(LabellingException.class, () -> SoftLabels.of(images, teacher, how))
                .getMessage();
        assertTrue(told.startsWith(problem), told);
    }

    private static Dataset<Row> bytes() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            rows.add(RowFactory.create((long) i, levels(i)));
        }
        return images(rows, DataTypes.BinaryType).selectExpr("id", "image", "concat('name ', id) as name");
    }

    private static Dataset<Row> images(List<Row> rows, DataType type) {
        return spark.createDataFrame(
                rows, new StructType().add("id", DataTypes.LongType).add("image", type));
    }

    private static byte[] levels(int i) {
        byte[] levels = new byte[PIXELS];
        new Random(i).nextBytes(levels);
        return levels;
    }

    /** As networks see it. */
    private static float[] inputs(int i) {
        byte[] levels = levels(i);
        float[] inputs = new float[PIXELS];
        for (int p = 0; p < PIXELS; p++) {
            inputs[p] = (levels[p] & 0xFF) / 255f;
        }
        return inputs;
    }

    private static float[] expected(Path teacher, float[] inputs) {
        float[] logits = new float[CLASSES];
        try (Model model = Model.load(teacher, Engine.CPU_SIMD);
                Predictor predictor = model.predictor()) {
            predictor.logits(inputs, 1, logits);
        }
        return logits;
    }

    private static float[] floats(Row row) {
        List<Float> logits = row.getList(row.fieldIndex("logits"));
        float[] floats = new float[logits.size()];
        for (int c = 0; c < floats.length; c++) {
            floats[c] = logits.get(c);
        }
        return floats;
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            best = logits[c] > logits[best] ? c : best;
        }
        return best;
    }
}
