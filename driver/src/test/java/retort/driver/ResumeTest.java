package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.data.SyntheticSet;

/** A command that was stopped goes on with {@code --resume} and ends as one that was not. */
class ResumeTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;
    private static final int INTERRUPTED = 130;
    private static final long LONGEST_MILLIS = 60_000;
    private static final long LOOK_MILLIS = 20;

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void write() throws IOException {
        data = SyntheticSet.write(folder.resolve("digits"), 100, 40);
    }

    /** Again and again, after a few lines that it said of itself: in each part of the job, until it ends. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu-simd", "opencl"})
    void aRunStoppedInEveryPartEndsAsOneThatWasNot(String engine) throws IOException {
        if (engine.equals("opencl")) {
            OpenClRunTest.assumeDevice();
        }
        String[] run = {"run", "--quick", "--backend=" + engine, "--batch=16", "--threads=1"};
        Path whole = folder.resolve("whole");
        Outcome.of(command(whole, run)).isDone();
        Path stopped = folder.resolve("stopped");
        int stops = 0;
        Outcome outcome;
        do {
            outcome = Outcome.stoppedAfter(2 + stops % 5, command(stopped, stops == 0 ? run : with(run, "--resume")));
            stops++;
        } while (outcome.code() == INTERRUPTED && stops < 100);
        outcome.isDone();
        assertTrue(stops > 5, stops + " stops");
        isAs(whole, stopped);
    }

    /** Killed without a warning, as often as it takes; checkpoints are all that is left. */
    @Test
    void aTrainingThatIsKilledGoesOnFromItsLastCheckpoint() throws Exception {
        String[] train = {
            "train", "--model=student", "--student-epochs=300", "--batch=8", "--threads=1", "--checkpoint-every=200"
        };
        Path whole = folder.resolve("whole");
        Outcome.of(command(whole, train)).isDone();
        Path killed = folder.resolve("killed");
        Path checkpoint = killed.resolve("checkpoint").resolve("training.safetensors");
        try (Outcome.Forked forked = Outcome.Forked.start(folder, Map.of(), command(killed, train))) {
            long end = System.currentTimeMillis() + LONGEST_MILLIS;
            while (!Files.exists(checkpoint)) {
                assertTrue(forked.process().isAlive() && System.currentTimeMillis() < end, "no " + checkpoint);
                Thread.sleep(LOOK_MILLIS);
            }
            forked.process().destroyForcibly().waitFor();
        }
        assertFalse(Files.exists(killed.resolve("report.json")));
        Outcome resumed = Outcome.of(command(killed, with(train, "--resume"))).isDone();
        assertTrue(resumed.err().contains("going on with hard-labels after step "), resumed.err());
        isAs(whole, killed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--omit=none,3",
                "--student-jitter=2 --consistent --weight-average=0.9 --correction=em",
                "--optimizer=sgdw --clip-norm=0.5 --patience=1"
            })
    void aStudyStoppedInTheMidstOfItsTrainingsEndsAsOneThatWasNot(String options) throws IOException {
        String plain = "study sweep --width=10 --epochs=2 --student-epochs=2 --threads=1 ";
        String[] study = (plain + options).split(" ");
        Path whole = folder.resolve("whole");
        Outcome.of(command(whole, study)).isDone();
        Path stopped = folder.resolve("stopped");
        int stops = 0;
        Outcome outcome;
        do {
            outcome =
                    Outcome.stoppedAfter(2 + stops % 4, command(stopped, stops == 0 ? study : with(study, "--resume")));
            assertFalse(outcome.err().contains("null"), outcome.err());
            stops++;
        } while (outcome.code() == INTERRUPTED && stops < 100);
        outcome.isDone();
        assertTrue(stops > 3, stops + " stops");
        isAs(whole, stopped);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--learning-rate=0.1 | with student.training.descent.rate 0.001, but this has 0.1",
                "--omit=5 | with student.omitted [3], but this has [5]",
                "--train-images=50 | with train-images 100, but this has 50",
                "--seed=3 | with recipe.seed 0, but this has 3",
                "--backend=cpu-scalar | with backend [cpu-simd], but this has [cpu-scalar]"
            })
    void refusesToGoOnWithAnotherCommand(String option, String difference) throws IOException {
        Path out = folder.resolve("out");
        String[] train = {"train", "--model=student", "--threads=1"};
        assertEquals(INTERRUPTED, Outcome.stoppedAfter(1, command(out, train)).code());
        List<String> kept = Outcome.files(out.resolve("checkpoint"));
        Outcome.of(command(out, with(with(train, option), "--resume")))
                .isRefused(BAD_FILE, out.resolve("checkpoint") + ": is of a command ", difference);
        assertEquals(kept, Outcome.files(out.resolve("checkpoint")));
    }

    @Test
    void refusesToGoOnWithOtherDataOfTheSameSizeAndName() throws IOException {
        Path out = folder.resolve("out");
        String[] train = {"train", "--model=student", "--threads=1"};
        assertEquals(INTERRUPTED, Outcome.stoppedAfter(1, command(out, train)).code());
        Path labels = data.resolve("train-labels-idx1-ubyte");
        byte[] bytes = Files.readAllBytes(labels);
        bytes[bytes.length - 1] ^= 1;
        Files.write(labels, bytes);
        Outcome.of(command(out, with(train, "--resume"))).isRefused(BAD_FILE, "with data-checksum ");
    }

    @Test
    void aStoppedCommandIsNotBegunAnewInSilence() throws IOException {
        Path out = folder.resolve("out");
        String[] train = {"train", "--model=student", "--threads=1"};
        assertEquals(INTERRUPTED, Outcome.stoppedAfter(1, command(out, train)).code());
        Outcome.of(command(out, train)).isRefused(USAGE, "the folder holds checkpoint already", "--resume");
        Outcome.of(command(out, with(train, "--force"))).isDone();
        assertTrue(Outcome.files(out).contains("report.json"));
        assertFalse(Outcome.files(out).contains("checkpoint"));
    }

    /** So that a loop around a command that goes on comes to an end. */
    @ParameterizedTest
    @ValueSource(strings = {"train --model=student", "run --quick"})
    void aCommandThatHasEndedHasNothingToDo(String words) throws IOException {
        Path out = folder.resolve("it's out");
        String[] ended = with(words.split(" "), "--batch=16");
        Outcome.of(command(out, ended)).isDone();
        String before = Files.readString(out.resolve("report.json"));
        Outcome again = Outcome.of(command(out, with(ended, "--resume"))).isDone();
        assertTrue(again.err().endsWith("nothing to do: the command has ended, its results are in " + out + "\n"));
        assertEquals("", again.out());
        assertEquals(before, Files.readString(out.resolve("report.json")));
        Outcome.of(command(out, with(with(ended, "--resume"), "--seed=9")))
                .isRefused(BAD_FILE, out.resolve("report.json") + ": is of another command, expected that of ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "", "[1]", "{\"schemaVersion\": 1, \"command\": \"train\"}"})
    void aReportThatIsNoneIsNoEnd(String json) throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        Path report = Files.writeString(out.resolve("report.json"), json);
        Outcome.of(command(out, "train", "--model=student", "--resume")).isRefused(BAD_FILE, report + ": ");
        assertEquals(List.of("report.json"), Outcome.files(out));
    }

    @ParameterizedTest
    @ValueSource(strings = {"train --model=student", "run --quick", "study sweep --width=10 --quick"})
    void withNothingToGoOnWithNothingIsBegun(String words) throws IOException {
        Path out = folder.resolve("out");
        String[] resumed = with(words.split(" "), "--resume");
        Outcome.of(command(out, resumed)).isRefused(USAGE, "nothing to go on with in " + out);
        assertFalse(Files.exists(out));
        Files.createDirectory(out);
        Outcome.of(command(out, resumed)).isRefused(USAGE, "nothing to go on with in " + out);
        assertEquals(List.of(), Outcome.files(out));
    }

    @Test
    void refusesADamagedCheckpoint() throws IOException {
        Path out = folder.resolve("out");
        String[] train = {"train", "--model=student", "--threads=1"};
        assertEquals(INTERRUPTED, Outcome.stoppedAfter(1, command(out, train)).code());
        Path file = out.resolve("checkpoint").resolve("training.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        Outcome.of(command(out, with(train, "--resume"))).isRefused(BAD_FILE, file.toString());
        Files.writeString(out.resolve("checkpoint").resolve("command.json"), "{");
        Outcome.of(command(out, with(train, "--resume"))).isRefused(BAD_FILE, "command.json: is no checkpoint");
    }

    @Test
    void resumeNeedsAFolderAndExcludesForce() {
        Outcome.of("train", "--resume").isRefused(USAGE, "--resume needs --out");
        Outcome.of("train", "--resume", "--force", "--out=x").isRefused(USAGE, "--resume and --force");
    }

    private static void isAs(Path expected, Path actual) throws IOException {
        assertEquals(Outcome.files(expected), Outcome.files(actual));
        for (String file : Outcome.files(expected)) {
            if (file.endsWith(".safetensors")) {
                assertEquals(-1, Files.mismatch(expected.resolve(file), actual.resolve(file)), file);
            } else if (file.endsWith(".json")) {
                assertEquals(untimed(expected.resolve(file)), untimed(actual.resolve(file)));
            }
        }
    }

    private String[] command(Path out, String... args) {
        return Stream.concat(Stream.of(args), Stream.of("--data=" + data, "--out=" + out))
                .toArray(String[]::new);
    }

    private static String[] with(String[] args, String more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }

    private static JsonElement untimed(Path json) throws IOException {
        return untimed(JsonParser.parseString(Files.readString(json)));
    }

    private static JsonElement untimed(JsonElement element) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(ResumeTest::untimed);
        } else if (element.isJsonObject()) {
            JsonObject object = element.getAsJsonObject();
            RunTest.TIMES.forEach(object::remove);
            object.remove("commandLine");
            object.entrySet().forEach(entry -> untimed(entry.getValue()));
        }
        return element;
    }
}
