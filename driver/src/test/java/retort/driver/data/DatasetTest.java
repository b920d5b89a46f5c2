package retort.driver.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {
    private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    private static final String TRAIN_LABELS = "train-labels-idx1-ubyte.gz";
    private static final String TEST_IMAGES = "t10k-images-idx3-ubyte.gz";
    private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

    @TempDir
    private Path parent;

    private Path folder;

    /** A good set of three training images and two test images, half of its files gzip. */
    @BeforeEach
    void goodSet() throws IOException {
        folder = Files.createDirectory(parent.resolve("letters"));
        store(TRAIN_IMAGES, IdxBytes.images(3, 28, 28));
        store(TRAIN_LABELS, IdxBytes.gzip(IdxBytes.labels(4, 0, 9)));
        store(TEST_IMAGES, IdxBytes.gzip(IdxBytes.images(2, 28, 28)));
        store(TEST_LABELS, IdxBytes.labels(3, 3));
    }

    @Test
    void theEmbeddedFilesAreThoseOfTheirSource() throws Exception {
        List<String[]> sums = resource("SOURCE.txt")
                .lines()
                .filter(line -> line.matches("[0-9a-f]{64}  \\S+"))
                .map(line -> line.split("  "))
                .toList();
        assertEquals(4, sums.size());
        for (String[] sum : sums) {
            try (InputStream in = DatasetTest.class.getResourceAsStream("/mnist/" + sum[1])) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
                assertEquals(sum[0], HexFormat.of().formatHex(digest), sum[1]);
            }
        }
    }

    @Test
    void theEmbeddedSetIsMnist() {
        Dataset mnist = Dataset.embedded();

        assertEquals("MNIST", mnist.name());
        assertEquals(60_000, mnist.train().size());
        assertEquals(10_000, mnist.test().size());
        // How often each digit occurs, as published.
        assertArrayEquals(
                new int[] {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, classCounts(mnist.train()));
        assertArrayEquals(new int[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, classCounts(mnist.test()));
        float[] image = new float[28 * 28];
        mnist.train().copyScaled(0, image, 0);
        // The first training image, a 5, has its first ink in row 5.
        assertEquals(3 / 255f, image[5 * 28 + 12]);
    }

    @Test
    void readsPlainAndGzipFiles() {
        Dataset letters = Dataset.load(folder);

        assertEquals("letters", letters.name());
        assertEquals(3, letters.train().size());
        assertEquals(2, letters.test().size());
        assertEquals(9, letters.train().label(2));
        float[] image = new float[28 * 28];
        letters.test().copyScaled(1, image, 0);
        assertEquals(IdxBytes.pixel(28 * 28 + 5) / 255f, image[5]);
    }

    @Test
    void theTrainingImagesAreReadOnceAndOnlyWhenAskedFor() throws IOException {
        Dataset letters = Dataset.load(folder);
        assertSame(letters.train(), letters.train());
        store(TRAIN_IMAGES, new byte[3]);
        assertEquals(2, Dataset.load(folder).test().size());
    }

    @Test
    void theNameIsTheFoldersHoweverItIsWritten() {
        assertEquals(
                "letters",
                Dataset.load(folder.resolve("..").resolve("letters").resolve("."))
                        .name());
    }

    @Test
    void refusesAFolderThatIsMissingOrNone() {
        folder = parent.resolve("none");
        refused("none", "no such folder, expected one with four IDX files such as train-images-idx3-ubyte.gz");
        folder = parent.resolve("letters").resolve(TRAIN_IMAGES);
        refused(TRAIN_IMAGES, "not a folder");
    }

    /** A walk through folders fails in one of them. */
    @Test
    void theFolderThatCanNotBeReadIsNamed() {
        assertEquals(
                "a/b: can't be read: permission denied",
                FolderFiles.unreadable(Path.of("a"), new AccessDeniedException("a/b"))
                        .getMessage());
        assertEquals(
                "a: can't be read: odd",
                FolderFiles.unreadable(Path.of("a"), new IOException("odd")).getMessage());
    }

    /** TOML has no such numbers, and reports have TOML. */
    @Test
    void aNumberOfClassesHasNoZerosBeforeIt() {
        assertEquals(Optional.of("10"), new Form(Optional.empty(), false, Optional.of("010")).classes());
        assertEquals(Optional.of("0a"), new Form(Optional.empty(), false, Optional.of("0a")).classes());
    }

    @ParameterizedTest
    @ValueSource(strings = {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS})
    void namesTheFileThatIsMissing(String file) throws IOException {
        Files.delete(folder.resolve(file));
        refused(file.replace(".gz", ""), "no such file, with or without .gz");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 15, 16, 16 + 3 * 28 * 28 - 1})
    void refusesATruncatedFile(int bytes) throws IOException {
        store(TRAIN_IMAGES, Arrays.copyOf(IdxBytes.images(3, 28, 28), bytes));
        refused(TRAIN_IMAGES, "truncated: ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 12, 60, -9, -1})
    void refusesATruncatedGzip(int bytes) throws IOException {
        byte[] whole = IdxBytes.gzip(IdxBytes.images(2, 28, 28));
        store(TEST_IMAGES, Arrays.copyOf(whole, bytes < 0 ? whole.length + bytes : bytes));
        refused(TEST_IMAGES, "truncated: it ends too early");
    }

    @ParameterizedTest
    @CsvSource({"0, Not in GZIP format", "10, ''", "-8, Corrupt GZIP trailer", "-4, Corrupt GZIP trailer"})
    void refusesACorruptGzip(int at, String reason) throws IOException {
        byte[] bytes = IdxBytes.gzip(IdxBytes.images(2, 28, 28));
        bytes[at < 0 ? bytes.length + at : at] ^= 0x7F;
        store(TEST_IMAGES, bytes);
        refused(TEST_IMAGES, "not gzip, or corrupt (" + reason);
    }

    /** The JDK's own reader passes over it, and so would hide half a download that was begun again. */
    @ParameterizedTest
    @CsvSource({"1", "8", "9", "17", "18", "19", "100", "70000"})
    void refusesWhatFollowsAGzipFile(int bytes) throws IOException {
        byte[] whole = IdxBytes.gzip(IdxBytes.images(2, 28, 28));
        store(
                TEST_IMAGES,
                concatenated(whole, "text".repeat(bytes).substring(0, bytes).getBytes(StandardCharsets.UTF_8)));
        refused(TEST_IMAGES, "not gzip, or corrupt (bytes follow its end)");
        store(TEST_IMAGES, concatenated(whole, new byte[bytes]));
        refused(TEST_IMAGES, "not gzip, or corrupt (bytes follow its end)");
    }

    /** As {@code cat a.gz b.gz} makes it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16, 800, 16 + 2 * 28 * 28 - 1})
    void aGzipFileMayHaveSeveralMembers(int first) throws IOException {
        byte[] images = IdxBytes.images(2, 28, 28);
        byte[] begin = IdxBytes.gzip(Arrays.copyOf(images, first));
        byte[] rest = IdxBytes.gzip(Arrays.copyOfRange(images, first, images.length));
        store(TEST_IMAGES, concatenated(begin, rest));
        assertEquals(2, Dataset.load(folder).test().size());
        store(TEST_IMAGES, concatenated(concatenated(begin, rest), new byte[1]));
        refused(TEST_IMAGES, "not gzip, or corrupt (bytes follow its end)");
    }

    @Test
    void aHeaderOfMoreThanCanBeInTheFileIsRefusedBeforeMemoryIsTaken() throws IOException {
        byte[] header = IdxBytes.header(100_000, 28, 28);
        store(TRAIN_IMAGES, header);
        refused(TRAIN_IMAGES, "truncated: its header speaks of 78400000 bytes, expected at most 16 in a file of 16");
        byte[] bomb = IdxBytes.gzip(Arrays.copyOf(header, header.length + 78_400_000));
        store(TEST_IMAGES, bomb);
        refused(TEST_IMAGES, "its header speaks of 78400000 bytes, expected at most 67108864 in a file of ");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPipeOrFolderIsNotWaitedFor() throws Exception {
        Path pipe = folder.resolve(TEST_LABELS);
        Files.delete(pipe);
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        refused(TEST_LABELS, "can't be read: it is a pipe or device, expected a file of a data set");
        Files.delete(pipe);
        Files.createDirectory(pipe);
        refused(TEST_LABELS, "no such file, with or without .gz");
    }

    @Test
    void refusesAnotherMagicNumber() throws IOException {
        store(TRAIN_IMAGES, IdxBytes.labels(1, 2, 3));
        refused(TRAIN_IMAGES, "holds uint8 of 3, expected images: uint8 or floats of count x height x width");
        store(TRAIN_IMAGES, IdxBytes.gzip(IdxBytes.labels(1)));
        refused(TRAIN_IMAGES, "magic number 0x1f8b0800, expected that of IDX, such as 0x00000803");
    }

    @Test
    void refusesCountsThatDiffer() throws IOException {
        store(TEST_LABELS, IdxBytes.labels(1, 2, 3));
        refused(TEST_LABELS, "3 labels, expected 2 as in " + folder.resolve(TEST_IMAGES));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 128, 255})
    void aLabelAboveNineIsOfOneMoreClass(int label) throws IOException {
        store(TEST_LABELS, IdxBytes.labels(9, label));
        Dataset letters = Dataset.load(folder);
        assertEquals(label + 1, letters.classes());
        assertEquals(label, letters.test().label(1));
        assertEquals(label + 1, letters.train().classes());
    }

    @Test
    void refusesASetWithoutImages() throws IOException {
        store(TRAIN_IMAGES, IdxBytes.images(0, 28, 28));
        store(TRAIN_LABELS, IdxBytes.gzip(IdxBytes.labels()));
        refused(TRAIN_LABELS, "holds nothing: an extent of 0, expected at least 1");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, -1, holds nothing: an extent of -1",
        "2000000000, 28, 'truncated: 0 bytes after the header, expected 1568000000000'"
    })
    void refusesAHeaderThatCannotBeTrue(int count, int height, String problem) throws IOException {
        store(TRAIN_IMAGES, IdxBytes.header(count, height, 28));
        refused(TRAIN_IMAGES, problem);
    }

    @Test
    void refusesBytesThatFollow() throws IOException {
        byte[] bytes = IdxBytes.labels(3, 3);
        store(TEST_LABELS, Arrays.copyOf(bytes, bytes.length + 1));
        refused(TEST_LABELS, "bytes follow the 2 that the header speaks of, expected none");
    }

    @Test
    void refusesImagesOfAnotherSize() throws IOException {
        store(TEST_IMAGES, IdxBytes.gzip(IdxBytes.images(2, 14, 56)));
        refused(TRAIN_IMAGES, "images of 28 x 28, expected 14 x 56 as in " + folder.resolve(TEST_IMAGES));
    }

    @Test
    void refusesTestImagesThatAreNotLikeTheTrainingImages() {
        ImageSet wide = new ImageSet(2, 3, new byte[6], new byte[1]);
        ImageSet high = new ImageSet(3, 2, new byte[6], new byte[1]);
        String message = assertThrows(IllegalArgumentException.class, () -> new Dataset("x", wide, high))
                .getMessage();
        assertEquals(
                "dataset x: test images of 3 x 2 x 1 and 10 classes, expected 2 x 3 x 1 and 10 as in training",
                message);
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private void store(String file, byte[] bytes) throws IOException {
        Files.write(folder.resolve(file), bytes);
    }

    /** The training images are read late, and refused then. */
    private void refused(String file, String problem) {
        String message = assertThrows(
                        BadDataException.class, () -> Dataset.load(folder).train())
                .getMessage();
        assertTrue(message.contains(file + ": " + problem), message);
        assertEquals(1, message.lines().count(), message);
    }

    private static int[] classCounts(ImageSet images) {
        int[] counts = new int[ImageSet.CLASSES];
        for (int i = 0; i < images.size(); i++) {
            counts[images.label(i)]++;
        }
        return counts;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DatasetTest.class.getResourceAsStream("/mnist/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
