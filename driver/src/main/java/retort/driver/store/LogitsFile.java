package retort.driver.store;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;
import retort.driver.cli.Sha256;
import retort.driver.data.ArrayFile;
import retort.driver.data.ArrayFormat;
import retort.driver.data.BadDataException;
import retort.driver.data.ImageSet;
import retort.driver.data.NumberType;
import retort.driver.job.KeptViews;
import retort.driver.job.Logits;
import retort.driver.job.Views;

/**
 * Logits that were kept: by {@code retort label}, as .safetensors or .npy; on Spark, as a folder of Parquet files; by
 * others also as CSV. What has no SHA-256
 * of its data is taken to be of them, if it has as many rows.
 *
 * @param logits of the images as they are
 * @param views those of moved images, where it has some
 * @param metadata of its origin, empty where it says nothing
 */
public record LogitsFile(Path path, Logits logits, Optional<KeptViews> views, Map<String, String> metadata) {
    /** Of images as they are. */
    LogitsFile(Path path, Logits logits, Map<String, String> metadata) {
        this(path, logits, Optional.empty(), metadata);
    }

    /** What a file's numbers may take. */
    public static final int MOST_BYTES = Integer.MAX_VALUE - 64;

    private static final int LONGEST_HEADER = 1 << 20;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final String CSV = ".csv";

    /**
     * Reads a file that is to be of these images.
     *
     * @throws BadDataException if it is damaged, of other data, or of other numbers of images or classes
     */
    public static LogitsFile read(Path path, ImageSet images) {
        if (Files.isDirectory(path)) {
            LogitsFile folder = new LogitsParquet(path, images.size(), images.classes()).read();
            folder.check(images);
            return folder;
        }
        LogitsFile file = path.toString().toLowerCase(Locale.ROOT).endsWith(CSV)
                ? new LogitsFile(path, new LogitsCsv(path, images.size(), images.classes()).read(), Map.of())
                : LogitsFormat.of(path)
                        .map(format -> format == LogitsFormat.NPY ? npy(path) : safetensors(path))
                        .orElseThrow(() -> new BadDataException(
                                path.toString(), "ends in no format, expected .safetensors, .npy or .csv"));
        file.check(images);
        return file;
    }

    /** SHA-256 of all that {@link #read} reads. */
    public static String digest(Path path) {
        return Files.isDirectory(path) ? LogitsParquet.digest(path) : Sha256.of(path);
    }

    /** Whether it says of what images it is. */
    public boolean namesItsData() {
        return metadata.containsKey(LogitsOrigin.DATA_DIGEST);
    }

    private void check(ImageSet images) {
        String digest = metadata.get(LogitsOrigin.DATA_DIGEST);
        String expected = digest == null ? null : images.digest();
        boolean other = digest != null && !digest.equals(expected);
        String hashes = "; the SHA-256 of its data is " + digest + ", expected " + expected;
        if (logits.rows() != images.size() || logits.classes() != images.classes()) {
            throw new BadDataException(
                    path.toString(),
                    "holds logits of " + logits.rows() + " images and " + logits.classes() + " classes, expected "
                            + images.size() + " and " + images.classes() + (other ? hashes : ""));
        }
        if (other) {
            throw new BadDataException(path.toString(), "is of other data" + hashes);
        }
    }

    private static LogitsFile npy(Path path) {
        ArrayFile.Floats array;
        try {
            long bytes = Files.size(path);
            array = new ArrayFile(
                            path.toString(),
                            ArrayFormat.NPY,
                            bytes,
                            bytes,
                            () -> InputFile.open(path, "an .npy of logits"))
                    .floats(List.of(2, 3));
        } catch (IOException e) {
            throw new BadDataException(path.toString(), "can't be read: " + FileReason.of(e));
        }
        Path sidecar = LogitsFormat.sidecar(path);
        Map<String, String> metadata = Map.of();
        if (Files.exists(sidecar)) {
            try (InputStream in = InputFile.open(sidecar, "a JSON file")) {
                metadata = metadata(json(sidecar, in.readNBytes(LONGEST_HEADER)));
            } catch (IOException e) {
                throw new BadDataException(sidecar.toString(), "can't be read: " + FileReason.of(e));
            }
        }
        return of(path, array.extents(), array.values(), metadata);
    }

    /** An array of images x classes, or of (1 + views) x images x classes. */
    private static LogitsFile of(Path path, int[] extents, float[] values, Map<String, String> metadata) {
        Optional<Views> views;
        try {
            views = LogitsOrigin.views(metadata);
        } catch (IllegalArgumentException e) {
            throw new BadDataException(
                    path.toString(), "what it says of its views is none of label's: " + e.getMessage());
        }
        int blocks = extents.length == 2 ? 1 : extents[0];
        int described = 1 + views.map(Views::count).orElse(0);
        if (blocks != described) {
            throw new BadDataException(
                    path.toString(),
                    "holds logits of images as they are and of " + (blocks - 1) + " views, and describes "
                            + (described - 1)
                            + (metadata.isEmpty() ? "; what 'label' says of an .npy is in a .npy.json beside it" : ""));
        }
        int classes = extents[extents.length - 1];
        if (views.isEmpty()) {
            return new LogitsFile(path, new Logits(values, classes), metadata);
        }
        int each = values.length / blocks;
        Logits asTheyAre = new Logits(Arrays.copyOf(values, each), classes);
        KeptViews kept = new KeptViews(views.get(), new Logits(values, classes));
        return new LogitsFile(path, asTheyAre, Optional.of(kept), metadata);
    }

