package retort.driver.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.cli.OutputFolder.Existing;

/** Folders and files that results go to. */
class OutputTest {
    @TempDir
    private Path temporary;

    @ParameterizedTest
    @EnumSource(Existing.class)
    void anEmptyFolderIsTakenAndOneWithFilesOnlyIfTheUserSaysSo(Existing existing) throws IOException {
        Path out = temporary.resolve("a").resolve("b");
        OutputFolder.open(out, "run", existing).close();
        assertFalse(Files.exists(temporary.resolve("a")));
        Files.createDirectories(out.resolve("another run"));
        Files.createFile(out.resolve(".hidden"));
        OutputFolder.open(out, "run", existing).close();
        Files.writeString(out.resolve("report.json"), "{}");
        boolean refused = existing == Existing.REFUSED || existing == Existing.REFUSED_BUT_RESUMABLE;
        if (refused) {
            String message = assertThrows(OutputTakenException.class, () -> OutputFolder.open(out, "run", existing))
                    .getMessage();
            assertTrue(message.startsWith("--out=" + out + ": the folder holds report.json already; "), message);
            assertEquals(existing == Existing.REFUSED_BUT_RESUMABLE, message.contains("--resume"));
        } else {
            OutputFolder.open(out, "run", existing).close();
        }
        assertEquals("{}", Files.readString(out.resolve("report.json")));
        assertEquals(List.of(".hidden", "another run", "report.json"), names(out));
    }

