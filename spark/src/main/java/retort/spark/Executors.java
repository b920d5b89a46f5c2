package retort.spark;

import java.util.List;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Engine;

/** What executors have to be, found out before they get any of our classes, which an old Java can't read. */
final class Executors {
    static final int OLDEST_JAVA = 25;

    private static final String VERSION =
            "java_method('java.lang.System', 'getProperty', 'java.specification.version')";

    /** So that each executor gets one, most likely. */
    private static final int TASKS_A_CORE = 2;

    private Executors() {}

    /** @throws BackendUnavailableException if one runs a Java that is too old */
    static void check(SparkSession spark) {
        int tasks = TASKS_A_CORE * spark.sparkContext().defaultParallelism();
        List<String> versions = spark.range(0, tasks, 1, tasks)
                .selectExpr(VERSION + " as version")
                .distinct()
                .as(Encoders.STRING())
                .collectAsList();
        for (String version : versions) {
            if (Integer.parseInt(version.replaceFirst("^1\\.", "")) < OLDEST_JAVA) {
                throw tooOld("Java " + version);
            }
        }
    }

    static BackendUnavailableException tooOld(String found) {
        return new BackendUnavailableException(
                Engine.CPU_SIMD,
                "an executor runs " + found + ", expected " + OLDEST_JAVA + " or newer",
                "spark.executorEnv.JAVA_HOME, or JAVA_HOME of the workers, names one");
    }
}
