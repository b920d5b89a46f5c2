package retort.spark;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import retort.driver.Main;
import retort.driver.cli.ExitCode;
import retort.driver.study.StudyFile;

/**
 * A command of a study that a task runs in a folder of its own, so that an executor needs no folder in common with
 * others.
 *
 * @param name for people
 * @param taught whether it takes teachers from the files that the driver has sent
 * @param threads whether the words say on how many it computes
 */
record Command(String name, List<String> words, boolean taught, boolean threads) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** With these it would end so again. */
    private static final Set<Integer> HOPELESS = Set.of(ExitCode.USAGE, ExitCode.BAD_FILE, ExitCode.DIVERGED);

    private static final String COMPLAINT = "retort: ";

    /**
     * What came of it.
     *
     * @param problem empty where it is done
     * @param files that it left, by their names
     */
    record Result(int code, String problem, Map<String, byte[]> files) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** @throws SweepException if it failed, and may not when it is done again */
    Result run() {
        try {
            Path folder = Files.createTempDirectory("retort");
            try {
                StringWriter err = new StringWriter();
                int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), arguments(folder));
                if (code == ExitCode.DONE) {
                    return new Result(code, "", files(folder));
                }
                String problem = name + ": " + problem(err.toString(), code);
                if (HOPELESS.contains(code)) {
                    return new Result(code, problem, Map.of());
                }
                throw new SweepException(problem);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String[] arguments(Path folder) {
        List<String> all = new ArrayList<>(words);
        all.add("--out=" + folder);
        if (taught) {
            all.add("--teachers=" + SparkFiles.getRootDirectory());
        }
        if (!threads) {
            all.add("--threads=" + TaskContext.get().cpus());
        }
        return all.toArray(String[]::new);
    }

    private static String problem(String err, int code) {
        return err.lines()
                .filter(line -> line.startsWith(COMPLAINT))
                .map(line -> line.substring(COMPLAINT.length()))
                .findFirst()
                .orElse("exit code " + code);
    }

    /** The study and its models; tables and pages are made of the whole. */
    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.collect(Collectors.toList())) {
                String name = file.getFileName().toString();
                if (name.equals(StudyFile.NAME) || name.endsWith(".safetensors")) {
                    files.put(name, Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.deleteIfExists(file);
            }
        }
    }
}
