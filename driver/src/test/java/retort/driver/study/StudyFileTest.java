package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        keys(
                json.getAsJsonObject("settings"),
                "recipe, backend, dataset, trainImages, teacher, student, corrections, data, digest");
        keys(first(json, "teachers"), "seed, seconds, test, softLabels, digest");
        JsonObject cell = json.getAsJsonArray("cells").get(1).getAsJsonObject();
        keys(
                cell,
                "id, method, temperature, alpha, width, omitted, seed, trainImages, epochs, parameters, seconds, test, oracle,"
                        + " priorMatch");
        keys(
                cell.getAsJsonObject("test"),
                "errors, accuracy, recall, recallOmitted, negativeLogLikelihood, calibrationError, wrong");
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
        refused("is no study that retort wrote: ", part + " is missing");
    }

    @Test
    void refusesAFileThatIsMissing() {
        Path missing = folder.resolve("none.json");
        String message = assertThrows(UncheckedIOException.class, () -> StudyFile.read(missing))
                .getMessage();
        assertEquals(missing + ": can't be read: no such file or folder", message);
    }

    /** Each was believed, or failed with a trace. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"errors\": 100,| \"errors\": \"100\",| cells[0].test.errors is a text, expected a whole number",
                "\"errors\": 100,| \"errors\": 1e2,| cells[0].test.errors is 1e2, expected a whole number",
                "\"errors\": 100,| \"errors\": 3000000000,| cells[0].test.errors is 3000000000",
                "\"errors\": 100,| \"errors\": -1,| cells[0] has values that a study can't find",
                "\"errors\": 100,| \"errors\": 1, \"errors\": 100,| cells[0].test.errors is there twice",
                "\"accuracy\": 0.99,| \"accuracy\": NaN,| ",
                "\"accuracy\": 0.99,| \"accuracy\": \"NaN\",| cells[0].test.accuracy is a text",
                "\"accuracy\": 0.99,| \"accuracy\": 1e999,| cells[0].test.accuracy is 1e999, expected a number",
                "\"omitted\": [],| \"omitted\": null,| cells[0].omitted is null, expected a list",
                "\"omitted\": [],| \"omitted\": [10],| cells[0] has values",
                "\"method\": \"soft-targets\",| \"method\": \"../../x\",| cells[0] has values",
                "\"width\": 800,| \"width\": 30,| cells[0] has values",
                "\"images\": 10000,| \"images\": 10001,| tested on 10001 and on 10000 images, expected the same",
                "\"teachers\": [| \"teachers\": [null, | teachers[0] is null, expected an object"
            })
    void refusesAStudyWithOtherValues(String written, String changed, String problem) throws IOException {
        String text = Files.readString(file);
        assertTrue(text.contains(written), written);
        Files.writeString(file, text.replaceFirst(Pattern.quote(written), Matcher.quoteReplacement(changed)));
        refused("is no study", problem == null ? "not the JSON" : problem);
    }

    @Test
    void aStudyOfAnOlderVersionIsReadAndShown() throws IOException {
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        List.of("cpu", "features", "parameters").forEach(json.getAsJsonObject("environment")::remove);
        Files.writeString(file, json.toString());
        assertTrue(new StudyPage(StudyFile.read(file), "retort study", List.of())
                .html()
                .contains("soft-targets"));
    }

    @Test
    void refusesAStudyInWhichAModelIsTwice() throws IOException {
        StudyFile.write(study.with(study.cells().getFirst()), file);
        refused("is no study that retort wrote: it has two cells of the id soft-targets-T20-w800-omitnone-seed0");
    }

    /** Of another parser each list would take a frame of the stack. */
    @Test
    void refusesListsInListsInLists() throws IOException {
        Files.writeString(file, "{\"schemaVersion\": 1, \"more\": " + "[".repeat(100_000));
        refused("is no study: ");
    }

    private void refused(String problem) {
        refused(problem, "");
    }

    private void refused(String problem, String place) {
        String message =
                assertThrows(BadDataException.class, () -> StudyFile.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": " + problem), message);
        assertTrue(message.contains(place), message);
        assertEquals(1, message.lines().count());
    }

    private static JsonObject first(JsonObject of, String array) {
        return of.getAsJsonArray(array).get(0).getAsJsonObject();
    }

    private static void keys(JsonObject object, String expected) {
        assertEquals(expected, String.join(", ", List.copyOf(object.keySet())));
    }
}
