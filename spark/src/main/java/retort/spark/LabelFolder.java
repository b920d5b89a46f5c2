package retort.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
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
 * The new folder of a labelling. A file in it names the job whose folder it is; what was begun and did not end is
 * removed by that job alone, also where it is interrupted, so that another try finds no folder.
 */
final class LabelFolder implements AutoCloseable {
    /** Readers of Parquet pass over names that begin so. */
    private static final String OWNER = "_retort.begun";

    /** When Spark has stopped, which is at 40, and before files are closed. */
    private static final int PRIORITY = FileSystem.SHUTDOWN_HOOK_PRIORITY + 5;

    private final FileSystem files;
    private final Path folder;
    private final String job = UUID.randomUUID().toString();
    private final Runnable interrupted = this::interrupted;
    private boolean done;

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
        try {
            Path folder = new Path(output);
            FileSystem files = folder.getFileSystem(SparkHadoopUtil.get().conf());
            if (!files.exists(folder)) {
                return;
            }
            boolean left = files.getFileStatus(folder).isDirectory() && !files.exists(new Path(folder, LabelNote.NAME));
            throw OutputTakenException.any("--output=" + output
                    + (left ? ", without the " + LabelNote.NAME + " of a labelling that has ended," : ""));
        } catch (IOException | IllegalArgumentException e) {
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
        try {
            Path path = new Path(output);
            FileSystem files = path.getFileSystem(SparkHadoopUtil.get().conf());
            LabelFolder folder = new LabelFolder(files, files.makeQualified(path));
            folder.make();
            return folder;
        } catch (FileAlreadyExistsException e) {
            throw OutputTakenException.any("--output=" + output);
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(output, e);
        }
    }

    private static LabellingException unusable(String output, Exception reason) {
        String text = reason.getMessage() == null ? reason.getClass().getSimpleName() : reason.getMessage();
        return new LabellingException(
                "--output=" + output + ": " + text.lines().findFirst().orElse(""), reason);
    }

    private void make() throws IOException {
        if (!files.mkdirs(folder)) {
            throw new IOException("the folder can't be made");
        }
        try {
            own();
            ShutdownHookManager.get().addShutdownHook(interrupted, PRIORITY);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | IllegalStateException e) {
            leave(e);
            throw e;
        }
    }

    /** A folder that could not be made this job's, or too late, is not to be in the way of the next. */
    private void leave(Exception reason) {
        try {
            remove();
            if (files.exists(folder)) {
                files.delete(folder, false);
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Not every file system makes a file for one alone, so who has made it is read again. */
    private void own() throws IOException {
        try (OutputStream owner = files.create(owner(), false)) {
            owner.write(job.getBytes(StandardCharsets.UTF_8));
        }
        if (files.listStatus(folder).length > 1) {
            // Another job has been here since, and has ended.
            files.delete(owner(), false);
            throw new FileAlreadyExistsException();
        }
        if (!isOwn()) {
            throw new FileAlreadyExistsException();
        }
    }

    private Path owner() {
        return new Path(folder, OWNER);
    }

    private boolean isOwn() throws IOException {
        if (!files.exists(owner())) {
            return false;
        }
        try (InputStream in = files.open(owner())) {
            return new String(in.readNBytes(job.length()), StandardCharsets.UTF_8).equals(job);
        }
    }

    /** Writes rows as Parquet. */
    void write(Dataset<Row> labelled) {
        labelled.write().mode(SaveMode.Append).option("compression", "gzip").parquet(folder.toString());
    }

    /** Says beside them what they are of: from then on the folder is whole. */
    LabelNote end(SparkSession spark, Teacher teacher, Labelling how, StructType schema) throws IOException {
        LabelNote note = LabelNote.count(spark, folder, teacher, how, schema);
        synchronized (this) {
            if (done || !isOwn()) {
                throw new LabellingException(folder + ": was removed or taken meanwhile");
            }
            files.delete(owner(), false);
            note.write(files, folder);
            done = true;
        }
        return note;
    }

    @Override
    public void close() throws IOException {
        remove();
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(interrupted);
        }
    }

    private synchronized void remove() throws IOException {
        if (!done && isOwn()) {
            files.delete(folder, true);
        }
        done = true;
    }

    private void interrupted() {
        try {
            remove();
        } catch (IOException e) {
            System.err.println("retort: " + folder + " is left, without its " + LabelNote.NAME + ": " + e.getMessage());
        }
    }
}
