package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.SyntheticSet;

class LabelTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;

    @TempDir
    private static Path folder;

    private static Path data;
    private static Path teacher;
    private static Path other;

    @BeforeAll
    static void teachers() throws IOException {
        data = SyntheticSet.write(folder.resolve("data"), 1300, 20);
        teacher = trained("a", "1");
        other = trained("b", "2");
    }

    private static Path trained(String name, String seed) {
        Path out = folder.resolve(name);
        run("train", "--model=student", "--omit=none", "--student-epochs=1", "--seed=" + seed, "--out=" + out)
                .isDone();
        return out.resolve("hard-labels-all.safetensors");
    }

    private static Outcome run(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--data=" + data;
        all[args.length + 1] = "--threads=1";
        return Outcome.of(all);
    }

    private static byte[] student(String... args) throws IOException {
        return student(1, args);
    }

    private static byte[] student(int epochs, String... args) throws IOException {
        Path out = folder.resolve("student");
        String[] all = Arrays.copyOf(args, args.length + 4);
        all[args.length] = "--student=distilled";
        all[args.length + 1] = "--student-epochs=" + epochs;
        all[args.length + 2] = "--out=" + out;
        all[args.length + 3] = "--force";
        run(all).isDone();
        return Files.readAllBytes(out.resolve("distilled.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kept.safetensors", "kept.npy"})
    void aStudentOfKeptLogitsHasTheBitsOfOneThatWasTaught(String name) throws IOException {
        Path kept = folder.resolve(name);
        run("label", "--teacher=" + teacher, "--out=" + kept).isDone();
        byte[] taught = student("distill", "--teacher=" + teacher);
        assertEquals(-1, Arrays.mismatch(taught, student("distill", "--teacher-logits=" + kept)));
        assertNotEquals(-1, Arrays.mismatch(taught, student("distill", "--teacher=" + other)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"logits", "probabilities"})
    void severalTeachersAreOne(String mean) throws IOException {
        Path kept = folder.resolve("two-" + mean + ".safetensors");
        String both = "--teacher=" + teacher + "," + other;
        run("label", both, "--ensemble=" + mean, "--out=" + kept).isDone();
        byte[] taught = student("distill", both, "--ensemble=" + mean);
        assertEquals(-1, Arrays.mismatch(taught, student("distill", "--teacher-logits=" + kept)));
    }

    /** A student of seed 5 draws its own from this seed, which is 5 + 2^32: the first two are the views of the file. */
    @ParameterizedTest
    @ValueSource(strings = {"views.safetensors", "views.npy"})
    void aStudentOfKeptViewsHasTheBitsOfOneWhoseTeacherLabelsThem(String name) throws IOException {
        Path kept = folder.resolve(name);
        String scalar = "--backend=cpu-scalar";
        String[] label = {"label", "--teacher=" + teacher, "--views=2", "--jitter=2", "--seed=4294967301", scalar};
        Outcome told = run(with(label, "--out=" + kept)).isDone();
        assertTrue(told.out().contains("logits of 1,300 images, 2 more views of each and 10 classes"), told.out());
        String[] distill = {"distill", "--seed=5", "--student-jitter=2", "--consistent", scalar};
        byte[] taught = student(2, with(distill, "--teacher=" + teacher));
        assertEquals(-1, Arrays.mismatch(taught, student(2, with(distill, "--teacher-logits=" + kept))));
        assertNotEquals(-1, Arrays.mismatch(taught, student(2, with(distill, "--teacher=" + other))));
        byte[] longer = student(3, with(distill, "--teacher-logits=" + kept));
        assertNotEquals(-1, Arrays.mismatch(longer, student(3, with(distill, "--teacher=" + teacher))));
    }

    private static String[] with(String[] options, String last) {
        String[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = last;
        return all;
    }

    /** The images as they are come first, so whoever wants these alone has them too. */
    @Test
    void keptViewsBeginWithTheImagesAsTheyAre() throws IOException {
        Path plain = folder.resolve("plain.npy");
        Path views = folder.resolve("more.npy");
        run("label", "--teacher=" + teacher, "--out=" + plain).isDone();
        run("label", "--teacher=" + teacher, "--views=3", "--affine=0.1", "--out=" + views)
                .isDone();
        byte[] first = Files.readAllBytes(plain);
        byte[] all = Files.readAllBytes(views);
        int header = 128;
        int each = first.length - header;
        assertEquals(header + 4 * each, all.length);
        assertEquals(-1, Arrays.mismatch(first, header, first.length, all, header, header + each));
        byte[] taught = student("distill", "--teacher-logits=" + plain);
        assertEquals(-1, Arrays.mismatch(taught, student("distill", "--teacher-logits=" + views)));
    }

    @Test
    void keptViewsAreGoneOnWithAtAnyImage() throws IOException {
        Path whole = folder.resolve("whole-views.safetensors");
        String[] label = {"label", "--teacher=" + teacher, "--views=2", "--jitter=1", "--elastic=5"};
        run(with(label, "--out=" + whole)).isDone();
        byte[] bytes = Files.readAllBytes(whole);
        for (int rows : new int[] {10, 1290, 1310, 2595, 2605}) {
            Path cut = folder.resolve("cut-views-" + rows + ".safetensors");
            Path part = folder.resolve("cut-views-" + rows + ".safetensors.part");
            Files.write(part, Arrays.copyOf(bytes, bytes.length - 40 * rows));
            run(with(with(label, "--out=" + cut), "--resume")).isDone();
            assertEquals(-1, Files.mismatch(whole, cut));
        }
    }

    @Test
    void viewsThatAStudentIsNotShownAreRefused() {
        Path plain = folder.resolve("no-views.safetensors");
        Path views = folder.resolve("some-views.safetensors");
        run("label", "--teacher=" + teacher, "--out=" + plain).isDone();
        run("label", "--teacher=" + teacher, "--views=1", "--jitter=1", "--out=" + views)
                .isDone();
        String[] distill = {"distill", "--student=distilled", "--consistent", "--out=" + folder.resolve("none")};
        run(with(with(distill, "--student-jitter=1"), "--teacher-logits=" + plain))
                .isRefused(USAGE, "logits of 'label --views'; those of " + plain + " are of images as they are");
        run(with(with(distill, "--student-jitter=2"), "--teacher-logits=" + views))
                .isRefused(
                        USAGE,
                        "expected those of " + views
                                + ", jitter 1, affine 0.0, elastic 0.0, and its training has jitter 2");
        String[] label = {"label", "--teacher=" + teacher, "--out=" + folder.resolve("none.npy")};
        run(with(label, "--views=2")).isRefused(USAGE, "--views are moved images");
        run(with(label, "--jitter=2")).isRefused(USAGE, "are of --views, which are not asked for");
        run(with(with(label, "--views=2"), "--affine=2")).isRefused(USAGE, "affine must be from 0 to 1.0");
        run(with(with(label, "--views=2000000000"), "--jitter=2"))
                .isRefused(USAGE, "make a file of more than 2 GiB, expected at most");
        run(with(with(with(label, "--views=2"), "--jitter=2"), "--of=test"))
                .isRefused(USAGE, "--views is of the training images");
    }

    @Test
    void aPartThatWasLeftIsGoneOnWith() throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Path cut = folder.resolve("cut.safetensors");
        run("label", "--teacher=" + teacher, "--out=" + whole).isDone();
        byte[] bytes = Files.readAllBytes(whole);
        Path part = Files.write(folder.resolve("cut.safetensors.part"), Arrays.copyOf(bytes, bytes.length - 3000));
        run("label", "--teacher=" + teacher, "--out=" + cut)
                .isRefused(USAGE, part + " is there already; --resume goes on with it, --force begins anew");
        run("label", "--teacher=" + other, "--out=" + cut, "--resume")
                .isRefused(BAD_FILE, "is of other data, teachers");
        Outcome resumed =
                run("label", "--teacher=" + teacher, "--out=" + cut, "--resume").isDone();
        assertTrue(resumed.err().contains("1,000 of 1,300 rows are there"), resumed.err());
        assertEquals(-1, Files.mismatch(whole, cut));
        assertTrue(run("label", "--teacher=" + teacher, "--out=" + cut, "--resume")
                .isDone()
                .out()
                .contains("nothing to do"));
        run("label", "--teacher=" + other, "--out=" + cut, "--resume")
                .isRefused(BAD_FILE, cut + ": is there, and of other data, teachers");
        run("label", "--teacher=" + teacher, "--out=" + cut).isRefused(USAGE, "there is such a file already");
    }

    /** An array has no room for its origin: that lies beside the part from its beginning on. */
    @Test
    void aPartOfAnArrayIsKnownByTheFileBesideIt() throws IOException {
        Path whole = folder.resolve("array.npy");
        run("label", "--teacher=" + teacher, "--out=" + whole).isDone();
        Path cut = folder.resolve("cut.npy");
        Path part = folder.resolve("cut.npy.part");
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(part, Arrays.copyOf(bytes, bytes.length - 3000));
        run("label", "--teacher=" + teacher, "--out=" + cut, "--resume")
                .isRefused(BAD_FILE, "is of other data, teachers");
        Files.copy(folder.resolve("array.npy.json"), folder.resolve("cut.npy.part.json"));
        run("label", "--teacher=" + other, "--out=" + cut, "--resume")
                .isRefused(BAD_FILE, "is of other data, teachers");
        run("label", "--teacher=" + teacher, "--out=" + cut, "--resume").isDone();
        assertEquals(-1, Files.mismatch(whole, cut));
        assertEquals(-1, Files.mismatch(folder.resolve("array.npy.json"), folder.resolve("cut.npy.json")));
        assertTrue(Files.notExists(folder.resolve("cut.npy.part.json")));
    }

    @Test
    void nothingOfOthersIsOverwritten() throws IOException {
        Path foreign = Files.writeString(folder.resolve("foreign.npy.part"), "abc");
        run("label", "--teacher=" + teacher, "--out=" + folder.resolve("foreign.npy"), "--resume")
                .isRefused(BAD_FILE, "is of other data");
        assertEquals("abc", Files.readString(foreign));
        Path beside = Files.writeString(folder.resolve("mine.npy.json"), "{}");
        run("label", "--teacher=" + teacher, "--out=" + folder.resolve("mine.npy"))
                .isRefused(USAGE, beside + ": there is such a file already");
        run("label", "--teacher=" + teacher, "--out=" + teacher, "--force").isRefused(USAGE, "is the teacher itself");
        run("label", "--teacher=" + teacher, "--of=test", "--train-images=5", "--out=" + folder.resolve("t.npy"))
                .isRefused(USAGE, "--train-images is of the training images");
        run("label", "--teacher=" + teacher, "--seed=3", "--out=" + folder.resolve("t.npy"))
                .isRefused(USAGE, "--seed is of the draw of --train-images");
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        Path kept = folder.resolve("of-test.safetensors");
        run("label", "--teacher=" + teacher, "--of=test", "--out=" + kept).isDone();
        run("distill", "--teacher-logits=" + kept, "--out=" + folder.resolve("none"))
                .isRefused(
                        BAD_FILE, kept + ": holds logits of 20 images and 10 classes, expected 1300 and 10", "SHA-256");
        run("distill", "--out=" + folder.resolve("none"))
                .isRefused(USAGE, "--teacher and --teacher-logits: either is needed");
        run("distill", "--teacher=" + teacher, "--teacher-logits=" + kept, "--out=" + folder.resolve("none"))
                .isRefused(USAGE, "exclude each other");
        run("label", "--out=" + kept).isRefused(USAGE, "--teacher is needed");
        run("label", "--teacher=" + teacher, "--out=x.txt").isRefused(USAGE, "ends in no format");
        run("label", "--teacher=" + teacher, "--out=" + folder.resolve("z.npy"), "--resume")
                .isRefused(USAGE, "nothing to go on with");
    }

    @Test
    void dataSaysWhatIsThere() {
        Outcome told = Outcome.of("data", data.toString()).isDone();
        assertTrue(told.out().contains("28 x 28 x 1 (height x width x channels), 10 classes"), told.out());
        assertTrue(told.out().lines().allMatch(line -> line.length() <= 80), told.out());
        assertTrue(Outcome.of("data", data.toString(), "--json").isDone().out().contains("\"trainImages\": 130"));
        Path sheet = folder.resolve("sheet.png");
        Outcome.of("data", data.toString(), "--sheet=" + sheet).isDone();
        assertTrue(Files.exists(sheet));
    }
}
