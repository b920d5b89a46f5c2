package retort.driver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.BadDataException;
import retort.driver.data.ImageSet;
import retort.driver.data.NumberType;
import retort.driver.data.SyntheticSet;
import retort.driver.job.Distortion;
import retort.driver.job.Views;
import retort.nn.SafeTensors;

class LogitsFileTest {
    private static final Path RESOURCES = Path.of("src/test/resources/retort/driver/store");
    private static final int ROWS = 20;
    private static final int CLASSES = 10;
    private static final ImageSet IMAGES = SyntheticSet.images(ROWS);

    @TempDir
    private Path folder;

    /** The numbers that both of NumPy's files were made with. */
    private static float[] values() {
        float[] values = new float[ROWS * CLASSES];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i / CLASSES * 7 + i % CLASSES * 13) % 29 / 4f - 3;
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"numpy-20x10.npy", "numpy-float64-20x10.npy"})
    void readsWhatNumpyWrote(String name) {
        LogitsFile read = LogitsFile.read(RESOURCES.resolve(name), IMAGES);
        assertArrayEquals(values(), read.logits().values());
        assertEquals(CLASSES, read.logits().classes());
        assertTrue(!read.namesItsData());
    }

    /** By the rules of numpy.lib.format 1.0. */
    @Test
    void oursIsAnNpyByTheRulesOfTheFormat() throws IOException {
        Path file = written("own.npy", NumberType.FLOAT32, ROWS);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[6];
        bytes.get(magic);
        assertArrayEquals(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'}, magic);
        assertEquals(1, bytes.get());
        assertEquals(0, bytes.get());
        byte[] header = new byte[Short.toUnsignedInt(bytes.getShort())];
        bytes.get(header);
        assertEquals(0, bytes.position() % 64, "the data is aligned");
        String text = new String(header, StandardCharsets.US_ASCII);
        assertTrue(text.endsWith("\n"), text);
        assertEquals("{'descr': '<f4', 'fortran_order': False, 'shape': (20, 10,), }", text.strip());
        float[] found = new float[ROWS * CLASSES];
        bytes.asFloatBuffer().get(found);
        assertArrayEquals(values(), found);
        assertEquals(4 * found.length, bytes.remaining());
        String sidecar = Files.readString(folder.resolve("own.npy.json"));
        assertTrue(sidecar.contains("\"data-sha256\": \"" + IMAGES.digest() + "\""), sidecar);
    }

    @Test
    void oursIsASafetensorsFile() {
        Path file = written("own.safetensors", NumberType.FLOAT32, ROWS);
        SafeTensors read = SafeTensors.read(file);
        assertArrayEquals(values(), read.tensors().get("logits").elements());
        assertEquals("abc", read.metadata().get("teacher-sha256"));
        assertEquals(IMAGES.digest(), read.metadata().get("data-sha256"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"half.npy", "half.safetensors"})
    void halvesAreReadAsTheyWereRounded(String name) {
        Path file = written(name, NumberType.FLOAT16, ROWS);
        // All of these are multiples of a quarter, which a half holds.
        assertArrayEquals(values(), LogitsFile.read(file, IMAGES).logits().values());
        LogitsOrigin origin = origin(IMAGES, ROWS);
        try (LogitsWriter writer =
                new LogitsWriter(folder.resolve("x.npy"), LogitsFormat.NPY, origin, NumberType.FLOAT16, 1)) {
            float[] large = new float[CLASSES];
            large[3] = 70_000;
            String message = assertThrows(BadDataException.class, () -> writer.append(large))
                    .getMessage();
            assertTrue(message.endsWith("the logit 70000.0 does not fit float16; --type=float32 holds it"), message);
        }
    }

    @Test
    void csvHasALineForEachImage() throws IOException {
        StringBuilder text = new StringBuilder("zero,one,two,three,four,five,six,seven,eight,nine\n");
        float[] values = values();
        for (int row = 0; row < ROWS; row++) {
            for (int c = 0; c < CLASSES; c++) {
                text.append(values[row * CLASSES + c]).append(c == CLASSES - 1 ? "\r\n" : ", ");
            }
        }
        Path file = Files.writeString(folder.resolve("logits.csv"), text);
        assertArrayEquals(values, LogitsFile.read(file, IMAGES).logits().values());
        Files.writeString(file, text.toString().replaceFirst("\r\n", ",1\r\n"));
        refused(file, IMAGES, "line 2 has 11 numbers, expected a logit for each of 10 classes");
        Files.writeString(file, text + "0,0,0,0,0,0,0,0,0,0\n");
        refused(file, IMAGES, "has more than the expected 20 lines");
        Files.writeString(file, text.substring(0, text.length() / 2));
        refused(file, IMAGES, "");
        Files.writeString(file, text.toString().replaceFirst("-3.0", "NaN"));
        refused(file, IMAGES, "line 2 has more than numbers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"own.npy", "own.safetensors"})
    void otherDataIsRefusedWithBothHashes(String name) {
        Path file = written(name, NumberType.FLOAT32, ROWS);
        byte[] pixels = SyntheticSet.pixels(ROWS);
        pixels[5]++;
        ImageSet other = new ImageSet(SyntheticSet.SIDE, SyntheticSet.SIDE, pixels, SyntheticSet.labels(ROWS));
        refused(
                file,
                other,
                "is of other data; the SHA-256 of its data is " + IMAGES.digest() + ", expected " + other.digest());
        ImageSet fewer = SyntheticSet.images(ROWS - 1);
        refused(
                file,
                fewer,
                "holds logits of 20 images and 10 classes, expected 19 and 10; the SHA-256 of its data is "
                        + IMAGES.digest() + ", expected " + fewer.digest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut.npy", "cut.safetensors"})
    void aPartIsGoneOnWithAfterItsLastWholeChunk(String name) throws IOException {
        Path file = folder.resolve(name);
        LogitsFormat format = LogitsFormat.of(file).orElseThrow();
        LogitsOrigin origin = origin(IMAGES, ROWS);
        try (LogitsWriter writer = new LogitsWriter(file, format, origin, NumberType.FLOAT32, 4)) {
            writer.append(Arrays.copyOf(values(), 8 * CLASSES));
        }
        Path part = LogitsWriter.part(file);
        byte[] left = Files.readAllBytes(part);
        Files.write(part, Arrays.copyOf(left, left.length - 7));
        assertTrue(Files.notExists(file));
        try (LogitsWriter writer = new LogitsWriter(file, format, origin, NumberType.FLOAT32, 4)) {
            assertEquals(4, writer.rows());
            writer.append(Arrays.copyOfRange(values(), 4 * CLASSES, ROWS * CLASSES));
            writer.finish();
        }
        assertTrue(Files.notExists(part));
        assertArrayEquals(values(), LogitsFile.read(file, IMAGES).logits().values());
        Path other = written("whole" + name, NumberType.FLOAT32, ROWS);
        assertEquals(-1, Files.mismatch(file, other));
    }

    @Test
    void aPartOfOtherDataIsNotGoneOnWith() {
        Path file = folder.resolve("part.safetensors");
        new LogitsWriter(file, LogitsFormat.SAFETENSORS, origin(IMAGES, ROWS), NumberType.FLOAT32, 1).close();
        LogitsOrigin other = origin(SyntheticSet.images(ROWS + 1), ROWS);
        String message = assertThrows(
                        BadDataException.class,
                        () -> new LogitsWriter(file, LogitsFormat.SAFETENSORS, other, NumberType.FLOAT32, 1))
                .getMessage();
        assertTrue(message.contains("is of other data, teachers or settings"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.npy", "views.safetensors"})
    void viewsAreReadAsTheyWereWritten(String name) throws IOException {
        Views views = new Views(2, 3, new Distortion(0.25f, 5), -7);
        Path file = folder.resolve(name);
        LogitsFormat format = LogitsFormat.of(file).orElseThrow();
        float[] asTheyAre = Arrays.copyOf(values(), 10 * CLASSES);
        ImageSet images = SyntheticSet.images(10);
        LogitsOrigin origin = origin(images, 10, Optional.of(views));
        try (LogitsWriter writer = new LogitsWriter(file, format, origin, NumberType.FLOAT32, 1)) {
            writer.append(values());
            writer.append(asTheyAre);
            writer.finish();
        }
        LogitsFile read = LogitsFile.read(file, images);
        assertArrayEquals(asTheyAre, read.logits().values());
        assertEquals(views, read.views().orElseThrow().views());
        float[] targets = new float[2 * (CLASSES + 1)];
        read.views().orElseThrow().label(new int[] {4, 0}, views.of(1), new float[0], targets);
        float[] second = Arrays.copyOfRange(values(), 14 * CLASSES, 15 * CLASSES);
        assertArrayEquals(second, Arrays.copyOf(targets, CLASSES));
        float[] first = Arrays.copyOfRange(values(), 10 * CLASSES, 11 * CLASSES);
        assertArrayEquals(first, Arrays.copyOfRange(targets, CLASSES + 1, 2 * CLASSES + 1));
        Path described = format == LogitsFormat.NPY ? LogitsFormat.sidecar(file) : file;
        String text = Files.readString(described, StandardCharsets.ISO_8859_1);
        for (String other : new String[] {"3", "0", "x"}) {
            String changed = text.replaceFirst("(\"views\": ?\")2", "$1" + other);
            Files.writeString(described, changed, StandardCharsets.ISO_8859_1);
            String of = other.equals("3") ? "holds logits of images as they are and of 2 views, and describes 3" : "";
            refused(file, images, of.isEmpty() ? "what it says of its views is none of label's: " : of);
        }
    }

    @Test
    void viewsWithoutWhatIsBesideThemAreRefused() throws IOException {
        Path file = folder.resolve("alone.npy");
        ImageSet images = SyntheticSet.images(10);
        Views views = new Views(1, 3, Distortion.NONE, 0);
        try (LogitsWriter writer = new LogitsWriter(
                file, LogitsFormat.NPY, origin(images, 10, Optional.of(views)), NumberType.FLOAT32, 1)) {
            writer.append(values());
            writer.finish();
        }
        Files.delete(LogitsFormat.sidecar(file));
        refused(
                file,
                images,
                "holds logits of images as they are and of 1 views, and describes 0; what 'label' says of an .npy is in a"
                        + " .npy.json beside it");
    }

    /** Who may write to the folder could have had any file of ours emptied. */
    @Test
    void aPartThatIsALinkIsNotFollowed() throws IOException {
        Path file = folder.resolve("linked.npy");
        Path other = Files.createFile(folder.resolve("other"));
        Files.createSymbolicLink(LogitsWriter.part(file), other);
        assertThrows(
                UncheckedIOException.class,
                () -> new LogitsWriter(file, LogitsFormat.NPY, origin(IMAGES, ROWS), NumberType.FLOAT32, 1));
        assertThrows(UncheckedIOException.class, () -> LogitsWriter.discard(file));
        assertEquals(0, Files.size(other));
    }

    /** 2^32 + 20 was taken for 20. */
    @ParameterizedTest
    @ValueSource(strings = {"[4294967316,10]", "[20.5,10]", "[1e99,10]", "[20]", "[20,10,1,1]", "[0,10]"})
    void aShapeThatIsNoneIsRefused(String shape) throws IOException {
        Path file = written("shape.safetensors", NumberType.FLOAT32, ROWS);
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
        byte[] changed = header.replace("[20,10]", shape).getBytes(StandardCharsets.UTF_8);
        Files.write(
                file,
                ByteBuffer.allocate(8 + changed.length + bytes.length - 8 - length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(changed.length)
                        .put(changed)
                        .put(bytes, 8 + length, bytes.length - 8 - length)
                        .array());
        refused(file, IMAGES, "its tensor is {");
    }

    /** Its lock would be held as long as the process runs. */
    @Test
    void aWriterThatCanNotBeginLetsItsFileGo() throws IOException {
        Path file = folder.resolve("own.npy");
        Path inTheWay = Files.createDirectories(
                LogitsFormat.sidecar(LogitsWriter.part(file)).resolve("more"));
        assertThrows(
                UncheckedIOException.class,
                () -> new LogitsWriter(file, LogitsFormat.NPY, origin(IMAGES, ROWS), NumberType.FLOAT32, 1));
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        assertArrayEquals(
                values(),
                LogitsFile.read(written("own.npy", NumberType.FLOAT32, ROWS), IMAGES)
                        .logits()
                        .values());
    }

    @Test
    void anArrayOfThousandsOfAxesIsRefused() throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, ".repeat(15_000) + "1), }\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        Path file = Files.write(
                folder.resolve("axes.npy"), bytes.put(header.getBytes()).array());
        refused(file, IMAGES, "its header speaks of 15001 axes, expected at most 8");
    }

    private void refused(Path file, ImageSet images, String problem) {
        String message = assertThrows(BadDataException.class, () -> LogitsFile.read(file, images))
                .getMessage();
        assertTrue(message.startsWith(file + ": " + problem), message);
        assertEquals(1, message.lines().count(), message);
    }

    private Path written(String name, NumberType type, int rows) {
        Path file = folder.resolve(name);
        try (LogitsWriter writer =
                new LogitsWriter(file, LogitsFormat.of(file).orElseThrow(), origin(IMAGES, rows), type, 1)) {
            writer.append(values());
            writer.finish();
        }
        return file;
    }

    private static LogitsOrigin origin(ImageSet images, int rows) {
        return origin(images, rows, Optional.empty());
    }

    private static LogitsOrigin origin(ImageSet images, int rows, Optional<Views> views) {
        return new LogitsOrigin(
                "synthetic",
                "train",
                images.digest(),
                rows,
                CLASSES,
                List.of("teacher.safetensors"),
                List.of("abc"),
                "logits",
                "cpu-scalar",
                views);
    }
}
