package retort.driver.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;

/** Records as JSON that people can read: components are keys, in order, and what is null is left out. */
public final class Json {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** In one line, and without a character that HTML could take for its own. */
    private static final Gson EMBEDDED = new Gson();

    private Json() {}

    /** Writes a component even where it is null: a number that is not defined, and not one that nobody asked for. */
    public static final class WithNull extends TypeAdapter<Double> {
        @Override
        public void write(JsonWriter out, Double value) throws IOException {
            boolean written = out.getSerializeNulls();
            out.setSerializeNulls(true);
            out.value(value);
            out.setSerializeNulls(written);
        }

        @Override
        public Double read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return null;
            }
            return in.nextDouble();
        }
    }

    public static String text(Object of) {
        return GSON.toJson(of);
    }

    /** The same without holding the text. */
    public static void write(Object of, Appendable to) {
        GSON.toJson(of, to);
    }

    /** The same for an element of an HTML page. */
    public static String embedded(Object of) {
        return EMBEDDED.toJson(of);
    }
}
