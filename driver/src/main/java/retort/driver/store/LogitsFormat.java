package retort.driver.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import retort.driver.data.NumberType;
import retort.driver.export.NumpyArchive;

/** The formats that logits are kept in: a header, then the rows, so that a file can grow. */
public enum LogitsFormat {
    /** One tensor, "logits", and the origin as metadata. */
    SAFETENSORS {
        @Override
        byte[] header(LogitsOrigin origin, NumberType type) {
            JsonObject metadata = new JsonObject();
            origin.metadata().forEach(metadata::addProperty);
            JsonArray shape = new JsonArray();
            Arrays.stream(origin.shape()).forEach(shape::add);
            JsonArray offsets = new JsonArray();
            offsets.add(0);
            offsets.add((long) origin.rows() * origin.classes() * type.bytes());
            JsonObject tensor = new JsonObject();
            tensor.addProperty("dtype", type == NumberType.FLOAT16 ? "F16" : "F32");
            tensor.add("shape", shape);
            tensor.add("data_offsets", offsets);
            JsonObject all = new JsonObject();
            all.add("__metadata__", metadata);
            all.add("logits", tensor);
            String text = all.toString();
            int padding = Math.floorMod(-text.getBytes(StandardCharsets.UTF_8).length, ALIGNMENT_BYTES);
            byte[] json = (text + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(Long.BYTES + json.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .put(json)
                    .array();
        }
    },
    /** NumPy's array; the origin is in a JSON file beside it. */
    NPY {
        @Override
        byte[] header(LogitsOrigin origin, NumberType type) {
            return NumpyArchive.header(type == NumberType.FLOAT16 ? "<f2" : "<f4", origin.shape());
        }
    };

    private static final int ALIGNMENT_BYTES = 8;

    /** What stands before the rows. */
    abstract byte[] header(LogitsOrigin origin, NumberType type);

    String suffix() {
        return "." + name().toLowerCase(Locale.ROOT);
    }

    /** By what a file's name ends in. */
    public static Optional<LogitsFormat> of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return Stream.of(values())
                .filter(format -> name.endsWith(format.suffix()))
                .findFirst();
    }

    /** Where the origin of an .npy is. */
    public static Path sidecar(Path file) {
        return file.resolveSibling(file.getFileName() + ".json");
    }
}
