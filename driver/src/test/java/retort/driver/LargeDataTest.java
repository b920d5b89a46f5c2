package retort.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;

/** Data sets whose images stay in their files. */
class LargeDataTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;
    private static final int INTERRUPTED = 130;
    private static final int LARGE = 200_000;

    @TempDir
    private Path folder;

    private Path data;

    /** 2.2 MiB to train on, and more than a quarter MiB to test on. */
    @BeforeEach
    void write() throws IOException {
        data = SyntheticSet.write(folder.resolve("digits"), 3000, 500);
    }

    private Outcome run(String memory, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--data=" + data);
        if (!memory.isEmpty()) {
            all.add("--data-memory=" + memory);
        }
        return Outcome.of(all.toArray(String[]::new));
    }

    private byte[] trained(Path out) throws IOException {
        return Files.readAllBytes(out.resolve("hard-labels.safetensors"));
    }

    /** At one thread and at two: who reads what is no part of it. */
    @Test
    void aTrainingStoppedInTheMidstOfAnEpochEndsAsOneThatWasNot() throws IOException {
        String[] train = {"train", "--model=student", "--student-epochs=2", "--omit=3", "--threads=1"};
        Path whole = folder.resolve("whole");
        Outcome outcome = run("1", with(train, "--out=" + whole)).isDone();
        assertTrue(
                outcome.err()
                        .contains(
                                "note: digits: 3,000 training images stay in their file: of 2.2 MiB at most 1.0 MiB are in"
                                        + " memory, and epochs are shuffled by blocks"),
                outcome.err());
        Path stopped = folder.resolve("stopped");
        String[] again = with(train, "--out=" + stopped, "--checkpoint-every=20");
        int stops = 0;
        do {
            Outcome next = Outcome.stoppedAfter(2 + stops, command("1", stops == 0 ? again : with(again, "--resume")));
            assertTrue(next.code() == 0 || next.code() == INTERRUPTED, next.err());
            stops++;
        } while (!Files.exists(stopped.resolve("report.json")) && stops < 50);
        assertTrue(stops > 1, stops + " stops");
        assertArrayEquals(trained(whole), trained(stopped));
        Path two = folder.resolve("two");
        run("1", with(train, "--out=" + two, "--threads=2")).isDone();
        assertArrayEquals(trained(whole), trained(two));
        Path memory = folder.resolve("memory");
        assertEquals(
                "",
                run("", with(train, "--out=" + memory))
                        .isDone()
                        .err()
                        .lines()
                        .filter(line -> line.contains("in memory"))
                        .findAny()
                        .orElse(""));
        assertNotEquals(-1, Arrays.mismatch(trained(whole), trained(memory)));
        String config = JsonParser.parseString(Files.readString(whole.resolve("report.json")))
                .getAsJsonObject()
                .get("config")
                .getAsString();
        assertTrue(config.contains("\nmemory = 1\n"), config);
    }

    private String[] command(String memory, String... args) {
        return with(args, "--data=" + data, "--data-memory=" + memory);
    }

    private static String[] with(String[] args, String... more) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void refusesToGoOnWithAnotherOrder() {
        String[] train = {"train", "--model=student", "--threads=1", "--out=" + folder.resolve("out")};
        assertEquals(INTERRUPTED, Outcome.stoppedAfter(2, command("1", train)).code());
        for (String[] other : new String[][] {{"2", "8"}, {"", "none"}}) {
            Outcome refused = run(other[0], with(train, "--resume"));
            assertEquals(BAD_FILE, refused.code());
            String difference = "is of a command with data-blocks 4, but this has " + other[1];
            assertTrue(refused.err().contains(difference), refused.err());
        }
    }

    @Test
    void labelsNumbersAndDigestsAreThoseOfImagesInMemory() throws IOException {
        Path out = folder.resolve("teacher");
        run("", "train", "--model=student", "--omit=none", "--student-epochs=1", "--out=" + out)
                .isDone();
        String model = out.resolve("hard-labels-all.safetensors").toString();
        for (String of : List.of("train", "test")) {
            Path memory = folder.resolve(of + ".npy");
            Path blocks = folder.resolve(of + "-blocks.npy");
            run("", "label", "--teacher=" + model, "--of=" + of, "--out=" + memory)
                    .isDone();
            Outcome outcome = run("1", "label", "--teacher=" + model, "--of=" + of, "--out=" + blocks)
                    .isDone();
            assertTrue(outcome.err().contains(" images stay in their file"), outcome.err());
            assertArrayEquals(Files.readAllBytes(memory), Files.readAllBytes(blocks));
        }
        Outcome evaluated = run("1", "evaluate", "--model=" + model, "--json", "--out=" + folder.resolve("e"));
        assertTrue(evaluated.err().contains("500 test images stay in their file"), evaluated.err());
        assertTrue(object(evaluated).has("evaluated"));
        assertEquals(
                object(run("", "evaluate", "--model=" + model, "--json", "--out=" + folder.resolve("f")))
                        .get("evaluated"),
                object(evaluated).get("evaluated"));
        JsonObject memory = object(run("", "data", "--json"));
        JsonObject blocks = object(run("1", "data", "--json"));
        for (String same : List.of("shape", "train", "test", "classes")) {
            assertEquals(memory.get(same), blocks.get(same));
        }
        assertEquals(0, memory.get("memory").getAsJsonArray().size());
        assertEquals(2, blocks.get("memory").getAsJsonArray().size());
        assertTrue(blocks.get("memoryBytes").getAsLong() < (1 << 20) + (1 << 18) + 7000);
    }

    private static JsonObject object(Outcome outcome) {
        return JsonParser.parseString(outcome.isDone().out()).getAsJsonObject();
    }

    /** 150 MiB of images in a heap of 64 MiB, in which 32 MiB would be the most. */
    @Test
    void trainsOnMoreThanTheHeapHolds() throws Exception {
        Path large = folder.resolve("large");
        Files.createDirectory(large);
        write(large, "train");
        Files.copy(data.resolve("t10k-images-idx3-ubyte"), large.resolve("t10k-images-idx3-ubyte"));
        Files.copy(data.resolve("t10k-labels-idx1-ubyte"), large.resolve("t10k-labels-idx1-ubyte"));
        Path out = folder.resolve("out");
        List<String> options = List.of("--add-modules=jdk.incubator.vector", "-Xmx64m");
        try (Outcome.Forked forked = Outcome.Forked.start(
                folder,
                Map.of(),
                options,
                "train",
                "--model=student",
                "--student-epochs=1",
                "--omit=none",
                "--batch=500",
                "--data=" + large,
                "--out=" + out)) {
            Outcome outcome = forked.end().isDone();
            assertTrue(
                    outcome.err()
                            .contains(
                                    "note: large: 200,000 training images stay in their file: of 149.5 MiB at most 1"),
                    outcome.err());
            assertTrue(outcome.out().contains("500 of 500 test images right"), outcome.out());
        }
    }

    /** The same images again and again. */
    private static void write(Path large, String part) throws IOException {
        byte[] pixels = SyntheticSet.pixels(1000);
        byte[] labels = SyntheticSet.labels(1000);
        try (OutputStream images = Files.newOutputStream(large.resolve(part + "-images-idx3-ubyte"));
                OutputStream named = Files.newOutputStream(large.resolve(part + "-labels-idx1-ubyte"))) {
            images.write(ByteBuffer.allocate(16)
                    .putInt(0x0803)
                    .putInt(LARGE)
                    .putInt(SyntheticSet.SIDE)
                    .putInt(SyntheticSet.SIDE)
                    .array());
            named.write(ByteBuffer.allocate(8).putInt(0x0801).putInt(LARGE).array());
            for (int written = 0; written < LARGE; written += 1000) {
                images.write(pixels);
                named.write(labels);
            }
        }
    }

    @Test
    void aFileThatIsShortenedDuringATrainingEndsItInALine() throws IOException {
        String[] train = {"train", "--model=student", "--student-epochs=500", "--out=" + folder.resolve("out")};
        Path images = data.resolve("train-images-idx3-ubyte");
        Outcome outcome = Outcome.meanwhile(3, () -> shorten(images), command("1", train));
        assertEquals(BAD_FILE, outcome.code(), outcome.err());
        assertTrue(
                outcome.err().endsWith("retort: " + images + ": can't be read: it was shortened while it was read\n"),
                outcome.err());
    }

    private static void shorten(Path file) {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(1000);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theMnistInsideIsAsItIs() {
        Outcome.of("data", "--data-memory=1")
                .isRefused(BAD_FILE, "--split, --transpose, --classes and --data-memory need --data");
        run("0", "data").isRefused(USAGE, "--data-memory");
    }
}
