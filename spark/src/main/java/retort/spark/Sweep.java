package retort.spark;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import retort.driver.Main;
import retort.driver.cli.ExitCode;
import retort.driver.cli.FileReason;
import retort.driver.cli.OutputTakenException;
import retort.driver.cli.WholeFile;
import retort.driver.cluster.StudyTasks;
import retort.driver.study.Merge;
import retort.driver.study.StudyFile;
import scala.Function1;
import scala.Function2;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * {@code retort study sweep} on Spark: a task for each teacher, then one for each student, then the merge. Results come
 * back to the driver and stay in its folder {@code --out}, from which the same command goes on.
 */
public final class Sweep {
    private static final String TEACHERS = "teachers";
    private static final String SHARDS = "shards";

    /** What the folder's results are of. */
    private static final String COMMAND = "command.txt";

    private final StudyTasks tasks;
    private final JavaSparkContext spark;

    /** What no other try would mend, by the number of the task. */
    private final Map<Integer, Command.Result> failed = new TreeMap<>();

    private Sweep(StudyTasks tasks, JavaSparkContext spark) {
        this.tasks = tasks;
        this.spark = spark;
    }

    /** @param args options of {@code study sweep} */
    public static void main(String[] args) {
        System.exit(Main.sweep(Sweep::run, args));
    }

    static int run(StudyTasks tasks, PrintWriter err) {
        begin(tasks);
        // A student that is trained twice at once would take a core from another.
        SparkSession spark = SparkSession.builder()
                .appName("retort study sweep " + tasks.out().getFileName())
                .config("spark.speculation", false)
                .getOrCreate();
        try {
            Executors.check(spark);
            return new Sweep(tasks, JavaSparkContext.fromSparkContext(spark.sparkContext())).run(err);
        } catch (Exception e) {
            // Scala throws checked ones that nothing declares.
            throw Failures.unchecked(e);
        } finally {
            spark.stop();
        }
    }

    /** @throws OutputTakenException if the folder has other things, or results of another command */
    private static void begin(StudyTasks tasks) {
        Path command = tasks.out().resolve(COMMAND);
        String words = String.join("\n", tasks.study()) + "\n";
        try {
            if (Files.exists(command)) {
                if (!Files.readString(command).equals(words)) {
                    throw OutputTakenException.any("--out=" + tasks.out() + ", with results of another sweep,");
                }
                return;
            }
        } catch (IOException e) {
            throw FileReason.unreadable(command, e);
        }
        if (Files.exists(tasks.out())) {
            throw OutputTakenException.any("--out=" + tasks.out());
        }
        folder(tasks.out());
        WholeFile.write(command, words);
    }

    private int run(PrintWriter err) {
        if (trainTeachers() && !tasks.seeds().isEmpty()) {
            sendTeachers();
        }
        if (failed.isEmpty()) {
            trainStudents();
        }
        if (failed.isEmpty()) {
            String[] merge = {"study", "merge", path(SHARDS).toString(), "--out=" + path("merged"), "--force"};
            return Main.run(new PrintWriter(System.out, true), err, merge);
        }
        failed.values().forEach(each -> err.println("retort: " + each.problem()));
        if (Files.exists(path(SHARDS))) {
            err.println("retort: 'study merge " + path(SHARDS) + " --partial' joins the others");
        }
        err.flush();
        return failed.values().iterator().next().code();
    }

    /** @return whether all are there */
    private boolean trainTeachers() {
        List<Long> seeds = tasks.seeds().stream()
                .distinct()
                .filter(seed -> !isThere(ofSeed(seed)))
                .toList();
        List<Command> commands = seeds.stream()
                .map(seed -> new Command("teacher of seed " + seed, tasks.ofTeacher(seed), false, tasks.threads()))
                .toList();
        run("teachers", commands, (i, result) -> keep(ofSeed(seeds.get(i)), result));
        return failed.isEmpty();
    }

    private Path ofSeed(long seed) {
        return path(TEACHERS).resolve("seed-" + seed);
    }

    /** To each executor, once: the models, and the study that knows them. */
    private void sendTeachers() {
        Merge all = new Merge();
        for (long seed : tasks.seeds().stream().distinct().toList()) {
            all.add(Merge.Part.read(ofSeed(seed).resolve(StudyFile.NAME)));
            spark.addFile(
                    ofSeed(seed).resolve("teacher-seed" + seed + ".safetensors").toString());
        }
        Path study = path(TEACHERS).resolve(StudyFile.NAME);
        StudyFile.write(all.study(), study);
        spark.addFile(study.toString());
    }

    private void trainStudents() {
        List<Integer> missing = IntStream.range(0, tasks.students())
                .filter(i -> !isThere(ofStudent(i)))
                .boxed()
                .toList();
        List<Command> commands = missing.stream()
                .map(i -> new Command(
                        "student " + i + " of " + tasks.students(),
                        tasks.ofStudent(i),
                        !tasks.seeds().isEmpty(),
                        tasks.threads()))
                .toList();
        run("students", commands, (i, result) -> keep(ofStudent(missing.get(i)), result));
    }

    private Path ofStudent(int index) {
        return path(SHARDS).resolve(Integer.toString(index));
    }

    /** Each result is handed over as soon as it is there. */
    private void run(String what, List<Command> commands, BiConsumer<Integer, Command.Result> keep) {
        if (commands.isEmpty()) {
            return;
        }
        spark.setJobGroup("retort", what + " of " + tasks.out(), false);
        var results = spark.parallelize(commands, commands.size()).map(Command::run);
        Function1<Iterator<Command.Result>, Command.Result> only =
                (Function1<Iterator<Command.Result>, Command.Result> & Serializable) Iterator::next;
        Function2<Object, Command.Result, BoxedUnit> handed = (index, result) -> {
            if (result.code() == ExitCode.DONE) {
                keep.accept((Integer) index, result);
            } else {
                failed.put((Integer) index, result);
            }
            return BoxedUnit.UNIT;
        };
        spark.sc().runJob(results.rdd(), only, handed, ClassTag$.MODULE$.apply(Command.Result.class));
    }

    /** The study last: with it the result is there. */
    private static void keep(Path folder, Command.Result result) {
        folder(folder);
        List<String> names = new ArrayList<>(result.files().keySet());
        names.remove(StudyFile.NAME);
        names.add(StudyFile.NAME);
        names.forEach(name -> WholeFile.write(
                folder.resolve(name), out -> out.write(result.files().get(name))));
    }

    private static boolean isThere(Path folder) {
        return Files.exists(folder.resolve(StudyFile.NAME));
    }

    private static void folder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw FileReason.unwritable(folder.toString(), e);
        }
    }

    private Path path(String name) {
        return tasks.out().resolve(name);
    }
}
