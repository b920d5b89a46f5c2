package retort.driver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.BadDataException;
import retort.driver.data.ImageSet;
import retort.driver.data.NumberType;
import retort.driver.data.SyntheticSet;

/** Folders that Spark 4.2 wrote, of the numbers of {@link LogitsFileTest}'s files: two files each, rows in no order. */
class LogitsParquetTest {
    private static final Path RESOURCES = Path.of("src/test/resources/retort/driver/store");
    private static final String FLOATS = "spark-20x10";
    private static final String FIRST = "part-00000.gz.parquet";
    private static final String SECOND = "part-00001.gz.parquet";
    private static final int ROWS = 20;
    private static final ImageSet IMAGES = SyntheticSet.images(ROWS);

    @TempDir
    private Path folder;

    /** Kept as .safetensors, they are the same bits. */
    @ParameterizedTest
    @ValueSource(strings = {FLOATS, "spark-float16-20x10"})
    void readsWhatSparkWrote(String name) {
        LogitsFile numpy = LogitsFile.read(RESOURCES.resolve("numpy-20x10.npy"), IMAGES);
        LogitsFile read = LogitsFile.read(RESOURCES.resolve(name), IMAGES);
        assertEquals(10, read.logits().classes());
        assertEquals("00", read.metadata().get(LogitsOrigin.TEACHER_DIGEST));
        Path kept = folder.resolve("kept.safetensors");
        LogitsOrigin origin = new LogitsOrigin(
                "synthetic",
                "train",
                IMAGES.digest(),
                ROWS,
                10,
                List.of("teacher.safetensors"),
                List.of("00"),
                "logits",
                "cpu-simd",
                Optional.empty());
        try (LogitsWriter writer = new LogitsWriter(kept, LogitsFormat.SAFETENSORS, origin, NumberType.FLOAT32, 1)) {
            writer.append(numpy.logits().values());
            writer.finish();
        }
        float[] expected = LogitsFile.read(kept, IMAGES).logits().values();
        assertArrayEquals(bits(expected), bits(read.logits().values()));
    }

    @Test
    void eachImageIsThereOnce() throws IOException {
        Path logits = copy(FLOATS);
        Files.copy(logits.resolve(FIRST), logits.resolve("part-00002.gz.parquet"));
        refused(logits, logits.resolve("part-00002.gz.parquet"), "has the id ", " once more");
        Files.delete(logits.resolve("part-00002.gz.parquet"));
        Files.delete(logits.resolve(SECOND));
        refused(logits, logits, "has logits of 10 images, expected 20: none of the id ", "");
        Path more = copy("spark-float16-20x10");
        String message = assertThrows(
                        BadDataException.class, () -> LogitsFile.read(more, SyntheticSet.images(ROWS - 1)))
                .getMessage();
        assertTrue(message.endsWith(": has the id 19, expected 0 to 18"), message);
    }

    @Test
    void refusesWhatNoLabellingWrote() throws IOException {
        Path logits = copy(FLOATS);
        Files.write(logits.resolve(SECOND), Arrays.copyOf(Files.readAllBytes(logits.resolve(SECOND)), 700));
        refused(logits, logits.resolve(SECOND), "", "");
        Files.writeString(logits.resolve(SECOND), "");
        refused(logits, logits.resolve(SECOND), "", "");
        Files.writeString(logits.resolve(LogitsParquet.NOTE), "[");
        refused(logits, logits.resolve(LogitsParquet.NOTE), "is no note of a labelling", "");
        Files.delete(logits.resolve(LogitsParquet.NOTE));
        refused(logits, logits, "has no _retort.json: no labelling has ended there", "");
    }

    /** A byte turned over is refused in one line, or does no harm, as in a name. */
    @Test
    void damageIsRefused() throws IOException {
        Path logits = copy(FLOATS);
        byte[] whole = Files.readAllBytes(logits.resolve(FIRST));
        for (int at = 0; at < whole.length; at += 7) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) 0xFF;
            Files.write(logits.resolve(FIRST), damaged);
            try {
                LogitsFile.read(logits, IMAGES);
            } catch (BadDataException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }

    /** Of a mapped file a decompressor in native code would end the JVM. */
    @Test
    void aFileShortenedWhileItIsReadIsNoCrash() throws IOException {
        Path file = copy(FLOATS).resolve(FIRST);
        try (ParquetInput input = new ParquetInput(file)) {
            input.open();
            assertEquals(Files.size(file), input.length());
            assertArrayEquals(
                    Files.readAllBytes(file),
                    input.readRange(0, (int) Files.size(file)).array());
            Files.writeString(file, "PAR1");
            assertThrows(EOFException.class, () -> input.readRange(0, 5));
        }
    }

    @Test
    void theDigestIsOfAllFiles() throws IOException {
        Path logits = copy(FLOATS);
        String digest = LogitsFile.digest(logits);
        assertEquals(LogitsFile.digest(RESOURCES.resolve(FLOATS)), digest);
        Files.copy(logits.resolve(FIRST), logits.resolve(SECOND), StandardCopyOption.REPLACE_EXISTING);
        assertNotEquals(digest, LogitsFile.digest(logits));
    }

    private static void refused(Path logits, Path named, String start, String end) {
        String message = assertThrows(BadDataException.class, () -> LogitsFile.read(logits, IMAGES))
                .getMessage();
        assertTrue(message.startsWith(named + ": " + start), message);
        assertTrue(message.endsWith(end), message);
        assertEquals(1, message.lines().count(), message);
    }

    private Path copy(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(RESOURCES.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
