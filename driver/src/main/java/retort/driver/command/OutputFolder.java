package retort.driver.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import retort.driver.report.Report;
import retort.driver.report.ReportFile;

/** Where a command's results go. It is made, and found writable, before any work. */
record OutputFolder(Path path) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** @param wanted the user's folder, or null for one named after command and time */
    static OutputFolder open(Path wanted, String command) {
        Path path = wanted != null
                ? wanted
                : Path.of("retort-out", command + "-" + LocalDateTime.now().format(TIME));
        try {
            Files.createDirectories(path);
            Path probe = path.resolve(".retort-probe");
            Files.deleteIfExists(probe);
            Files.createFile(probe);
            Files.delete(probe);
        } catch (FileAlreadyExistsException e) {
            throw new UncheckedIOException("--out=" + path + ": " + e.getFile() + " is no folder", e);
        } catch (IOException e) {
            throw new UncheckedIOException("--out=" + path + ": the folder can't be written to", e);
        }
        return new OutputFolder(path);
    }

    Path write(Report report) {
        Path file = path.resolve("report.json");
        ReportFile.write(report, file);
        return file;
    }
}
