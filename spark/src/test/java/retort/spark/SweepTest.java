package retort.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.Main;
import retort.driver.cli.ExitCode;

/** {@code study sweep} on Spark, in this process. */
class SweepTest {
    private static final Map<String, String> SPARK = Map.of("spark.master", "local[2,2]", "spark.ui.enabled", "false");
    private static final int SIDE = 6;
    private static final int CLASSES = 3;

    @TempDir
    private static Path folder;

    private static String[] sweep;

    @BeforeAll
    static void write() throws IOException {
        SPARK.forEach(System::setProperty);
        Path data = Files.createDirectory(folder.resolve("data"));
        write(data, "train", 60);
        write(data, "t10k", 30);
        sweep = new String[] {
            "--data=" + data,
            "--width=10",
            "--temperature=2,20",
            "--omit=none,2",
            "--seeds=2",
            "--epochs=1",
            "--student-epochs=1",
            "--batch=16",
            "--threads=1"
        };
    }

    @AfterAll
    static void forget() {
        SPARK.keySet().forEach(System::clearProperty);
    }

    @Test
    void itsStudentsAreThoseOfOneProcess() throws IOException {
        Path whole = folder.resolve("whole");
        assertEquals(ExitCode.DONE, here(new StringWriter(), "--out=" + whole));
        Path out = folder.resolve("grid");
        assertEquals(ExitCode.DONE, onSpark("--out=" + out));
        assertEquals(untimed(whole), untimed(out.resolve("merged")));
        try (Stream<Path> shards = Files.list(out.resolve("shards"))) {
            assertEquals(8, shards.count());
        }
    }

    @Test
    void itGoesOnWithWhatIsMissingAndTakesNoOthersFolder() throws IOException {
        Path out = folder.resolve("stopped");
        assertEquals(ExitCode.DONE, onSpark("--out=" + out));
        String before = untimed(out.resolve("merged"));
        Path there = out.resolve("shards/0/study.json");
        Path missing = out.resolve("shards/3/study.json");
        FileTime written = Files.getLastModifiedTime(there);
        Files.delete(missing);
        assertEquals(ExitCode.DONE, onSpark("--out=" + out));
        assertEquals(written, Files.getLastModifiedTime(there));
        assertTrue(Files.exists(missing));
        assertEquals(before, untimed(out.resolve("merged")));
        assertEquals(ExitCode.USAGE, onSpark("--width=12", "--out=" + out));
    }

    @Test
    void whatNoOtherTryWouldMendIsToldOnce() throws IOException {
        Path given = folder.resolve("teachers");
        assertEquals(ExitCode.DONE, here(new StringWriter(), "--teachers-only", "--out=" + given));
        Path teacher = folder.resolve("teacher.safetensors");
        Files.copy(given.resolve("teacher-seed0.safetensors"), teacher);
        StringWriter err = new StringWriter();
        Path out = folder.resolve("failed");
        // A rate at which nothing stays finite.
        String[] diverging = with("--teacher=" + teacher, "--learning-rate=1e30", "--out=" + out);
        assertEquals(ExitCode.DIVERGED, Main.sweep((tasks, own) -> Sweep.run(tasks, new PrintWriter(err)), diverging));
        List<String> told = err.toString().lines().toList();
        assertEquals(8, told.size(), err.toString());
        assertTrue(told.getFirst().startsWith("retort: student 0 of 8: "), err.toString());
        assertFalse(Files.exists(out.resolve("merged")));
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertEquals(ExitCode.USAGE, onSpark());
        assertEquals(ExitCode.USAGE, onSpark("--shard=0/2", "--out=" + folder.resolve("none")));
        assertEquals(ExitCode.USAGE, onSpark("--tasks=2", "--out=" + folder.resolve("none")));
    }

    private static int onSpark(String... more) {
        return Main.sweep(Sweep::run, with(more));
    }

    private static int here(StringWriter err, String... more) {
        String[] words = Stream.concat(Stream.of("study", "sweep"), Stream.of(with(more)))
                .toArray(String[]::new);
        return Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words);
    }

    private static String[] with(String... more) {
        return Stream.concat(Stream.of(sweep), Stream.of(more)).toArray(String[]::new);
    }

    private static String untimed(Path study) throws IOException {
        return Files.readString(study.resolve("study.json")).replaceAll("\"seconds\": [^,\n]*", "");
    }

    private static void write(Path data, String part, int count) throws IOException {
        Random random = new Random(count);
        byte[] pixels = new byte[count * SIDE * SIDE];
        random.nextBytes(pixels);
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % CLASSES);
            pixels[i * SIDE * SIDE + labels[i]] = (byte) 0xFF;
        }
        write(data.resolve(part + "-images-idx3-ubyte"), pixels, 0x803, count, SIDE, SIDE);
        write(data.resolve(part + "-labels-idx1-ubyte"), labels, 0x801, count);
    }

    private static void write(Path file, byte[] bytes, int... header) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            for (int number : header) {
                out.writeInt(number);
            }
            out.write(bytes);
        }
    }
}
