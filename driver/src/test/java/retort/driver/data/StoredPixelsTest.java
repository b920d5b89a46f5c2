package retort.driver.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of a file that has more than may be in memory are those of one that has not. */
class StoredPixelsTest {
    private static final int TRAIN = 2000;
    private static final int TESTS = 500;
    private static final ImageMemory ONE = new ImageMemory(Optional.of(1));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "|u1, 1, false",
        "|u1, 3, true",
        "<f2, 1, false",
        "<f4, 1, false",
        ">f4, 3, true",
        "<f8, 1, true",
        ">f8, 1, false"
    })
    void haveTheNumbersAndTheDigestOfThoseInMemory(String type, int channels, boolean transposed) throws IOException {
        write(type, channels);
        Dataset memory = open(ImageMemory.ANY, transposed);
        Dataset stored = open(ONE, transposed);
        assertEquals(0, memory.train().blocksInMemory());
        assertTrue(stored.train().blocksInMemory() > 0 && stored.test().blocksInMemory() > 0);
        assertTrue(
                stored.train().bytes() <= (1 << 20) + 2 * TRAIN, stored.train().bytes() + " bytes");
        same(memory.test(), stored.test());
        same(memory.train(), stored.train());
        same(memory.train().prefix(1501), stored.train().prefix(1501));
        int[] some = IntStream.range(0, 300).map(i -> i * 7 % TRAIN).toArray();
        same(memory.train().at(some), stored.train().at(some));
        int[] ofThese = {299, 3, 0, 3};
        same(memory.train().at(some).at(ofThese), stored.train().at(some).at(ofThese));
    }

    private static void same(ImageSet expected, ImageSet actual) {
        assertEquals(expected.shape(), actual.shape());
        assertEquals(expected.digest(), actual.digest());
        assertEquals(expected.checksum(), actual.checksum());
        assertEquals(PixelStatistics.of(expected), PixelStatistics.of(actual));
        float[] image = new float[expected.pixels()];
        float[] other = new float[expected.pixels()];
        Random random = new Random(1);
        for (int draw = 0; draw < 100; draw++) {
            int i = random.nextInt(expected.size());
            expected.copyScaled(i, draw % 3 - 1, draw % 5 - 2, image, 0);
            actual.copyScaled(i, draw % 3 - 1, draw % 5 - 2, other, 0);
            assertArrayEquals(image, other);
            assertEquals(expected.label(i), actual.label(i));
        }
    }

    @Test
    void saysHowMuchIsInMemory() throws IOException {
        write("|u1", 1);
        Dataset stored = open(ONE, false);
        String tests = "set: 500 test images stay in their file: of 293.0 KiB at most 256.4 KiB are in memory";
        assertEquals(List.of(tests), stored.memory());
        stored.train();
        assertEquals(
                "set: 2,000 training images stay in their file: of 1.1 MiB at most 1.0 MiB are in memory, and epochs"
                        + " are shuffled by blocks",
                stored.memory().getFirst());
        assertEquals(
                "set: 1,900 training images stay in their file: of 1.1 MiB at most 1.0 MiB are in memory, and epochs"
                        + " are shuffled by blocks",
                open(ONE, false).atMost(1900, 1).memory().getFirst());
        Dataset room = open(new ImageMemory(Optional.of(2)), false);
        assertEquals(0, room.train().blocksInMemory());
        assertEquals(List.of(), room.memory());
    }

    /** Images of 600 bytes, 436 in a block, and 5 blocks, of which 4 have room. */
    @Test
    void blocksAreOfOneSizeWhateverHasRoom() throws IOException {
        write("|u1", 1);
        ImageSet train = open(ONE, false).train();
        assertEquals(4, train.blocksInMemory());
        for (int i = 0; i < TRAIN; i++) {
            assertEquals(i / 436, train.block(i));
        }
        assertEquals(2, train.at(new int[] {3, 1000, 1999}).block(1));
    }

    @Test
    void aFileThatIsShortenedMeanwhileIsToldOfInALine() throws IOException {
        write("|u1", 1);
        ImageSet train = open(ONE, false).train();
        float[] image = new float[train.pixels()];
        train.copyScaled(0, image, 0);
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("x_train.npy").toFile(), "rw")) {
            file.setLength(700_000);
        }
        train.copyScaled(435, image, 0);
        for (int i : new int[] {1999, 1999, 1200}) {
            assertEquals(
                    folder.resolve("x_train.npy") + ": can't be read: it was shortened while it was read",
                    assertThrows(BadDataException.class, () -> train.copyScaled(i, image, 0))
                            .getMessage());
        }
        assertThrows(BadDataException.class, train::digest);
        train.copyScaled(500, image, 0);
    }

    @Test
    void aFileOfAnotherLengthThanItsHeaderSaysIsRefusedBeforeItIsUsed() throws IOException {
        write("|u1", 1);
        Path images = folder.resolve("x_train.npy");
        byte[] whole = Files.readAllBytes(images);
        try (RandomAccessFile file = new RandomAccessFile(images.toFile(), "rw")) {
            file.setLength(whole.length - 1);
        }
        assertEquals(images + ": truncated: 1199999 bytes after the header, expected 1200000", refused());
        try (RandomAccessFile file = new RandomAccessFile(images.toFile(), "rw")) {
            file.setLength(whole.length + 1);
        }
        assertEquals(images + ": bytes follow the 1200000 that the header speaks of, expected none", refused());
    }

    @Test
    void aNumberThatIsNoneIsToldOfWhereItIsRead() throws IOException {
        write("<f4", 1);
        Path images = folder.resolve("x_train.npy");
        byte[] bytes = Files.readAllBytes(images);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(128 + 4 * 600_123, Float.POSITIVE_INFINITY);
        Files.write(images, bytes);
        ImageSet train = open(ONE, false).train();
        String problem = images + ": has Infinity at element 600123, expected finite numbers";
        assertEquals(
                problem,
                assertThrows(BadDataException.class, () -> train.copyScaled(1000, new float[600], 0))
                        .getMessage());
        assertEquals(
                problem, assertThrows(BadDataException.class, train::digest).getMessage());
        train.copyScaled(999, new float[600], 0);
    }

    @Test
    void packedImagesThatHaveNoRoomAreUnpacked() throws IOException {
        byte[] images = IdxBytes.images(TRAIN, 30, 20);
        Path packed = Files.write(folder.resolve("train-images-idx3-ubyte.gz"), IdxBytes.gzip(images));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), IdxBytes.labels(new int[TRAIN]));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), IdxBytes.images(1, 30, 20));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), IdxBytes.labels(1));
        Dataset set = new IdxSet(new FolderFiles(folder)).read("set", Form.PLAIN.with(ONE));
        assertEquals(4, set.train().blocksInMemory());
        assertEquals(
                List.of("set: 2,000 training images are unpacked into " + System.getProperty("java.io.tmpdir")
                        + ", until the command ends: of 1.1 MiB at most 1.0 MiB are in memory, and epochs are shuffled by"
                        + " blocks"),
                set.memory());
        Dataset memory = new IdxSet(new FolderFiles(folder)).read("set", Form.PLAIN.with(ImageMemory.ANY));
        same(memory.train(), set.train());
        Files.write(packed, Arrays.copyOf(Files.readAllBytes(packed), 5000));
        Dataset cut = new IdxSet(new FolderFiles(folder)).read("set", Form.PLAIN.with(ONE));
        assertEquals(
                packed + ": truncated: it ends too early, expected a whole IDX file",
                assertThrows(BadDataException.class, cut::train).getMessage());
        byte[] more = Arrays.copyOf(images, images.length + 1);
        Files.write(packed, IdxBytes.gzip(more));
        Dataset longer = new IdxSet(new FolderFiles(folder)).read("set", Form.PLAIN.with(ONE));
        assertEquals(
                packed + ": bytes follow the 1200000 that the header speaks of, expected none",
                assertThrows(BadDataException.class, longer::train).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"|u1", "<f4", ">f8"})
    void arraysOfAnArchiveAreUnpackedToo(String type) throws IOException {
        write(type, 3);
        Path archive = folder.resolve("set.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (String name : List.of("x_train", "y_train", "x_test", "y_test")) {
                zip.putNextEntry(new ZipEntry(name + ".npy"));
                Files.copy(folder.resolve(name + ".npy"), zip);
            }
        }
        Dataset packed = new NumpySet(new ZipFiles(archive)).read("set", Form.PLAIN.with(ONE));
        Dataset memory = open(ImageMemory.ANY, false);
        assertTrue(packed.train().blocksInMemory() > 0);
        same(memory.test(), packed.test());
        same(memory.train(), packed.train());
    }

    @Test
    void thereMustBeRoomForWhatIsUnpacked() {
        String message = assertThrows(BadDataException.class, () -> new UnpackedFile("set.gz", 1L << 60))
                .getMessage();
        assertTrue(
                message.startsWith("set.gz: its images take 1048576.0 TiB unpacked, for which there is no room"),
                message);
    }

    private void write(String type, int channels) throws IOException {
        int[] extents = channels == 1 ? new int[] {TRAIN, 30, 20} : new int[] {TRAIN, 30, 20, channels};
        Files.write(folder.resolve("x_train.npy"), NpyBytes.random(type, 1, extents));
        extents[0] = TESTS;
        Files.write(folder.resolve("x_test.npy"), NpyBytes.random(type, 2, extents));
        Files.write(folder.resolve("y_train.npy"), NpyBytes.labels(TRAIN));
        Files.write(folder.resolve("y_test.npy"), NpyBytes.labels(TESTS));
    }

    private Dataset open(ImageMemory memory, boolean transposed) {
        Form form = new Form(Optional.empty(), transposed, Optional.empty(), memory);
        return new NumpySet(new FolderFiles(folder)).read("set", form);
    }

    private String refused() {
        Dataset data = open(ONE, false);
        return assertThrows(BadDataException.class, data::train).getMessage();
    }
}
