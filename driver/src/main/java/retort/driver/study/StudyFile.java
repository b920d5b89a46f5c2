package retort.driver.study;

import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import retort.driver.cli.Json;
import retort.driver.cli.WholeFile;
import retort.driver.data.BadDataException;
import retort.driver.json.JsonFile;

/** {@code study.json}: what a study has found out so far; written whole or not at all. */
public final class StudyFile {
    public static final String NAME = "study.json";

    private StudyFile() {}

    public static String json(Study study) {
        return Json.text(study);
    }

    /** Its text is never held whole: of thousands of students it would take more memory than they do. */
    public static void write(Study study, Path file) {
        WholeFile.write(file, out -> {
            Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            Json.write(study, text);
            text.write("\n");
            text.flush();
        });
    }

    /**
     * @throws BadDataException if the file is no study, or one of another version
     * @throws UncheckedIOException if it can't be read
     */
    public static Study read(Path file) {
        JsonFile json = new JsonFile(file, "study");
        checkVersion(json);
        Study study = json.read(Study.class);
        StudyCheck.problem(study).ifPresent(problem -> {
            throw json.bad("is no study that retort wrote: " + problem);
        });
        return study;
    }

    private static void checkVersion(JsonFile json) {
        String version = json.head().get("schemaVersion");
        if (version == null) {
            throw json.bad("is no study: it has no schemaVersion");
        }
        if (!version.equals(Integer.toString(Study.SCHEMA_VERSION))) {
            throw json.bad("is a study of version " + version + ", expected " + Study.SCHEMA_VERSION);
        }
    }
}
