package retort.driver.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.Form;
import retort.driver.data.ImageMemory;
import retort.driver.data.ImageSet;
import retort.kernels.op.Shape;

class DataSetsTest {
    private static final Path NUMPY = Path.of("src/test/resources/retort/driver/store/keras-6x4x5.npz");
    private static final Form LETTERS = new Form(Optional.of("letters"), true, Optional.empty());

    @TempDir
    private Path folder;

    /** NumPy wrote it, with savez_compressed. */
    @Test
    void readsTheFourArraysOfAnNpz() {
        Dataset read = DataSets.open(NUMPY, Form.PLAIN);
        assertEquals("keras-6x4x5.npz", read.name());
        assertEquals(Shape.of(4, 5, 1), read.shape());
        assertEquals(3, read.classes());
        assertEquals(6, read.train().size());
        assertArrayEquals(new int[] {2, 2, 2}, read.train().counts());
        assertEquals(23 / 255f, image(read.train(), 1)[3]);
        assertEquals(2, read.test().label(0));
        assertEquals(100 / 255f, image(read.test(), 0)[0]);
    }

    @Test
    void imagesMayHaveChannelsAndBeFloats() throws IOException {
        write("train-images-idx4-float", idx(0x0D04, 2, 3, 2, 2), floats(24));
        write("train-labels-idx1-ubyte", idx(0x0801, 2), new byte[] {0, 1});
        write("test-images-idx4-float", idx(0x0D04, 1, 3, 2, 2), floats(12));
        write("test-labels-idx1-int", idx(0x0C01, 1), new byte[] {0, 0, 1, 43});
        Dataset read = DataSets.open(folder, Form.PLAIN);
        assertEquals(Shape.of(3, 2, 2), read.shape());
        assertEquals(300, read.classes());
        assertEquals(299, read.test().label(0));
        assertEquals(12 - 7.5f, image(read.train(), 1)[0]);
        Dataset turned = DataSets.open(folder, new Form(Optional.empty(), true, Optional.of("300")));
        assertEquals(Shape.of(2, 3, 2), turned.shape());
        // Row 1, column 0, second channel of what was row 0, column 1.
        assertEquals(image(read.train(), 0)[(0 * 2 + 1) * 2 + 1], image(turned.train(), 0)[(1 * 3 + 0) * 2 + 1]);
    }

    @Test
    void labelsFromOneAndTheMappingOfEmnist() throws IOException {
        for (String split : List.of("letters", "digits")) {
            letters("emnist-" + split, 1);
        }
        Files.writeString(folder.resolve("emnist-letters-mapping.txt"), "1 65 97\n2 66 98\n3 67 99\n");
        Dataset read = DataSets.open(folder, LETTERS);
        assertEquals(List.of("A", "B", "C"), read.classNames());
        assertEquals(2, read.test().label(0));
        assertEquals(0, read.train().label(0));
        assertTrue(
                read.remarks().getFirst().contains("label 1 is class 0"),
                read.remarks().toString());
        assertEquals(
                folder + ": several sets are there: digits, letters; --split=NAME says which", problem(Form.PLAIN));
        assertEquals(
                folder + ": no set 'byclass' is there, expected digits, letters",
                problem(new Form(Optional.of("byclass"), false, Optional.empty())));
    }

    @Test
    void namesComeFromTheUserToo() throws IOException {
        letters("emnist-letters", 0);
        Form cats = new Form(Optional.empty(), false, Optional.of("cat,dog,cow,owl"));
        assertEquals(
                List.of("cat", "dog", "cow", "owl"), DataSets.open(folder, cats).classNames());
        Path names = Files.writeString(folder.resolve("names"), "cat\ndog\ncow\n");
        Form file = new Form(Optional.empty(), false, Optional.of(names.toString()));
        assertEquals(List.of("cat", "dog", "cow"), DataSets.open(folder, file).classNames());
        Form spaced = new Form(Optional.empty(), false, Optional.of(" cat, dog ,cow"));
        assertEquals(List.of("cat", "dog", "cow"), DataSets.open(folder, spaced).classNames());
        assertTrue(problem(new Form(Optional.empty(), false, Optional.of("cat,dog\u202e,cow")))
                .contains("expected 1 to 40 printable characters"));
        assertTrue(problem(new Form(Optional.empty(), false, Optional.of("2"))).contains("label 2 of image"));
        assertTrue(problem(new Form(Optional.empty(), false, Optional.of("cat,cat")))
                .contains("names a class twice"));
        assertTrue(problem(new Form(Optional.empty(), false, Optional.of("nofile")))
                .contains("no such file"));
    }

