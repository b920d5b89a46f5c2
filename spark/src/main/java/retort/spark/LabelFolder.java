package retort.spark;

import java.io.IOException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import retort.driver.cli.OutputTakenException;

/**
 * The new folder of a labelling. A file in it, which only one job can make, says that it is this job's; what was begun
 * and did not end is removed, also where the job is interrupted, so that another try finds no folder.
 */
final class LabelFolder implements AutoCloseable {
    /** Readers of Parquet pass over names that begin so. */
    private static final String OWNER = "_retort.begun";

    /** When Spark has stopped, which is at 40, and before files are closed. */
    private static final int PRIORITY = FileSystem.SHUTDOWN_HOOK_PRIORITY + 5;

    private final FileSystem files;
    private final Path folder;
    private final Runnable remove = this::remove;
    private boolean ended;

    private LabelFolder(FileSystem files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /**
     * Refuses a folder that is there, before any work.
     *
     * @throws OutputTakenException if it is
     * @throws LabellingException if it can't be looked at
     */
    static void checkNew(String output) {
        Path folder = new Path(output);
        try {
            FileSystem files = folder.getFileSystem(SparkHadoopUtil.get().conf());
            if (!files.exists(folder)) {
                return;
            }
            boolean left = files.getFileStatus(folder).isDirectory() && !files.exists(new Path(folder, LabelNote.NAME));
            throw left
                    ? OutputTakenException.any("--output=" + output + ", without the " + LabelNote.NAME
                            + " of a labelling that has ended,")
                    : OutputTakenException.any("--output=" + output);
        } catch (IOException e) {
            throw unusable(output, e);
        }
    }

    /**
     * Makes the folder.
     *
     * @throws OutputTakenException if another job has, meanwhile
     * @throws LabellingException if it can't be made
     */
    static LabelFolder begin(String output) {
        Path folder = new Path(output);
        try {
            FileSystem files = folder.getFileSystem(SparkHadoopUtil.get().conf());
            if (!files.mkdirs(folder)) {
                throw new IOException("the folder can't be made");
            }
            Path owner = new Path(folder, OWNER);
            files.create(owner, false).close();
            if (files.listStatus(folder).length > 1) {
                // Of a job that has ended since.
                files.delete(owner, false);
                throw OutputTakenException.any("--output=" + output);
            }
            LabelFolder begun = new LabelFolder(files, folder);
            ShutdownHookManager.get().addShutdownHook(begun.remove, PRIORITY);
            return begun;
        } catch (FileAlreadyExistsException e) {
            throw OutputTakenException.any("--output=" + output);
        } catch (IOException e) {
            throw unusable(output, e);
        }
    }

    private static LabellingException unusable(String output, IOException reason) {
        String text = reason.getMessage() == null ? reason.getClass().getSimpleName() : reason.getMessage();
        return new LabellingException(
                "--output=" + output + ": " + text.lines().findFirst().orElse(""), reason);
    }

    /** Writes rows as Parquet. */
    void write(Dataset<Row> labelled) {
        labelled.write().mode(SaveMode.Append).option("compression", "gzip").parquet(folder.toString());
    }

    /** Says beside them what they are of: from then on the folder is whole. */
    LabelNote end(SparkSession spark, Teacher teacher, Labelling how, StructType schema) throws IOException {
        LabelNote note = LabelNote.write(spark, files, folder, teacher, how, schema);
        ended = true;
        files.delete(new Path(folder, OWNER), false);
        return note;
    }

    @Override
    public void close() {
        remove();
        try {
            ShutdownHookManager.get().removeShutdownHook(remove);
        } catch (IllegalStateException e) {
            // It is being run.
        }
    }

    private synchronized void remove() {
        if (ended) {
            return;
        }
        try {
            files.delete(folder, true);
        } catch (IOException e) {
            // What is left says itself that no labelling has ended there.
        }
    }
}
