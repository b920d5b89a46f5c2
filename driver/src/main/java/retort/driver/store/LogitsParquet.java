package retort.driver.store;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;
import retort.driver.cli.Sha256;
import retort.driver.data.BadDataException;
import retort.driver.job.Logits;

/**
 * Logits that {@code retort.spark.Label} wrote: Parquet files, whose rows are in any order and name their image by its
 * number in the column {@code id}. Files are read one after the other, and no more of one than a few pages at once.
 *
 * @param images how many there are to be
 */
record LogitsParquet(Path folder, int images, int classes) {
    static final String NOTE = "_retort.json";

    private static final int LONGEST_NOTE = 1 << 20;
    private static final String ID = "id";
    private static final String LOGITS = "logits";

    /** It would tell of its decompressors. Kept here, since loggers are held weakly. */
    private static final Logger HARDWOOD = Logger.getLogger("dev.hardwood");

    static {
        HARDWOOD.setLevel(Level.WARNING);
    }

    /** Where the next row goes, and which are there. */
    private record Rows(float[] values, BitSet there) {}

    /** @throws BadDataException if files are damaged, or don't hold a row of logits for each image, once */
    LogitsFile read() {
        Map<String, String> metadata = note();
        Rows rows = new Rows(new float[Math.multiplyExact(images, classes)], new BitSet(images));
        for (Path file : files(folder)) {
            try (ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(file))) {
                boolean halves = areHalves(file, reader);
                try (RowReader row = reader.buildRowReader()
                        .projection(ColumnProjection.columns(ID, LOGITS))
                        .build()) {
                    while (row.hasNext()) {
                        row.next();
                        add(file, row, halves, rows);
                    }
                }
            } catch (BadDataException e) {
                throw e;
            } catch (IOException e) {
                throw new BadDataException(file.toString(), "can't be read: " + FileReason.of(e));
            } catch (RuntimeException e) {
                throw new BadDataException(file.toString(), "is no Parquet file that can be read: " + e.getMessage());
            }
        }
        int missing = rows.there().nextClearBit(0);
        if (missing < images) {
            throw bad("has logits of " + rows.there().cardinality() + " images, expected " + images
                    + ": none of the id " + missing);
        }
        return new LogitsFile(folder, new Logits(rows.values(), classes), metadata);
    }

    /** Whether the logits are bytes; otherwise they are floats. */
    private static boolean areHalves(Path file, ParquetFileReader reader) {
        Map<String, PhysicalType> types = reader.getFileSchema().getColumns().stream()
                .collect(Collectors.toMap(column -> column.fieldPath().toString(), ColumnSchema::type, (a, b) -> a));
        PhysicalType id = types.get(ID);
        PhysicalType logits = types.entrySet().stream()
                .filter(column ->
                        column.getKey().equals(LOGITS) || column.getKey().startsWith(LOGITS + "."))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (id != PhysicalType.INT64 || logits != PhysicalType.FLOAT && logits != PhysicalType.BYTE_ARRAY) {
            throw new BadDataException(
                    file.toString(),
                    "has the columns " + String.join(", ", types.keySet()) + " with id of " + id + " and logits of "
                            + logits + ", expected id of INT64 (bigint) and logits of FLOAT or BYTE_ARRAY");
        }
        return logits == PhysicalType.BYTE_ARRAY;
    }

    private void add(Path file, RowReader row, boolean halves, Rows rows) {
        if (row.isNull(ID)) {
            throw new BadDataException(file.toString(), "has a row without an id, expected 0 to " + (images - 1));
        }
        long id = row.getLong(ID);
        if (id < 0 || id >= images) {
            throw new BadDataException(file.toString(), "has the id " + id + ", expected 0 to " + (images - 1));
        }
        if (rows.there().get((int) id)) {
            throw new BadDataException(file.toString(), "has the id " + id + " once more");
        }
        if (row.isNull(LOGITS)) {
            throw new BadDataException(
                    file.toString(), "has no logits of the image of id " + id + ": its column errors says why");
        }
        rows.there().set((int) id);
        int at = (int) id * classes;
        int count = halves ? halves(row, rows.values(), at) : floats(row, rows.values(), at);
        if (count != classes) {
            throw new BadDataException(
                    file.toString(), "has " + count + " logits of the image of id " + id + ", expected " + classes);
        }
        for (int c = at; c < at + classes; c++) {
            if (!Float.isFinite(rows.values()[c])) {
                throw new BadDataException(
                        file.toString(), "has the logit " + rows.values()[c] + " of the image of id " + id);
            }
        }
    }

    private int floats(RowReader row, float[] to, int at) {
        List<Float> logits = row.getList(LOGITS).floats();
        for (int c = 0; c < Math.min(classes, logits.size()); c++) {
            to[at + c] = logits.get(c) == null ? Float.NaN : logits.get(c);
        }
        return logits.size();
    }

    private int halves(RowReader row, float[] to, int at) {
        byte[] bytes = row.getBinary(LOGITS);
        ByteBuffer halves = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int c = 0; c < Math.min(classes, bytes.length / Short.BYTES); c++) {
            to[at + c] = Float.float16ToFloat(halves.getShort());
        }
        return bytes.length / Short.BYTES;
    }

    /** What the job says of it, which it writes when all else is. */
    private Map<String, String> note() {
        Path file = folder.resolve(NOTE);
        if (!Files.exists(file)) {
            throw bad("has no " + NOTE + ": no labelling has ended there");
        }
        try (InputStream in = InputFile.open(file, "a JSON file")) {
            JsonElement json = JsonParser.parseString(new String(in.readNBytes(LONGEST_NOTE), StandardCharsets.UTF_8));
            Map<String, String> metadata = new LinkedHashMap<>();
            json.getAsJsonObject()
                    .entrySet()
                    .forEach(each -> metadata.put(each.getKey(), each.getValue().getAsString()));
            return metadata;
        } catch (IOException e) {
            throw new BadDataException(file.toString(), "can't be read: " + FileReason.of(e));
        } catch (RuntimeException e) {
            throw new BadDataException(file.toString(), "is no note of a labelling");
        }
    }

    private BadDataException bad(String problem) {
        return new BadDataException(folder.toString(), problem);
    }

    /** Its Parquet files, by name. */
    private static List<Path> files(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().endsWith(".parquet"))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw FileReason.unreadable(folder, e);
        }
    }

    /** SHA-256 of all that is read of a folder. */
    static String digest(Path folder) {
        return Sha256.of(Stream.concat(Stream.of(folder.resolve(NOTE)), files(folder).stream())
                .map(Sha256::of)
                .collect(Collectors.joining("\n")));
    }
}