    private static LogitsFile safetensors(Path path) {
        try (InputStream in = new BufferedInputStream(InputFile.open(path, "a file of logits"))) {
            long fileBytes = Files.size(path);
            byte[] length = in.readNBytes(Long.BYTES);
            long headerBytes = length.length < Long.BYTES
                    ? -1
                    : ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (headerBytes < 0 || headerBytes > Math.min(LONGEST_HEADER, fileBytes - Long.BYTES)) {
                throw new BadDataException(
                        path.toString(),
                        "not a safetensors file of logits, or truncated: " + fileBytes + " bytes with a header of "
                                + headerBytes);
            }
            JsonObject header = json(path, in.readNBytes((int) headerBytes));
            Map<String, String> metadata =
                    header.has("__metadata__") ? metadata(object(path, header.remove("__metadata__"))) : Map.of();
            if (header.size() != 1) {
                throw new BadDataException(
                        path.toString(), "holds " + header.size() + " tensors, expected one of logits");
            }
            Tensor tensor = tensor(
                    path, object(path, header.entrySet().iterator().next().getValue()));
            long bytes = tensor.bytes();
            if (bytes != fileBytes - Long.BYTES - headerBytes || bytes > MOST_BYTES) {
                throw new BadDataException(
                        path.toString(),
                        "truncated or of another length: " + (fileBytes - Long.BYTES - headerBytes)
                                + " bytes after its header, expected " + bytes);
            }
            return of(path, tensor.extents(), floats(path, in, tensor), metadata);
        } catch (IOException e) {
            throw new BadDataException(path.toString(), "can't be read: " + FileReason.of(e));
        }
    }

    private record Tensor(NumberType type, int[] extents) {
        /** @throws ArithmeticException if there is no such number */
        private long bytes() {
            return Arrays.stream(extents).asLongStream().reduce(type.bytes(), Math::multiplyExact);
        }
    }

    private static Tensor tensor(Path path, JsonObject of) {
        try {
            String type = of.get("dtype").getAsString();
            int[] extents = of.getAsJsonArray("shape").asList().stream()
                    .mapToInt(LogitsFile::extent)
                    .toArray();
            boolean fits = (extents.length == 2 || extents.length == 3)
                    && Arrays.stream(extents).allMatch(extent -> extent > 0);
            if (fits && (type.equals("F32") || type.equals("F16"))) {
                Tensor tensor = new Tensor(type.equals("F32") ? NumberType.FLOAT32 : NumberType.FLOAT16, extents);
                tensor.bytes();
                return tensor;
            }
        } catch (RuntimeException e) {
            // Not what the format says: told below.
        }
        throw new BadDataException(
                path.toString(),
                "its tensor is " + of + ", expected F32 or F16 of images x classes, or of views x images x classes");
    }

    /** Gson's own would be cut to its last 32 bits. */
    private static int extent(JsonElement number) {
        return number.getAsBigDecimal().intValueExact();
    }

    private static float[] floats(Path path, InputStream in, Tensor tensor) throws IOException {
        int each = tensor.type().bytes();
        float[] values = new float[Math.toIntExact(tensor.bytes() / each)];
        for (int from = 0; from < values.length; ) {
            int count = Math.min(CHUNK_BYTES / each, values.length - from);
            byte[] chunk = in.readNBytes(count * each);
            if (chunk.length < count * each) {
                throw new BadDataException(path.toString(), "truncated while it was read");
            }
            ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = from; i < from + count; i++) {
                values[i] = finite(path, i, (float) tensor.type().next(buffer));
            }
            from += count;
        }
        return values;
    }

    private static float finite(Path path, int i, float value) {
        if (!Float.isFinite(value)) {
            throw new BadDataException(
                    path.toString(), "has " + value + " at element " + i + ", expected finite numbers");
        }
        return value;
    }

    private static JsonObject json(Path path, byte[] text) {
        try {
            return object(path, JsonParser.parseString(new String(text, StandardCharsets.UTF_8)));
        } catch (JsonParseException e) {
            throw new BadDataException(path.toString(), "its JSON is none, expected that of a file of logits");
        }
    }

    private static JsonObject object(Path path, JsonElement element) {
        if (element == null || !element.isJsonObject()) {
            throw new BadDataException(path.toString(), "its JSON is no object, expected that of a file of logits");
        }
        return element.getAsJsonObject();
    }

    private static Map<String, String> metadata(JsonObject of) {
        Map<String, String> metadata = new LinkedHashMap<>();
        of.entrySet()
                .forEach(each -> metadata.put(
                        each.getKey(),
                        each.getValue().isJsonPrimitive()
                                ? each.getValue().getAsString()
                                : each.getValue().toString()));
        return metadata;
    }
}
