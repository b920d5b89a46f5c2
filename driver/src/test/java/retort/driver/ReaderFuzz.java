package retort.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What {@code bench/fuzz.sh} has Jazzer call with inputs that go ever new ways through the reader that it names. */
public final class ReaderFuzz {
    private static Reading reading;
    private static Path folder;

    private ReaderFuzz() {}

    /** Jazzer calls this once. */
    public static void fuzzerInitialize() throws IOException {
        // Jazzer turns all assertions on; this library's fail at some damaged files, and are off for users and tests.
        ReaderFuzz.class.getClassLoader().setPackageAssertionStatus("org.tomlj", false);
        reading = Reading.valueOf(System.getProperty("retort.reader"));
        folder = Files.createTempDirectory("retort-fuzz");
        reading.prepare(folder);
    }

    /** And this for each input; what is thrown is a finding. */
    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
        reading.take(folder, bytes);
    }

    /**
     * Writes what fuzzing begins with, a folder for each reader, and prints their names.
     *
     * @param args the folder to write to, and that of inputs that were found before
     */
    public static void main(String[] args) throws IOException {
        for (Reading each : Reading.values()) {
            Path corpus = Files.createDirectories(Path.of(args[0], each.toString()));
            Files.write(corpus.resolve("whole"), each.prepare(Files.createTempDirectory("retort-fuzz")));
            for (Path found : found(Path.of(args[1]), each)) {
                Files.write(corpus.resolve(found.getFileName()), Files.readAllBytes(found));
            }
            System.out.println(each);
        }
    }

    /** Inputs of a reader that once were a fault, or that fuzzing found to go another way than all before. */
    static List<Path> found(Path folder, Reading of) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(of + "-"))
                    .sorted()
                    .toList();
        }
    }
}
