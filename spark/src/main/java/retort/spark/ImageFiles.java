package retort.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** The images of a folder, by Spark's own reader. */
final class ImageFiles {
    private ImageFiles() {}

    /**
     * A row for each file, but for names that begin with a dot or an underscore, which are hidden from all of Spark.
     *
     * @throws LabellingException if the folder can't be read
     */
    static Dataset<Row> read(SparkSession spark, String path) {
        Dataset<Row> images = spark.read()
                .format("image")
                .option("dropInvalid", false)
                .option("recursiveFileLookup", true)
                .load(path)
                .selectExpr("image.origin as path", "image");
        List<Row> empty = empty(path);
        // Spark has no task for a file of no bytes, so it would be in no row.
        return empty.isEmpty() ? images : images.union(spark.createDataFrame(empty, images.schema()));
    }

    /** Rows as of files that can't be decoded. */
    private static List<Row> empty(String path) {
        List<Row> rows = new ArrayList<>();
        try {
            Path folders = new Path(path);
            FileSystem system = folders.getFileSystem(SparkHadoopUtil.get().conf());
            FileStatus[] found = system.globStatus(system.makeQualified(folders));
            for (FileStatus folder : found == null ? new FileStatus[0] : found) {
                addEmpty(system, folder.getPath(), rows);
            }
        } catch (IOException e) {
            throw new LabellingException(path + ": can't be read: " + e.getMessage(), e);
        }
        return rows;
    }

    private static void addEmpty(FileSystem system, Path folder, List<Row> rows) throws IOException {
        RemoteIterator<LocatedFileStatus> files = system.listFiles(folder, true);
        while (files.hasNext()) {
            LocatedFileStatus file = files.next();
            if (file.getLen() == 0 && !isHidden(folder, file.getPath())) {
                // As Spark spells it.
                String origin = file.getPath().toUri().toString();
                Row image = RowFactory.create(origin, -1, -1, -1, -1, new byte[0]);
                rows.add(RowFactory.create(origin, image));
            }
        }
    }

    private static boolean isHidden(Path folder, Path file) {
        int depth = folder.depth();
        for (Path at = file; at.depth() > depth; at = at.getParent()) {
            if (at.getName().startsWith(".") || at.getName().startsWith("_")) {
                return true;
            }
        }
        return false;
    }
}
