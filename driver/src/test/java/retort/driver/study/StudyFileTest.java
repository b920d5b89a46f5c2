package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;

class StudyFileTest {
    @TempDir
    private Path folder;

    private Path file;
    private Study study;

    @BeforeEach
    void write() {
        file = folder.resolve(StudyFile.NAME);
        Study found = SampleStudy.begun(Hinton2015.NAME)
                .with(SampleStudy.teacher(0, 90))
                .with(SampleStudy.result(SampleStudy.cell(800, 20, Set.of(), 0), 100))
                .with(SampleStudy.result(SampleStudy.cell(800, 20, Set.of(3), 0), 150));
        study = found.withExperiments(
                new Hinton2015(ExperimentFile.recipe("hinton2015").recipe()).experiments(found));
        StudyFile.write(study, file);
    }

    @Test
    void whatWasWrittenIsRead() {
        assertEquals(study, StudyFile.read(file));
    }

    /** Others read these keys: a change here is a change of {@link Study#SCHEMA_VERSION} or only adds. */
    @Test
    void aStudyHasTheseKeysInThisOrder() throws IOException {
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        keys(json, "schemaVersion, study, settings, environment, experiments, teachers, cells");
        keys(first(json, "teachers"), "seed, seconds, test, softLabels");
        JsonObject cell = json.getAsJsonArray("cells").get(1).getAsJsonObject();
        keys(
                cell,
                "id, method, temperature, alpha, width, omitted, seed, trainImages, epochs, parameters, seconds, test, oracle,"
                        + " priorMatch");
        keys(
                cell.getAsJsonObject("test"),
                "errors, accuracy, recall, recallOmitted, negativeLogLikelihood, calibrationError");
        JsonObject oracle = json.getAsJsonArray("experiments").asList().stream()
                .map(experiment -> experiment.getAsJsonObject())
                .filter(experiment -> experiment.get("id").getAsString().equals("omit3-oracle"))
                .findFirst()
                .orElseThrow();
        keys(oracle, "id, paperErrors, seeds, errors, mean, sd, recallOmitted, bias, seconds");
    }

    @Test
    void refusesAnotherVersion() throws IOException {
        Files.writeString(file, Files.readString(file).replace("\"schemaVersion\": 1", "\"schemaVersion\": 2"));
        refused("is a study of version 2, expected 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "7", "{\"schemaVersion\": 1", "Dear reader,", "{\"study\": \"sweep\"}"})
    void refusesWhatIsNoStudy(String text) throws IOException {
        Files.writeString(file, text);
        refused("is no study: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "study",
                "settings",
                "environment",
                "experiments",
                "teachers",
                "cells",
                "softLabels",
                "omitted",
                "test"
            })
    void refusesAStudyWithoutOneOfItsParts(String part) throws IOException {
        Files.writeString(file, Files.readString(file).replace("\"" + part + "\":", "\"other\":"));
        refused("lacks parts of a study");
    }

    @Test
    void refusesAFileThatIsMissing() {
        Path missing = folder.resolve("none.json");
        String message = assertThrows(UncheckedIOException.class, () -> StudyFile.read(missing))
                .getMessage();
        assertEquals(missing + ": can't be read: no such file or folder", message);
    }

    private void refused(String problem) {
        String message =
                assertThrows(BadDataException.class, () -> StudyFile.read(file)).getMessage();
        assertEquals(file + ": " + problem, message.substring(0, (file + ": " + problem).length()));
    }

    private static JsonObject first(JsonObject of, String array) {
        return of.getAsJsonArray(array).get(0).getAsJsonObject();
    }

    private static void keys(JsonObject object, String expected) {
        assertEquals(expected, String.join(", ", List.copyOf(object.keySet())));
    }
}
