package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import retort.driver.cli.CommandText;
import retort.driver.data.SyntheticSet;

/** {@code retort study sweep --emit}: what clusters are given, and that tasks which follow it end with the whole. */
class ClusterTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;
    private static final String ODD = "it's $HOME, \"$(id)\" {out}";
    private static final String[] SWEEP = {
        "--width=10",
        "--omit=none,3",
        "--method=soft-targets,hard-labels",
        "--seeds=2",
        "--epochs=1",
        "--student-epochs=1"
    };

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void write() throws IOException {
        data = SyntheticSet.write(folder.resolve(ODD), 60, 40);
    }

    /** As Slurm would run them, one after the other; of one task twice, as after a requeue. */
    @Test
    void theTasksOfTheScriptEndWithTheStudyThatOneMachineMakes() throws IOException, InterruptedException {
        Path out = folder.resolve("out of " + ODD);
        Path script = script(out);
        run(script, Map.of(), "teachers");
        for (int task : List.of(2, 0, 1, 1, 3)) {
            run(script, Map.of("SLURM_ARRAY_TASK_ID", Integer.toString(task)), "share");
        }
        run(script, Map.of(), "merge");
        Path whole = folder.resolve("whole");
        Outcome.of(sweep("--out=" + whole, "--threads=1")).isDone();
        assertEquals(untimed(whole), untimed(out.resolve("merged")));
    }

    @Test
    void theScriptSubmitsTeachersThenSharesThenTheMerge() throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path script = script(out);
        Path tools = Files.createDirectory(folder.resolve("tools"));
        Path said = folder.resolve("sbatch");
        executable(
                tools.resolve("sbatch"),
                "printf '%s\\n' \"$@\" '' >>" + CommandText.quoted(said.toString()) + "; wc -l <"
                        + CommandText.quoted(said.toString()));
        run(script, Map.of("PATH", tools + ":" + System.getenv("PATH")), "--time=1:00:00", "--partition=a b");
        List<List<String>> jobs = Stream.of(Files.readString(said).split("\n\n"))
                .map(job -> List.of(job.split("\n")))
                .toList();
        assertEquals(3, jobs.size());
        for (List<String> job : jobs) {
            assertTrue(
                    job.containsAll(List.of(
                            "--requeue",
                            "--open-mode=append",
                            "--kill-on-invalid-dep=yes",
                            "--time=1:00:00",
                            "--partition=a b",
                            script.toString())),
                    job.toString());
        }
        assertEquals("teachers", jobs.get(0).getLast());
        assertEquals("share", jobs.get(1).getLast());
        assertTrue(jobs.get(1).contains("--array=0-3"), jobs.get(1).toString());
        String first = Integer.toString(jobs.get(0).size() + 1);
        assertTrue(
                jobs.get(1).contains("--dependency=afterok:" + first),
                jobs.get(1).toString());
        assertEquals("merge", jobs.get(2).getLast());
        String second = Integer.toString(jobs.get(0).size() + jobs.get(1).size() + 2);
        assertTrue(
                jobs.get(2).contains("--dependency=afterok:" + second),
                jobs.get(2).toString());
    }

    /** By the classes that Kubernetes' client makes of its published schema: no other keys, all that must be there. */
    @Test
    void kubernetesJobsAreAsItsSchemaHasThem() throws IOException {
        Outcome emitted = Outcome.of(sweep("--emit=k8s", "--tasks=4", "--out=grid/A b", "--claim=disk"))
                .isDone();
        List<JsonObject> jobs = jobs(emitted.out());
        assertEquals(
                List.of("retort-a-b-teachers", "retort-a-b-shares", "retort-a-b-merge"),
                jobs.stream()
                        .map(job -> job.getAsJsonObject("metadata").get("name").getAsString())
                        .toList());
        JsonObject shares = jobs.get(1).getAsJsonObject("spec");
        assertEquals("Indexed", shares.get("completionMode").getAsString());
        assertEquals(4, shares.get("completions").getAsInt());
        assertTrue(shares.get("suspend").getAsBoolean());
        List<String> args = args(jobs.get(1), 3);
        assertTrue(
                args.containsAll(List.of(
                        "--data=" + data,
                        "--teachers=/retort/grid/A b/teachers",
                        "--shard=3/4",
                        "--out=/retort/grid/A b/shards/3",
                        "--threads=1")),
                args.toString());
        Main.line().parseArgs(args.toArray(String[]::new));
        assertEquals(
                List.of("study", "merge", "/retort/grid/A b/shards", "--out=/retort/grid/A b/merged", "--force"),
                args(jobs.get(2), 0));
    }

    /** Or the test above would pass whatever is written. */
    @Test
    void theSchemaRefusesAKeyThatKubernetesDoesNotHave() throws IOException {
        String text = Outcome.of(sweep("--emit=k8s", "--out=grid")).isDone().out();
        assertThrows(
                IllegalArgumentException.class,
                () -> jobs(text.replace("backoffLimitPerIndex", "backoffLimitPerTask")));
        assertThrows(IllegalArgumentException.class, () -> jobs(text.replace("template:", "pods:")));
    }

    @Test
    void aTeacherThatIsGivenIsNotTrained() throws IOException {
        Outcome trained = Outcome.of("train", "--data=" + data, "--epochs=1", "--out=" + folder.resolve("teacher"));
        Path teacher = folder.resolve("teacher").resolve("teacher.safetensors");
        trained.isDone();
        String script = Outcome.of(sweep("--emit=slurm", "--out=grid", "--teacher=" + teacher))
                .isDone()
                .out();
        assertFalse(script.contains("submit teachers"), script);
        List<JsonObject> jobs = jobs(Outcome.of(sweep("--emit=k8s", "--out=grid", "--teacher=" + teacher))
                .isDone()
                .out());
        assertEquals(2, jobs.size());
        assertFalse(jobs.get(0).getAsJsonObject("spec").has("suspend"));
    }

    @Test
    void aShareThatFailedIsNamedAndTheRestIsJoinedWhereTheUserSaysSo() throws IOException {
        Path shards = folder.resolve("shards");
        for (int task : List.of(0, 2)) {
            Outcome.of(sweep("--shard=" + task + "/4", "--out=" + shards.resolve(Integer.toString(task))))
                    .isDone();
        }
        Files.createDirectories(shards.resolve("3"));
        Path out = folder.resolve("merged");
        String[] merge = {"study", "merge", shards.toString(), "--out=" + out};
        Outcome.of(merge)
                .isRefused(
                        BAD_FILE,
                        "the study is not whole",
                        "/3/study.json is not there",
                        "share 1 of 4 is missing",
                        "share 3 of 4 is missing",
                        "--partial joins the rest");
        Outcome partial = Outcome.of(
                        Stream.concat(Stream.of(merge), Stream.of("--partial")).toArray(String[]::new))
                .isDone();
        assertTrue(partial.err().contains("note: not in the result: share 1 of 4 is missing"), partial.err());
        assertEquals(4, study(out).getAsJsonArray("cells").size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--emit=pbs --out=a | 'pbs'",
                "--emit=slurm | --emit needs --out",
                "--emit=slurm --out=a --shard=0/2 | each task begin or go on by itself, without --shard",
                "--emit=slurm --out=a --resume | without --resume",
                "--emit=slurm --out=a --image=b | --image and --claim are for --emit=k8s only",
                "--emit=k8s --out=/elsewhere | --out=/elsewhere is not on the volume: expected a folder in /retort",
                "--emit=k8s --out=../up | is not on the volume",
                "--emit=k8s --out=a/.. | is not on the volume",
                "--emit=k8s --out=a --claim=A_b | --claim=A_b is no name of Kubernetes",
                "--emit=k8s --out=a --image= | --image is empty",
                "--emit=slurm --out=a%j | a % or a \\",
                "--tasks=3 | --tasks is for --emit only",
                "--emit=slurm --out=a --omit=10 | --omit=10: MNIST has the classes 0 to 9",
                "--teachers=a --teacher=b | exclude each other",
                "--teachers-only --shard=0/2 | without --shard",
                "--resume-or-begin | --resume-or-begin needs --out",
                "--resume --resume-or-begin --out=a | exclude each other",
            })
    void refusesWhatMakesNoSense(String args, String problem) {
        Outcome.of(("study sweep " + args).split(" ")).isRefused(USAGE, problem);
    }

    @Test
    void refusesAnArgumentWithALineBreak() {
        Outcome.of("study", "sweep", "--emit=slurm", "--out=a\nb").isRefused(USAGE, "a control character in");
        Outcome.of("study", "sweep", "--emit=k8s", "--out=a", "--data=a\tb").isRefused(USAGE, "a control character in");
    }

    @Test
    void aTaskDoesNotBeginAmongFilesOfOthers() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        Files.writeString(out.resolve("thesis.txt"), "");
        Outcome.of(sweep("--out=" + out, "--resume-or-begin")).isRefused(USAGE, "the folder holds thesis.txt already");
    }

    @Test
    void aShareNeedsTheTeacherOfEachOfItsSeeds() throws IOException {
        Path teachers = folder.resolve("teachers");
        Outcome.of(sweep("--teachers-only", "--seeds=1", "--out=" + teachers)).isDone();
        Outcome.of(sweep("--teachers=" + teachers, "--out=" + folder.resolve("all")))
                .isRefused(BAD_FILE, "has no teacher of the seed 1");
        Outcome.of(sweep("--teachers=" + teachers, "--shard=0/2", "--out=" + folder.resolve("first")))
                .isDone();
        assertFalse(Files.exists(folder.resolve("first").resolve("teacher-seed0.safetensors")));
    }

    private String[] sweep(String... more) {
        return Stream.of(Stream.of("study", "sweep", "--data=" + data), Stream.of(SWEEP), Stream.of(more))
                .flatMap(words -> words)
                .toArray(String[]::new);
    }

    /** For Slurm, of four tasks, with a command that starts this JVM's classes. */
    private Path script(Path out) throws IOException {
        Path retort = folder.resolve("retort's");
        executable(
                retort,
                "exec " + CommandText.quoted(Outcome.Forked.command(List.of("--add-modules=jdk.incubator.vector")))
                        + " \"$@\"");
        String before = System.getProperty("retort.launcher");
        System.setProperty("retort.launcher", retort.toString());
        try {
            Outcome emitted = Outcome.of(sweep("--emit=slurm", "--tasks", "4", "--out=" + out))
                    .isDone();
            return Files.writeString(folder.resolve("the script.sh"), emitted.out());
        } finally {
            if (before == null) {
                System.clearProperty("retort.launcher");
            } else {
                System.setProperty("retort.launcher", before);
            }
        }
    }

    private static void executable(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    private void run(Path script, Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(List.of(args));
        Path said = folder.resolve("said");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), Files.readString(said));
    }

    /** Those of a text, each held against the schema. */
    private static List<JsonObject> jobs(String yaml) throws IOException {
        Iterable<Object> documents = new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml);
        List<JsonObject> jobs = StreamSupport.stream(documents.spliterator(), false)
                .map(document -> new Gson().toJsonTree(document).getAsJsonObject())
                .toList();
        for (JsonObject job : jobs) {
            V1Job.validateJsonElement(job);
        }
        return jobs;
    }

    /** A container's words with its index in them, as Kubernetes expands them. */
    private static List<String> args(JsonObject job, int index) {
        JsonArray args = job.getAsJsonObject("spec")
                .getAsJsonObject("template")
                .getAsJsonObject("spec")
                .getAsJsonArray("containers")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("args");
        return IntStream.range(0, args.size())
                .mapToObj(i -> args.get(i).getAsString())
                .map(word -> word.replace("$$", "\0")
                        .replace("$(JOB_COMPLETION_INDEX)", Integer.toString(index))
                        .replace("\0", "$"))
                .toList();
    }

    private static JsonObject study(Path out) throws IOException {
        return JsonParser.parseString(Files.readString(out.resolve("study.json")))
                .getAsJsonObject();
    }

    private static JsonElement untimed(Path out) throws IOException {
        return StudyTest.untimed(study(out));
    }
}
