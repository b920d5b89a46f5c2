package retort.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import retort.driver.cli.Json;
import retort.driver.cli.Sha256;

/**
 * {@code _retort.json}, written when all else is: of what model the logits of a folder are.
 *
 * @param rows that the files have, each image once
 * @param bad those without logits
 */
record LabelNote(String teacher, String teacherDigest, String type, int classes, long rows, long bad, String schema) {
    static final String NAME = "_retort.json";
    private static final String FORMAT = "retort logits 1, parquet";

    /** Counts what the files hold. */
    static LabelNote count(SparkSession spark, Path folder, Teacher teacher, Labelling how, StructType schema) {
        Dataset<Row> written = spark.read().parquet(folder.toString());
        long bad = how.onError() == Labelling.OnError.KEEP
                ? written.filter(written.col(SoftLabels.ERRORS).isNotNull()).count()
                : 0;
        return new LabelNote(
                teacher.name(),
                teacher.digest(),
                how.type().toString(),
                teacher.classes(),
                written.count(),
                bad,
                schema.json());
    }

    /** Writes it beside them. */
    void write(FileSystem files, Path folder) throws IOException {
        try (OutputStream out = files.create(new Path(folder, NAME), false)) {
            out.write((Json.text(keys()) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The names are those of other files of logits. */
    private Map<String, String> keys() {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("format", FORMAT);
        keys.put("images", Long.toString(rows));
        keys.put("bad", Long.toString(bad));
        keys.put("classes", Integer.toString(classes));
        keys.put("type", type);
        keys.put("teacher", teacher);
        keys.put("teacher-sha256", teacherDigest);
        keys.put("engine", "cpu-simd");
        keys.put("schema", schema);
        keys.put("schema-sha256", Sha256.of(schema));
        return keys;
    }
}
