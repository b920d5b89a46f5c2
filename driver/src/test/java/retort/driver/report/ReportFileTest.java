package retort.driver.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.cli.LateSteps;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.data.SyntheticSet;

class ReportFileTest {
    private static final List<String> TEST_KEYS = List.of(
            "images",
            "errors",
            "accuracy",
            "recall",
            "confusion",
            "negativeLogLikelihood",
            "calibrationError",
            "calibration",
            "wrong");
    private static final List<String> EPOCH_KEYS = List.of("epoch", "loss", "accuracy", "seconds");

    @TempDir
    private Path folder;

    private final JsonObject run =
            JsonParser.parseString(ReportFile.json(SampleReport.run())).getAsJsonObject();

    /** Others read these keys: a change here is a change of {@link Report#SCHEMA_VERSION} or only adds. */
    @Test
    void aRunHasTheseKeysInThisOrder() {
        keys(
                run,
                "schemaVersion, command, recipe, seed, quick, environment, config, commandLine, teacher, softLabels, students,"
                        + " latency, latencyRatio, latencySkipped, profile, stopped");
        keys(run.get("environment"), "backend, device, cpu, features, threads, java, os, dataset, commit, parameters");
        JsonObject teacher = run.getAsJsonObject("teacher");
        keys(teacher, "parameters, trainImages, seconds, imagesPerSecond, epochs, history, test");
        keys(first(teacher, "epochs"), "epoch, loss, accuracy, validationLoss, validationAccuracy, seconds");
        keys(first(teacher, "history"), "step, loss, accuracy");
        assertEquals(TEST_KEYS, keys(teacher.get("test")));
        keys(run.get("softLabels"), "temperature, images, seconds, temperatures, digits");
        keys(
                first(run, "latency"),
                "backend, model, batch, calls, medianMicros, p99Micros, imagesPerSecond,"
                        + " parameters, p10Micros, p90Micros, weights");
        keys(first(run, "latencyRatio"), "backend, batch, teacherOverStudent, student");
        keys(first(run, "latencySkipped"), "backend, model, batch, reason");
    }

    @Test
    void aStudentHasTheseKeysInThisOrder() {
        JsonObject student = first(run, "students").getAsJsonObject();
        keys(
                student,
                "name, labels, method, alpha, omitted, temperature, parameters, trainImages, seconds, crossValidation,"
                        + " epochs, history, test, biasCorrection, unseen");
        keys(student.get("crossValidation"), "folds, mean, seconds");
        assertEquals(EPOCH_KEYS, keys(first(student, "epochs")));
        assertEquals(TEST_KEYS, keys(student.get("test")));
        keys(first(student, "biasCorrection"), "method, classes, bias, test");
        assertEquals(TEST_KEYS, keys(first(student, "biasCorrection").get("test")));
        keys(first(student, "unseen"), "image, label, predicted, confidence");
        assertEquals("[3]", student.get("omitted").toString());
    }

    @Test
    void whatACommandDoesNotHaveIsLeftOut() {
        JsonObject all = run.getAsJsonArray("students").get(2).getAsJsonObject();
        keys(all, "name, labels, omitted, temperature, parameters, trainImages, seconds, epochs, history, test");
        JsonElement evaluation = JsonParser.parseString(ReportFile.json(SampleReport.evaluation()));
        keys(evaluation, "schemaVersion, command, recipe, seed, quick, environment, commandLine, evaluated");
        keys(evaluation.getAsJsonObject().get("evaluated"), "model, parameters, weights, test");
    }

    @Test
    void numbersAreWrittenAsWhatTheyAre() {
        assertEquals(1, run.get("schemaVersion").getAsInt());
        assertEquals(
                "27413130", run.getAsJsonObject("teacher").get("parameters").toString());
        assertEquals("3.5", run.getAsJsonObject("softLabels").get("temperature").toString());
        assertEquals("false", run.get("quick").toString());
    }

    @Test
    void theFileIsTheJsonAndReplacesAnOlderOne() throws IOException {
        Path file = folder.resolve("report.json");
        Files.writeString(file, "old");
        ReportFile.write(SampleReport.run(), file);
        assertEquals(ReportFile.json(SampleReport.run()) + "\n", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void tablesStandBesideItAsCsvWithAllDigits() throws IOException {
        ImageSet images = SyntheticSet.images(10);
        List<Path> written = ReportFile.write(
                SampleReport.run(),
                new Dataset("digits", images, images),
                List.of(folder.resolve("m")),
                folder,
                new LateSteps(Assertions::fail));
        assertEquals("report.html", written.getFirst().getFileName().toString());
        assertEquals(Set.copyOf(written), Set.copyOf(files()));
        assertEquals(
                "engine,model,weights,batch,calls,median_us,p10_us,p90_us,p99_us,images_per_s,teacher_over_this\n"
                        + "cpu-simd,teacher,float32,10000,3,1.01234567E7,1.01E7,1.02E7,1.02345678E7,987.8,\n"
                        + "cpu-simd,student,float32,10000,5,12345.6,12000.0,13000.0,13456.7,810005.2,820.1\n",
                Files.readString(folder.resolve("latency.csv")));
        assertEquals(
                "3,0,0,0,0,0,0,0,0,1010,0",
                Files.readAllLines(folder.resolve("confusion-teacher.csv")).get(4));
        assertEquals(
                1 + 2 * 4, Files.readAllLines(folder.resolve("history.csv")).size());
    }

    @Test
    void aFailedWriteLeavesNothing() throws IOException {
        Path file = folder.resolve("report.json");
        Files.createDirectory(file);
        Files.createFile(file.resolve("in the way"));
        String message = assertThrows(UncheckedIOException.class, () -> ReportFile.write(SampleReport.run(), file))
                .getMessage();
        assertTrue(message.startsWith(file + ": can't be written"), message);
        assertEquals(List.of(file), files());

        Path missing = folder.resolve("none").resolve("report.json");
        assertThrows(UncheckedIOException.class, () -> ReportFile.write(SampleReport.run(), missing));
        assertFalse(Files.exists(missing.getParent()));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void keys(JsonElement object, String expected) {
        assertEquals(expected, String.join(", ", keys(object)));
    }

    private static List<String> keys(JsonElement object) {
        return new ArrayList<>(object.getAsJsonObject().keySet());
    }

    private static JsonObject first(JsonObject of, String array) {
        return of.getAsJsonArray(array).get(0).getAsJsonObject();
    }
}
