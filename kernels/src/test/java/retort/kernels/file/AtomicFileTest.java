package retort.kernels.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.kernels.file.FailingFileSystem.Mode;

/** Files that are whole or not there. */
class AtomicFileTest {
    private static final String LEFT = "report.html.0123456789abcdef.part";

    @TempDir
    private Path folder;

    /** Whichever change of the file system fails. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void aFileIsAsItWasOrAsItIsToBe(Mode mode) throws IOException {
        Path file = folder.resolve("report.html");
        boolean failed = true;
        for (int change = 1; failed; change++) {
            Files.writeString(file, "before");
            FailingFileSystem failing = new FailingFileSystem(folder, mode, change);
            try {
                AtomicFile.write(failing.path(file), content("after"));
            } catch (IOException e) {
                assertTrue(e.getMessage().contains("No space left"), e.toString());
            }
            failed = failing.hasFailed();
            assertTrue(Set.of("before", "after").contains(Files.readString(file)), "change " + change);
            if (mode == Mode.ONE_FAILS && !Files.readString(file).equals("after")) {
                // What could not be written, opened or moved is not there, unless it is the removal that fails.
                assertEquals(List.of("report.html"), names());
            }
            AtomicFile.removeUnfinished(folder);
            assertEquals(List.of("report.html"), names());
        }
        assertEquals("after", Files.readString(file));
    }

    @Test
    void aNewFileTakesNoOthersPlace() throws IOException {
        Path file = folder.resolve("model.onnx");
        AtomicFile.writeNew(file, content("first"));
        assertThrows(FileAlreadyExistsException.class, () -> AtomicFile.writeNew(file, content("second")));
        // It may also come while this one is written.
        Path late = folder.resolve("late.onnx");
        assertThrows(
                FileAlreadyExistsException.class,
                () -> AtomicFile.writeNew(late, channel -> Files.writeString(late, "another's")));
        assertEquals("first", Files.readString(file));
        assertEquals("another's", Files.readString(late));
        assertEquals(List.of("late.onnx", "model.onnx"), names());
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndNothingElse() throws IOException {
        for (String name : List.of(LEFT, "mine.part", "report.html", "a.0123456789abcdef.part")) {
            Files.writeString(folder.resolve(name), "x");
        }
        AtomicFile.removeUnfinishedOf(folder.resolve("report.html"));
        assertEquals(List.of("a.0123456789abcdef.part", "mine.part", "report.html"), names());
        AtomicFile.removeUnfinished(folder);
        assertEquals(List.of("mine.part", "report.html"), names());
    }

    @Test
    void whatIsBeingWrittenIsLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve(LEFT), "half");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.lock();
            AtomicFile.removeUnfinished(folder);
            assertTrue(Files.exists(file));
        }
        AtomicFile.removeUnfinished(folder);
        assertEquals(List.of(), names());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkIsReplacedAndNotWrittenThrough() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "mine");
        Path link = Files.createSymbolicLink(folder.resolve("link"), other);
        Files.createSymbolicLink(folder.resolve(LEFT), other);
        AtomicFile.write(link, content("{}"));
        AtomicFile.removeUnfinished(folder);
        assertEquals("mine", Files.readString(other));
        assertEquals("{}", Files.readString(link));
    }

    private static AtomicFile.Content content(String text) {
        return channel -> {
            for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
                channel.write(ByteBuffer.wrap(new byte[] {each}));
            }
        };
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
