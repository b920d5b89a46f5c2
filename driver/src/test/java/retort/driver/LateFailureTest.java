package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;

/** What fails when the work is done loses nothing of it: the rest is written and printed, and the failure is told. */
class LateFailureTest {
    private static final int FAILED = 1;
    private static final int BAD_FILE = 4;

    @TempDir
    private Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        data = SyntheticSet.write(folder.resolve("data"), 60, 40);
        out = folder.resolve("out");
    }

    @Test
    void aFolderThatIsRemovedMeanwhileIsMadeAgainForTheReport() throws IOException {
        Outcome outcome = Outcome.meanwhile(
                2, () -> delete(out), command("train", "--model=student", "--omit=none", "--student-epochs=3"));
        assertEquals(BAD_FILE, outcome.code(), outcome.err());
        assertEquals(
                1,
                outcome.err()
                        .lines()
                        .filter(line -> line.equals("retort: " + out.resolve("hard-labels-all.safetensors")
                                + ": can't be written: no such file or folder"))
                        .count(),
                outcome.err());
        assertTrue(outcome.out().contains("STUDENTS\n"), outcome.out());
        assertTrue(outcome.out().contains("  " + out.resolve("report.json") + "\n"), outcome.out());
        assertFalse(outcome.out().contains("safetensors\n"), outcome.out());
        assertTrue(Files.exists(out.resolve("report.html")));
        assertTrue(outcome.err().contains("note: --out=" + out + " was removed meanwhile, and is made again\n"));
    }

    @Test
    void aReportThatCannotBeWrittenIsPrintedAllTheSame() {
        Outcome outcome = Outcome.meanwhile(
                2,
                () -> make(out.resolve("report.json").resolve("in the way")),
                command("train", "--model=student", "--omit=none", "--student-epochs=1"));
        assertEquals(BAD_FILE, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains("retort: " + out.resolve("report.json") + ": can't be written: "));
        assertTrue(outcome.out().contains("STUDENTS\n"), outcome.out());
        assertTrue(outcome.out().contains("  " + out.resolve("report.html") + "\n"), outcome.out());
        assertFalse(outcome.out().contains("  " + out.resolve("report.json") + "\n"), outcome.out());
    }

    @Test
    void aFullDiskTakesTheReportAndNotTheResults() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=44k", "tmpfs", small.toString()), "only root can mount");
        try {
            out = small.resolve("out");
            Outcome outcome =
                    Outcome.of(command("train", "--model=student", "--omit=none", "--student-epochs=1", "--json"));
            assertEquals(BAD_FILE, outcome.code(), outcome.err());
            assertTrue(outcome.err().contains(": can't be written: No space left on device"), outcome.err());
            assertTrue(outcome.out().contains("\"command\": \"train\""), outcome.out());
        } finally {
            run("umount", small.toString());
        }
    }

    /** The latency of the student is there, that of the teacher is told to have failed. */
    @Test
    void aLatencyThatFailsIsLeftOut() throws IOException {
        List<String> said = Outcome.of(command("run", "--quick", "--backend=cpu-simd", "--student-epochs=1"))
                .isDone()
                .err()
                .lines()
                .toList();
        int taught = said.indexOf(said.stream()
                .filter(line -> line.startsWith("soft labels: "))
                .findFirst()
                .orElseThrow());
        Outcome outcome = Outcome.meanwhile(
                taught + 1,
                () -> delete(out.resolve("teacher.safetensors")),
                command("run", "--quick", "--backend=cpu-simd", "--student-epochs=1", "--force"));
        assertEquals(FAILED, outcome.code(), outcome.err());
        String reason = out.resolve("teacher.safetensors") + ": can't be read: no such file or folder";
        assertTrue(outcome.err().contains("retort: latency on cpu-simd, teacher: " + reason), outcome.err());
        assertTrue(outcome.out().contains("cpu-simd, teacher, batch 1: skipped, " + reason), outcome.out());
        assertTrue(outcome.out().contains("  cpu-simd  student "), outcome.out());
        assertTrue(Files.exists(out.resolve("report.html")));
    }

    @Test
    void aStudyGoesOnWithoutItsFolder() throws IOException {
        Outcome outcome = Outcome.meanwhile(
                3,
                () -> delete(out),
                command(
                        "study",
                        "sweep",
                        "--width=10",
                        "--temperature=2,4",
                        "--quick",
                        "--epochs=1",
                        "--student-epochs=1"));
        assertEquals(BAD_FILE, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("soft-targets-T4-w10-omit3"), outcome.out());
        assertTrue(Files.exists(out.resolve("study.json")));
    }

    /** Students that are shown views need its file: one line says why there is none, and room is all that is needed. */
    @Test
    void aStudyWhoseTeacherCouldNotBeSavedGoesOnWhenThereIsRoom() throws IOException {
        String[] study = command(
                "study",
                "sweep",
                "--recipe=hinton2015-long",
                "--width=6",
                "--seeds=2",
                "--epochs=1",
                "--student-epochs=1");
        Path file = out.resolve("teacher-seed1.safetensors");
        Outcome outcome = Outcome.meanwhile(3, () -> make(file.resolve("in the way")), study);
        assertEquals(BAD_FILE, outcome.code(), outcome.err());
        List<String> told = outcome.err()
                .lines()
                .filter(line -> line.startsWith("retort: "))
                .toList();
        assertEquals(1, told.size(), outcome.err());
        assertTrue(told.getFirst().startsWith("retort: " + file + ": can't be written: "), outcome.err());

        delete(file);
        Outcome.of(Stream.concat(Stream.of(study), Stream.of("--resume")).toArray(String[]::new))
                .isDone();
        assertTrue(Files.isRegularFile(file));
    }

    @Test
    void aWidthThatCannotBeIsRefusedBeforeATeacherIsTrained() {
        Outcome.of(command("study", "sweep", "--width=10,50000"))
                .isRefused(2, "--width=50000 is too many units, expected at most 46340");
        Outcome.of(command("study", "sweep", "--width=46340"))
                .isRefused(FAILED, "-w46340-", "training 2,184,", "and the heap is ", "-Xmx");
    }

    private String[] command(String... args) {
        return Stream.concat(Stream.of(args), Stream.of("--data=" + data, "--out=" + out, "--threads=1"))
                .toArray(String[]::new);
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    private static void make(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
