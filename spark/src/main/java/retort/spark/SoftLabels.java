package retort.spark;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What a teacher says of images, wherever these are: a row for each of theirs. */
public final class SoftLabels {
    public static final String LOGITS = "logits";
    public static final String PREDICTION = "prediction";
    public static final String ERRORS = "errors";

    private SoftLabels() {}

    /** The same for the column {@code image}, float32; a row that can't be read stops the job. */
    public static Dataset<Row> of(Dataset<Row> images, Teacher teacher) {
        return of(images, teacher, Labelling.standard());
    }

    /**
     * All columns but that of the images, and beside them the logits, before any softmax or temperature, and the
     * predicted class; where bad rows are kept, what is wrong with them.
     *
     * @throws LabellingException if there is no such column, it holds no images, or one of the new columns is there
     */
    public static Dataset<Row> of(Dataset<Row> images, Teacher teacher, Labelling how) {
        StructType schema = images.schema();
        List<String> names = List.of(schema.fieldNames());
        if (!names.contains(how.image())) {
            throw new LabellingException("there is no column " + how.image() + " among " + String.join(", ", names)
                    + "; --image=COLUMN names it");
        }
        Pixels pixels = Pixels.of(how.image(), schema.apply(how.image()).dataType());
        StructType added = added(how);
        for (String name : added.fieldNames()) {
            if (names.contains(name)) {
                throw new LabellingException("the column " + name + " is there already, and would be written");
            }
        }
        String[] kept = names.stream().filter(name -> !name.equals(how.image())).toArray(String[]::new);
        StructType labelled =
                new StructType(Stream.concat(Arrays.stream(kept).map(schema::apply), Arrays.stream(added.fields()))
                        .toArray(StructField[]::new));
        Column[] columns = Stream.concat(Stream.of(how.image()), Arrays.stream(kept))
                .map(name -> images.col("`" + name.replace("`", "``") + "`"))
                .toArray(Column[]::new);
        Meters meters = Meters.of(images.sparkSession().sparkContext());
        return images.select(columns)
                .mapPartitions(new LabelRows(teacher, how, pixels, kept, meters), Encoders.row(labelled));
    }

    private static StructType added(Labelling how) {
        boolean keeps = how.onError() == Labelling.OnError.KEEP;
        StructType added = new StructType()
                .add(
                        LOGITS,
                        how.type() == Labelling.Type.FLOAT32
                                ? DataTypes.createArrayType(DataTypes.FloatType, false)
                                : DataTypes.BinaryType,
                        keeps)
                .add(PREDICTION, DataTypes.IntegerType, keeps);
        return keeps ? added.add(ERRORS, DataTypes.StringType, true) : added;
    }
}
