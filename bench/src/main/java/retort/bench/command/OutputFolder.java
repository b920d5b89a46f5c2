package retort.bench.command;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import retort.bench.report.BenchReport;
import retort.bench.report.HtmlReport;
import retort.bench.report.MarkdownReport;

/** Where the reports go. It is made, and found writable, before any work. */
record OutputFolder(Path path) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** @param wanted the user's folder, or null for one named after the time */
    static OutputFolder open(Path wanted) {
        Path path = wanted != null
                ? wanted
                : Path.of("retort-out", "bench-" + LocalDateTime.now().format(TIME));
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

    Path jmh() {
        return path.resolve("jmh.json");
    }

    /** Writes the report in its three forms and gives all files. */
    List<Path> write(BenchReport report) {
        String json = new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(report);
        return List.of(
                write("report.md", MarkdownReport.of(report)),
                write("report.html", HtmlReport.of(report)),
                write("bench.json", json + "\n"),
                jmh());
    }

    private Path write(String name, String text) {
        Path file = path.resolve(name);
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be written", e);
        }
    }
}
