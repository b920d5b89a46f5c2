package retort.driver.study;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import retort.driver.cli.FileReason;
import retort.driver.cli.Json;
import retort.driver.cli.WholeFile;
import retort.driver.data.BadDataException;

/** {@code study.json}: what a study has found out so far; written whole or not at all. */
public final class StudyFile {
    public static final String NAME = "study.json";

    private StudyFile() {}

    public static String json(Study study) {
        return Json.text(study);
    }

    public static void write(Study study, Path file) {
        WholeFile.write(file, json(study) + "\n");
    }

    /**
     * @throws BadDataException if the file is no study, or one of another version
     * @throws UncheckedIOException if it can't be read
     */
    public static Study read(Path file) {
        try {
            JsonElement json = JsonParser.parseString(Files.readString(file));
            checkVersion(json, file);
            Study study = new Gson().fromJson(json, Study.class);
            if (!isWhole(study)) {
                throw new BadDataException(file.toString(), "lacks parts of a study, expected one that retort wrote");
            }
            return study;
        } catch (JsonParseException e) {
            throw new BadDataException(file.toString(), "is no study: not the JSON that retort writes");
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    private static void checkVersion(JsonElement json, Path file) {
        JsonElement version = json.isJsonObject() ? json.getAsJsonObject().get("schemaVersion") : null;
        if (version == null) {
            throw new BadDataException(file.toString(), "is no study: it has no schemaVersion");
        }
        if (!version.toString().equals(Integer.toString(Study.SCHEMA_VERSION))) {
            throw new BadDataException(
                    file.toString(), "is a study of version " + version + ", expected " + Study.SCHEMA_VERSION);
        }
    }

    private static boolean isWhole(Study study) {
        return study != null
                && Stream.of(study.study(), study.settings(), study.environment())
                        .allMatch(Objects::nonNull)
                && Stream.of(study.experiments(), study.teachers(), study.cells())
                        .allMatch(list -> list != null && list.stream().allMatch(Objects::nonNull))
                && study.teachers().stream().allMatch(t -> t.test() != null && t.softLabels() != null)
                && study.cells().stream().allMatch(StudyFile::isWhole);
    }

    private static boolean isWhole(Study.CellResult cell) {
        return Stream.of(cell.id(), cell.method(), cell.omitted(), cell.test()).allMatch(Objects::nonNull)
                && (cell.omitted().isEmpty() || cell.oracle() != null && cell.priorMatch() != null);
    }
}
