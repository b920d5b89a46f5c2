package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;
import retort.kernels.Soak;
import retort.nn.SafeTensors;

/** Commands in JVMs of their own, killed without a warning at random moments, again and again until they end. */
class CrashSoakTest {
    private static final int PROMISE = 4;
    private static final int KILLS = 200;

    /** Of a few seconds, most of them with something to lose. */
    private static final String EXPERIMENT = """
            name = "small"
            [data]
            validation = 0.2
            [teacher]
            layers = ["conv2d 4 3x3", "relu", "flatten", "dense 30", "relu", "dropout 0.5", "dense 10"]
            temperature = 3
            epochs = 6
            batch = 8
            optimizer = "adam"
            learning-rate = 0.001
            jitter = 1
            [student]
            layers = ["flatten", "dense 10", "relu", "dense 10"]
            temperature = 3
            epochs = 8
            batch = 8
            optimizer = "adam"
            learning-rate = 0.001
            omit = [3]
            bias-corrections = ["oracle", "prior-match"]
            [[students]]
            name = "distilled"
            method = "soft-targets"
            folds = 2
            [[students]]
            name = "hard-labels"
            method = "hard-labels"
            optimizer = "momentum"
            [latency]
            batches = [1, "all"]
            calls = 20
            seconds = 5
            """;

    private static final List<Command> COMMANDS = List.of(
            new Command(List.of("train", "--config=small.toml", "--checkpoint-every=3")),
            new Command(List.of("run", "--config=small.toml", "--backend=cpu-simd", "--checkpoint-every=5")),
            new Command(List.of(
                    "study",
                    "sweep",
                    "--width=10",
                    "--omit=none,3",
                    "--epochs=1",
                    "--student-epochs=8",
                    "--batch=8",
                    "--checkpoint-every=2")));

    private record Command(List<String> words) {
        String[] in(Path data, Path out, boolean resumed) {
            return Stream.of(
                            words.stream().map(word -> word.replace("small.toml", data.resolve("small.toml") + "")),
                            Stream.of("--threads=1", "--data=" + data, "--out=" + out),
                            Stream.of("--resume").limit(resumed ? 1 : 0))
                    .flatMap(part -> part)
                    .toArray(String[]::new);
        }
    }

    @TempDir
    private Path folder;

    private final Random random = new Random(Soak.seed());
    private final Map<Command, Path> undisturbed = new HashMap<>();
    private final Map<Command, Long> nanos = new HashMap<>();
    private Path data;
    private int kills;
    private int chains;
    private int early;

    @Test
    void whatIsKilledGoesOnAndEndsWithTheSameBits() throws Exception {
        data = SyntheticSet.write(folder.resolve("data"), 100, 40);
        Files.writeString(data.resolve("small.toml"), EXPERIMENT);
        int wanted = Soak.count(KILLS);
        while (kills < wanted) {
            Command command = COMMANDS.get(Math.floorMod((int) Soak.seed() + chains, COMMANDS.size()));
            chain(command, folder.resolve("out" + ++chains), wanted);
        }
        Soak.kept(
                PROMISE,
                "SIGKILL at random moments of train, run and study, then --resume",
                kills,
                "all went on: " + chains + " commands ended with the weights of undisturbed ones, to the bit; " + early
                        + " kills came before there was a folder");
    }

    /** One command, killed some times on its way. */
    private void chain(Command command, Path out, int wanted) throws Exception {
        Path expected = undisturbed(command);
        int here = 2 + random.nextInt(2);
        for (int i = 0; i < here && kills < wanted; i++) {
            boolean resumed = Files.exists(out);
            try (Outcome.Forked forked = start(command, out)) {
                boolean ended = forked.process()
                        .waitFor((long) (random.nextDouble() * nanos.get(command)), TimeUnit.NANOSECONDS);
                if (ended) {
                    assertEquals(0, forked.end().code(), of(command, forked));
                    break;
                }
                forked.process().destroyForcibly().waitFor();
                kills++;
                early += Files.exists(out) ? 0 : 1;
                assertTrue(!resumed || Files.exists(out), of(command, forked));
            }
            wholeOrUnfinished(out);
        }
        try (Outcome.Forked forked = start(command, out)) {
            assertEquals(0, forked.end().code(), of(command, forked));
        }
        assertEquals(Outcome.files(expected), Outcome.files(out), "seed " + Soak.seed());
        for (String file : Outcome.files(expected)) {
            if (file.endsWith(".safetensors")) {
                assertEquals(-1, Files.mismatch(expected.resolve(file), out.resolve(file)), file);
            }
        }
    }

    /** With --resume wherever a command was before. */
    private Outcome.Forked start(Command command, Path out) throws IOException {
        return Outcome.Forked.start(folder, Map.of(), command.in(data, out, Files.exists(out)));
    }

    private String of(Command command, Outcome.Forked forked) throws IOException {
        return command + ", seed " + Soak.seed() + ": " + Files.readString(forked.err());
    }

    /** A file that has its own name is whole, whenever one looks. */
    private static void wholeOrUnfinished(Path out) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.exists(out)) {
            try (Stream<Path> all = Files.walk(out)) {
                all.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        for (Path file : files) {
            if (file.toString().endsWith(".safetensors")) {
                SafeTensors.read(file);
            } else if (file.toString().endsWith(".json")) {
                JsonParser.parseString(Files.readString(file));
            }
        }
    }

    /** The same command from beginning to end, and how long it takes in a JVM of its own. */
    private Path undisturbed(Command command) throws Exception {
        if (!undisturbed.containsKey(command)) {
            Path out = folder.resolve("undisturbed" + undisturbed.size());
            long start = System.nanoTime();
            try (Outcome.Forked forked = start(command, out)) {
                assertEquals(0, forked.end().code(), of(command, forked));
            }
            nanos.put(command, System.nanoTime() - start);
            undisturbed.put(command, out);
        }
        return undisturbed.get(command);
    }
}
