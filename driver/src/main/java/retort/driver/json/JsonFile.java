package retort.driver.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;
import retort.driver.data.BadDataException;

/**
 * A file of JSON that holds a record, of whoever wrote it.
 *
 * @param kind what it should be, for messages: "study"
 */
public record JsonFile(Path file, String kind) {
    /** Text that is read in one go. */
    @FunctionalInterface
    private interface Parsing<T> {
        T from(JsonReader json) throws IOException;
    }

    /**
     * The keys of the object that the file is, with their values where these are numbers or texts: tells what kind of
     * file it is before it is read as one.
     *
     * @throws BadDataException if the file is no JSON object
     * @throws UncheckedIOException if it can't be read
     */
    public Map<String, String> head() {
        return parse(false, json -> {
            Map<String, String> head = new LinkedHashMap<>();
            if (json.peek() != JsonToken.BEGIN_OBJECT) {
                throw new MalformedJsonException("no object");
            }
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                JsonToken token = json.peek();
                boolean plain = token == JsonToken.NUMBER || token == JsonToken.STRING;
                head.putIfAbsent(name, plain ? json.nextString() : "");
                if (!plain) {
                    json.skipValue();
                }
            }
            json.endObject();
            return head;
        });
    }

    /**
     * The record that the file holds.
     *
     * @throws BadDataException if it holds anything else
     * @throws UncheckedIOException if it can't be read
     */
    public <T> T read(Class<T> type) {
        return parse(false, json -> new RecordReader(json, false).read(type));
    }

    /** The same for what a command keeps for itself, where numbers may be {@code NaN} and {@code Infinity}. */
    public <T> T readKept(Class<T> type) {
        return parse(true, json -> new RecordReader(json, true).read(type));
    }

    /** The same of a text that the file has inside. */
    public <T> T readKept(String text, Class<T> type) {
        try {
            return parse(new StringReader(text), true, json -> new RecordReader(json, true).read(type));
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    public BadDataException bad(String problem) {
        return new BadDataException(file.toString(), problem);
    }

    private <T> T parse(boolean special, Parsing<T> parsing) {
        try (Reader text =
                new InputStreamReader(InputFile.open(file, "a " + kind), StandardCharsets.UTF_8.newDecoder())) {
            return parse(text, special, parsing);
        } catch (CharacterCodingException e) {
            throw bad("is no " + kind + ": not UTF-8 text");
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    private <T> T parse(Reader text, boolean special, Parsing<T> parsing) throws IOException {
        JsonReader json = new JsonReader(text);
        json.setStrictness(special ? Strictness.LENIENT : Strictness.STRICT);
        try {
            return parsing.from(json);
        } catch (RecordReader.MismatchException e) {
            throw bad("is no " + kind + " that retort wrote: " + e.getMessage());
        } catch (MalformedJsonException | EOFException e) {
            // The parser's message is of its own methods and settings.
            throw bad("is no " + kind + ": not the JSON that retort writes");
        }
    }
}
