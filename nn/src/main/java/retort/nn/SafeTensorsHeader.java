package retort.nn;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import retort.kernels.op.Shape;

/**
 * The JSON header of a safetensors file, for example {@code {"__metadata__": {"epochs": "1"}, "bias": {"dtype": "F32",
 * "shape": [10], "data_offsets": [0, 40]}}}. Offsets count from the header's end.
 */
record SafeTensorsHeader(Map<String, String> metadata, Map<String, Range> ranges) {
    /** How a tensor is stored. */
    record Stored(Shape shape, StoredType type) {
        long bytes() {
            return (long) shape.size() * type.bytes();
        }
    }

    /** Whose files are read: ours have fewer types of numbers, and no tensor without an axis. */
    enum Origin {
        OURS,
        ANY
    }

    /** A tensor's place in the data: bytes {@code begin} to {@code end}, end excluded. */
    record Range(Stored stored, long begin, long end) {}

    static final String METADATA = "__metadata__";
    /** A tenth of the limit of the format's own reader: enough for 100,000 tensors. */
    static final long LONGEST_BYTES = 10_000_000;

    private static final int ALIGNMENT_BYTES = 8;

    /**
     * The header for tensors that follow each other in the map's order, padded with spaces so that the data is aligned.
     */
    static byte[] format(Map<String, String> metadata, Map<String, Stored> tensors) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(METADATA).beginObject();
                for (var named : metadata.entrySet()) {
                    json.name(named.getKey()).value(named.getValue());
                }
                json.endObject();
            }
            long begin = 0;
            for (var named : tensors.entrySet()) {
                Stored tensor = named.getValue();
                long end = begin + tensor.bytes();
                json.name(named.getKey()).beginObject();
                json.name("dtype").value(tensor.type().name());
                json.name("shape").beginArray();
                for (int extent : tensor.shape().extents()) {
                    json.value(extent);
                }
                json.endArray();
                json.name("data_offsets").beginArray().value(begin).value(end).endArray();
                json.endObject();
                begin = end;
            }
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException("safetensors: a string can't be written to", e);
        }
        byte[] header = text.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (header.length + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
        byte[] aligned = Arrays.copyOf(header, padded);
        Arrays.fill(aligned, header.length, padded, (byte) ' ');
        return aligned;
    }

    /**
     * Reads a header and checks that its tensors cover the data exactly.
     *
     * @param file for messages
     * @throws ModelFileException if they don't, or the header is not of the format
     */
    static SafeTensorsHeader parse(Path file, ByteBuffer header, long dataBytes, Origin origin) {
        // The JSON reader would pass over a byte order mark, the format's own does not.
        boolean begun = header.hasRemaining() && header.get(header.position()) == '{';
        try (JsonReader json = new JsonReader(new StringReader(
                StandardCharsets.UTF_8.newDecoder().decode(header).toString()))) {
            json.setStrictness(Strictness.STRICT);
            if (!begun) {
                throw new MalformedJsonException("no object");
            }
            SafeTensorsHeader parsed = new Parser(file, json, origin).header();
            parsed.checkCoverage(file, dataBytes);
            return parsed;
        } catch (CharacterCodingException e) {
            throw new ModelFileException(file, "the header is not UTF-8", e);
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            // The parser's message is of its own methods and settings.
            throw new ModelFileException(
                    file,
                    "the header is not the JSON of a safetensors file, expected tensors' dtype, shape and data_offsets");
        }
    }

    private void checkCoverage(Path file, long dataBytes) {
        List<String> names = new ArrayList<>(ranges.keySet());
        names.sort(Comparator.comparingLong(name -> ranges.get(name).begin()));
        long covered = 0;
        for (String name : names) {
            Range range = ranges.get(name);
            if (range.begin() != covered) {
                throw new ModelFileException(
                        file,
                        "tensor " + name + " starts at byte " + range.begin() + " of the data, expected " + covered
                                + (range.begin() < covered ? ": tensors overlap" : ": bytes of no tensor"));
            }
            covered = range.end();
            if (covered > dataBytes) {
                throw new ModelFileException(
                        file, "truncated: tensor " + name + " ends at byte " + covered + " of " + dataBytes);
            }
        }
        if (covered < dataBytes) {
            throw new ModelFileException(file, dataBytes - covered + " bytes follow the last tensor, expected none");
        }
    }

    /** Walks the JSON token by token: duplicate names and unknown keys, which a tree would hide, are seen. */
    private record Parser(Path file, JsonReader json, Origin origin) {
        SafeTensorsHeader header() throws IOException {
            Map<String, String> metadata = new LinkedHashMap<>();
            Map<String, Range> ranges = new LinkedHashMap<>();
            boolean described = false;
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                boolean repeated = name.equals(METADATA) ? described : ranges.containsKey(name);
                if (repeated) {
                    throw new ModelFileException(file, "the header has two entries of the name " + name);
                }
                if (name.equals(METADATA)) {
                    described = true;
                    readMetadata(metadata);
                } else {
                    ranges.put(name, range(name));
                }
            }
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new ModelFileException(file, "the header goes on after its JSON object");
            }
            return new SafeTensorsHeader(metadata, ranges);
        }

        private void readMetadata(Map<String, String> metadata) throws IOException {
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (json.peek() != JsonToken.STRING) {
                    throw new ModelFileException(
                            file, "metadata " + name + " is a JSON " + json.peek() + ", expected a string");
                }
                if (metadata.put(name, json.nextString()) != null) {
                    throw new ModelFileException(file, "the metadata has two entries of the name " + name);
                }
            }
            json.endObject();
        }

        private Range range(String name) throws IOException {
            String dtype = null;
            long[] extents = null;
            long[] offsets = null;
            json.beginObject();
            Set<String> seen = new HashSet<>();
            while (json.hasNext()) {
                String key = json.nextName();
                if (!seen.add(key)) {
                    throw new ModelFileException(file, "tensor " + name + " has two entries of the key " + key);
                }
                switch (key) {
                    case "dtype" -> dtype = text(JsonToken.STRING);
                    case "shape" -> extents = numbers();
                    case "data_offsets" -> offsets = numbers();
                    default -> throw new ModelFileException(file, "tensor " + name + " has an unknown key " + key);
                }
            }
            json.endObject();
            if (dtype == null || extents == null || offsets == null) {
                throw new ModelFileException(file, "tensor " + name + " lacks one of dtype, shape and data_offsets");
            }
            return range(name, new Stored(shape(name, extents), type(name, dtype)), offsets);
        }

        /** A text or number as it is written: the reader would take either for the other, and 4.0 for 4. */
        private String text(JsonToken kind) throws IOException {
            if (json.peek() != kind) {
                throw new MalformedJsonException("a JSON " + json.peek() + ", expected " + kind);
            }
            return json.nextString();
        }

        private StoredType type(String name, String dtype) {
            return StoredType.of(dtype)
                    .filter(type -> origin == Origin.ANY || type.isOurs())
                    .orElseThrow(() -> new ModelFileException(
                            file,
                            "tensor " + name + " is of dtype " + dtype + ", expected "
                                    + (origin == Origin.ANY
                                            ? "one of " + Arrays.toString(StoredType.values())
                                            : "F32, BF16 or I8")));
        }

        private Range range(String name, Stored stored, long[] offsets) {
            long expected = stored.bytes();
            if (offsets.length != 2 || offsets[0] < 0 || offsets[1] - offsets[0] != expected) {
                throw new ModelFileException(
                        file,
                        "tensor " + name + " has data_offsets " + Arrays.toString(offsets) + ", expected " + expected
                                + " bytes for shape " + stored.shape());
            }
            return new Range(stored, offsets[0], offsets[1]);
        }

        private Shape shape(String name, long[] extents) {
            try {
                return origin == Origin.ANY && extents.length == 0
                        ? Shape.of(1)
                        : Shape.of(Arrays.stream(extents)
                                .mapToInt(Math::toIntExact)
                                .toArray());
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new ModelFileException(file, "tensor " + name + " has a shape that is not done here", e);
            }
        }

        private long[] numbers() throws IOException {
            List<Long> numbers = new ArrayList<>();
            json.beginArray();
            while (json.hasNext()) {
                numbers.add(Long.parseLong(text(JsonToken.NUMBER)));
            }
            json.endArray();
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }
    }
}