    @Test
    void aZipIsLikeItsFolder() throws IOException {
        letters("gzip/emnist-letters", 1);
        Path zip = folder.resolve("all.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            try (var files = Files.list(folder.resolve("gzip"))) {
                for (Path file : files.toList()) {
                    out.putNextEntry(new ZipEntry("gzip/" + file.getFileName()));
                    out.write(Files.readAllBytes(file));
                }
            }
        }
        Dataset zipped = DataSets.open(zip, LETTERS);
        assertEquals(
                DataSets.open(folder.resolve("gzip"), LETTERS).train().digest(),
                zipped.train().digest());
    }

    @Test
    void aZipBombIsRefusedBeforeMemoryIsTaken() throws IOException {
        Path bomb = folder.resolve("bomb.npz");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(bomb))) {
            for (String name : List.of("x_train", "y_train", "x_test", "y_test")) {
                out.putNextEntry(new ZipEntry(name + ".npy"));
                String header = "{'descr': '<i8', 'fortran_order': False, 'shape': (20000000,), }\n";
                out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
                out.write(header.getBytes());
                for (int i = 0; i < 160; i++) {
                    out.write(new byte[1_000_000]);
                }
            }
        }
        String problem = assertThrows(BadDataException.class, () -> DataSets.open(bomb, Form.PLAIN))
                .getMessage();
        assertTrue(problem.contains("speaks of 160000000 bytes, expected at most 67108864"), problem);
    }

    @Test
    void foldersOfImagesAreClasses() throws IOException {
        for (String name : List.of("train/cat/1", "train/cat/2", "train/dog/1", "test/cat/1", "test/dog/1")) {
            image(name + ".png", 5, 3, name.contains("cat") ? 0x102030 : 0x808080);
        }
        Dataset read = DataSets.open(folder, Form.PLAIN);
        assertEquals(List.of("cat", "dog"), read.classNames());
        assertEquals(Shape.of(3, 5, 3), read.shape());
        assertEquals(3, read.train().size());
        assertArrayEquals(new float[] {0x10 / 255f, 0x20 / 255f, 0x30 / 255f}, first(image(read.train(), 0)));
        assertArrayEquals(new float[] {0x80 / 255f, 0x80 / 255f, 0x80 / 255f}, first(image(read.train(), 2)));
        image("train/dog/1.png", 4, 3, 0);
        String problem = assertThrows(
                        BadDataException.class,
                        () -> DataSets.open(folder, Form.PLAIN).train())
                .getMessage();
        assertTrue(problem.contains("1.png: an image of 3 x 4, expected 3 x 5 as the others"), problem);
    }

    @Test
    void withoutATestFolderEveryFifthImageTests() throws IOException {
        for (int i = 0; i < 10; i++) {
            image("10/" + i + ".png", 2, 2, i * 0x010101);
            image("9/" + i + ".png", 2, 2, i * 0x010101);
        }
        Dataset read = DataSets.open(folder, Form.PLAIN);
        assertEquals(List.of("9", "10"), read.classNames());
        assertEquals(Shape.of(2, 2, 1), read.shape());
        assertEquals(16, read.train().size());
        assertEquals(4 / 255f, image(read.test(), 0)[0]);
        assertEquals(9 / 255f, image(read.test(), 1)[0]);
        assertTrue(
                read.remarks().getFirst().contains("every fifth image"),
                read.remarks().toString());
    }

    @ParameterizedTest
    @CsvSource({"5, 3, 4, 3", "5, 3, 5, 4"})
    void imagesOfOtherSizesAreNamed(int width, int height, int otherWidth, int otherHeight) throws IOException {
        for (int i = 0; i < 5; i++) {
            image("a/" + i + ".png", width, height, 0);
            image("b/" + i + ".png", i == 4 ? otherWidth : width, i == 4 ? otherHeight : height, 0);
        }
        assertEquals(
                folder.resolve("b/4.png") + ": an image of " + otherHeight + " x " + otherWidth + ", expected " + height
                        + " x " + width + " as the others",
                problem(Form.PLAIN));
    }

    @Test
    void foldersOfPartsMayBeInCapitals() throws IOException {
        for (String name : List.of("Train/a/1", "Train/b/1", "Test/a/1", "Test/b/1")) {
            image(name + ".png", 2, 2, 0);
        }
        assertEquals(2, DataSets.open(folder, Form.PLAIN).train().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void imagesThatHaveNoRoomAreUnpackedIntoAFile(boolean transposed) throws IOException {
        for (int i = 0; i < 40; i++) {
            image((i % 2 == 0 ? "a/" : "b/") + i + ".png", 300, 200, i);
        }
        Form form = new Form(Optional.empty(), transposed, Optional.empty());
        Dataset memory = DataSets.open(folder, form);
        Dataset file = DataSets.open(folder, form.with(new ImageMemory(Optional.of(1))));
        assertEquals(memory.train().digest(), file.train().digest());
        assertEquals(memory.test().digest(), file.test().digest());
        assertEquals(0, memory.train().blocksInMemory());
        assertTrue(file.train().blocksInMemory() > 0);
        assertTrue(file.memory().getFirst().contains("training images are unpacked into "), file.memory() + "");
    }

    @Test
    void aSplitIsChosenOnlyWhereThereAreSome() throws IOException {
        image("a/0.png", 2, 2, 0);
        image("b/0.png", 2, 2, 0);
        Form letters = new Form(Optional.of("letters"), false, Optional.empty());
        assertTrue(problem(letters).endsWith("has no files of several sets, which --split=letters chooses from"));
    }

    /** The training images of one were taken with the labels of the other. */
    @Test
    void filesOfTwoFoldersAreNoSet() throws IOException {
        letters("a/emnist-letters", 0);
        letters("b/c/emnist-letters", 0);
        assertEquals(
                folder + ": has files of one set in several folders, a and b/c, expected one: --data="
                        + folder.resolve("b/c"),
                problem(Form.PLAIN));
        assertEquals(3, DataSets.open(folder.resolve("b/c"), Form.PLAIN).train().size());
    }

    /** Their class could be either. */
    @Test
    void imagesBelowTheFolderOfAClassAreRefused() throws IOException {
        for (String name : List.of("train/a/1", "train/b/1", "train/b/more/2", "test/a/1", "test/b/1")) {
            image(name + ".png", 2, 2, 0);
        }
        assertEquals(
                folder.resolve("train/b/more")
                        + ": holds images in a folder of a class, train/b, expected them in that of their class",
                problem(Form.PLAIN));
    }

    @Test
    void imagesThatAreNotUsedAreCounted() throws IOException {
        for (String name : List.of("train/a/1", "train/b/1", "test/a/1", "test/b/1", "val/a/1", "c/1", "c/2", "x")) {
            image(name + ".png", 2, 2, 0);
        }
        String name = folder.getFileName() + ": ";
        assertEquals(
                List.of(
                        name + "1 images in no folder of a class are not used",
                        name + "2 images beside train are not used",
                        name + "1 images in val are not used"),
                DataSets.open(folder, Form.PLAIN).remarks());
    }

    @Test
    void aFolderWhoseNameIsNoLineNamesNoClass() throws IOException {
        image("a/1.png", 2, 2, 0);
        image("b\nc/1.png", 2, 2, 0);
        assertTrue(problem(Form.PLAIN).startsWith(folder + ": has a folder 'b\\u000ac', expected names of printable"));
    }

    /** As a float32 it would be 16777216. */
    @Test
    void aLargeLabelIsNamedExactly() throws IOException {
        letters("emnist-letters", 0);
        write("emnist-letters-test-labels-idx1-int", idx(0x0C01, 1), new byte[] {1, 0, 0, 1});
        Files.delete(folder.resolve("emnist-letters-test-labels-idx1-ubyte"));
        assertTrue(problem(Form.PLAIN).contains("label 16777217 of image 0, expected 0 to "), problem(Form.PLAIN));
    }

    @Test
    void filesThatAreNoArchivesAreToldSo() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.npz"));
        Path none = folder.resolve("none.npz");
        new ZipOutputStream(Files.newOutputStream(none)).close();
        for (Path file : List.of(empty, none)) {
            assertEquals(
                    file + ": is empty, expected a folder, or an .npz or zip archive with the files of a data set",
                    problem(file));
        }
        Path text = Files.writeString(folder.resolve("text.npz"), "Dear reader,");
        assertEquals(
                text + ": is neither a folder nor an .npz or zip archive, expected a data set in one", problem(text));
    }

    /** Its training images are read when they are asked for, and may never be. */
    @Test
    void anArchiveIsOpenOnlyWhileItIsRead() throws IOException {
        Path archive = Files.copy(NUMPY, folder.resolve("a.npz"));
        Dataset read = DataSets.open(archive, Form.PLAIN);
        assertFalse(isOpen(archive));
        assertEquals(6, read.train().size());
        assertFalse(isOpen(archive));
    }

    /** As Linux tells it of this process. */
    private static boolean isOpen(Path file) throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc here");
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : open.toList()) {
                if (Files.exists(each) && Files.isSameFile(each, file)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void whatIsNoDataSetIsToldSo() {
        assertTrue(problem(Form.PLAIN).startsWith(folder + ": holds no data set, expected IDX files such as"));
    }

    private static String problem(Path path) {
        return assertThrows(BadDataException.class, () -> DataSets.open(path, Form.PLAIN))
                .getMessage();
    }

    private String problem(Form form) {
        return assertThrows(BadDataException.class, () -> DataSets.open(folder, form))
                .getMessage();
    }

    private static float[] image(ImageSet images, int i) {
        float[] pixels = new float[images.pixels()];
        images.copyScaled(i, pixels, 0);
        return pixels;
    }

    private static float[] first(float[] pixels) {
        return new float[] {pixels[0], pixels[1], pixels[2]};
    }

    private void image(String name, int width, int height, int rgb) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < width * height; p++) {
            image.setRGB(p % width, p / width, rgb);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes.toByteArray());
    }

    private void letters(String prefix, int first) throws IOException {
        Files.createDirectories(folder.resolve(prefix).getParent());
        write(prefix + "-train-images-idx3-ubyte", idx(0x0803, 3, 2, 2), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2
        });
        write(prefix + "-train-labels-idx1-ubyte", idx(0x0801, 3), bytes(first, first + 1, first + 2));
        write(prefix + "-test-images-idx3-ubyte", idx(0x0803, 1, 2, 2), new byte[] {1, 2, 3, 4});
        write(prefix + "-test-labels-idx1-ubyte", idx(0x0801, 1), bytes(first + 2));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] floats(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i - 7.5f);
        }
        return bytes.array();
    }

    private static byte[] idx(int magic, int... extents) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * extents.length).putInt(magic);
        for (int extent : extents) {
            bytes.putInt(extent);
        }
        return bytes.array();
    }

    private void write(String name, byte[] header, byte[] body) throws IOException {
        Files.write(
                folder.resolve(name),
                ByteBuffer.allocate(header.length + body.length)
                        .put(header)
                        .put(body)
                        .array());
    }
}