    @ParameterizedTest
    @CsvSource({"new/., new", "new2/../new3, new3", "./a/./b, a/b", "deep/x/../../y/z, y/z"})
    void aFolderIsMadeUnderItsPlainNameAndGoesWithoutResults(String named, String plain) throws IOException {
        try (OutputFolder folder = OutputFolder.open(temporary.resolve(named), "run", Existing.REFUSED)) {
            assertEquals(temporary.toRealPath().resolve(plain), folder.path().toRealPath());
            assertEquals(List.of(plain.replaceFirst("/.*", "")), names(temporary));
        }
        assertEquals(List.of(), names(temporary));
        OutputFile.open("--out", temporary.resolve(named).resolve("x.onnx"), false)
                .write("whole");
        assertEquals("whole", Files.readString(temporary.resolve(plain).resolve("x.onnx")));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void twoDotsAfterALinkLeadToWhereItPoints() throws IOException {
        Path target = Files.createDirectories(temporary.resolve("far").resolve("away"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), target);
        OutputFolder.open(link.resolve("..").resolve("new"), "run", Existing.REFUSED)
                .write("a.json", "{}");
        assertTrue(Files.exists(temporary.resolve("far").resolve("new").resolve("a.json")));
    }

    @Test
    void whatKilledCommandsBeganToWriteIsRemovedByTheNext() throws IOException {
        for (String name : List.of("report.json", "report.html", "students.csv", "teacher.safetensors")) {
            Files.createFile(temporary.resolve(name + ".0123456789abcdef.part"));
        }
        OutputFolder.open(temporary, "run", Existing.OVERWRITTEN).close();
        assertEquals(List.of(), names(temporary));
        Files.createFile(temporary.resolve("x.onnx.0123456789abcdef.part"));
        OutputFile.open("--out", temporary.resolve("x.onnx"), false);
        assertEquals(List.of(), names(temporary));
    }

    /** Processes that take and leave a folder as fast as they can are never in it together. */
    @Test
    void aFolderIsOneProcessesAtATime() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Contender.class.getName(),
                            temporary.resolve("contended").toString())
                    .inheritIO()
                    .start());
        }
        for (Process process : processes) {
            assertEquals(0, process.waitFor(), "two processes had the folder at once");
        }
    }

    /** Ends with 1 if another process is in the folder while this one has it. */
    static final class Contender {
        public static void main(String[] args) throws IOException {
            long end = System.nanoTime() + 1_500_000_000L;
            while (System.nanoTime() < end) {
                try (OutputFolder folder = OutputFolder.open(Path.of(args[0]), "contend", Existing.OVERWRITTEN)) {
                    Path alone = folder.path().resolve("alone");
                    Files.createFile(alone);
                    Files.delete(alone);
                } catch (OutputTakenException e) {
                    // Another one has it.
                } catch (UncheckedIOException e) {
                    if (!e.getMessage().contains("no such file")) {
                        throw e;
                    }
                }
            }
        }
    }

    @Test
    void aFolderIsOneCommandsUntilItEnds() {
        OutputFolder first = OutputFolder.open(temporary, "run", Existing.OVERWRITTEN);
        String message = assertThrows(
                        OutputTakenException.class, () -> OutputFolder.open(temporary, "run", Existing.RESUMED))
                .getMessage();
        assertEquals("--out=" + temporary + ": another command is at work in the folder", message);
        first.close();
        OutputFolder.open(temporary, "run", Existing.RESUMED).close();
    }

    /** Each keeps its folder until all have one, or takes an empty one away at once. */
    @ParameterizedTest
    @EnumSource(
            value = Existing.class,
            names = {"REFUSED", "OVERWRITTEN"})
    void commandsOfOneSecondHaveFoldersOfTheirOwn(Existing existing) throws Exception {
        int commands = 40;
        boolean kept = existing == Existing.REFUSED;
        List<OutputFolder> folders = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<OutputFolder>> starts = new ArrayList<>();
            for (int i = 0; i < commands; i++) {
                starts.add(threads.submit(() -> {
                    OutputFolder folder = OutputFolder.open(null, "output-test", existing);
                    if (!kept) {
                        folder.close();
                    }
                    return folder;
                }));
            }
            for (Future<OutputFolder> start : starts) {
                folders.add(start.get());
            }
        }
        Set<Path> paths = new HashSet<>();
        for (OutputFolder folder : folders) {
            assertEquals(kept, Files.exists(folder.path()));
            paths.add(folder.path());
            if (kept) {
                folder.close();
            }
            assertFalse(Files.exists(folder.path()));
        }
        assertEquals(commands, kept ? paths.size() : commands);
    }

    @Test
    void aNamedFileIsOverwrittenOnlyByForce() throws IOException {
        Path file = temporary.resolve("models").resolve("digits.onnx");
        OutputFile.open("--out", file, false).write("first");
        String taken = "--out=" + file + ": there is such a file already; --force overwrites it";
        assertEquals(
                taken,
                assertThrows(OutputTakenException.class, () -> OutputFile.open("--out", file, false))
                        .getMessage());
        OutputFile.open("--out", file, true).write("second");
        assertEquals("second", Files.readString(file));
        assertEquals(List.of("digits.onnx"), names(file.getParent()));
    }

    @Test
    void aFileThatCameMeanwhileIsNotOverwritten() throws IOException {
        Path file = temporary.resolve("digits.onnx");
        OutputFile output = OutputFile.open("--out", file, false);
        Files.writeString(file, "another's");
        assertThrows(OutputTakenException.class, () -> output.write("mine"));
        assertEquals("another's", Files.readString(file));
        assertEquals(List.of("digits.onnx"), names(temporary));
    }

    @Test
    void aNamedFileIsFoundWritableBeforeItIsWritten() throws IOException {
        Path taken = Files.writeString(temporary.resolve("taken"), "a file");
        for (Path below : List.of(taken.resolve("x"), taken.resolve("x").resolve("y"))) {
            assertEquals(
                    "--out=" + below + ": " + taken + " is a file, expected a folder",
                    assertThrows(UncheckedIOException.class, () -> OutputFile.open("--out", below, true))
                            .getMessage());
        }
        String message = assertThrows(UncheckedIOException.class, () -> OutputFile.open("--out", temporary, true))
                .getMessage();
        assertEquals("--out=" + temporary + ": is a folder, expected a file", message);
    }

    @Test
    void aFileWhoseContentFailsLeavesWhatWasThere() throws IOException {
        Path file = Files.writeString(temporary.resolve("report.json"), "before");
        UncheckedIOException failure = assertThrows(
                UncheckedIOException.class,
                () -> WholeFile.write(file, out -> {
                    out.write(1);
                    throw new IOException("No space left on device");
                }));
        assertEquals(file + ": can't be written: No space left on device", failure.getMessage());
        assertEquals("before", Files.readString(file));
        assertEquals(List.of("report.json"), names(temporary));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
