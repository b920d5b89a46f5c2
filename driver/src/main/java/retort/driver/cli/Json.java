package retort.driver.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** Records as JSON that people can read: components are keys, in order, and what is null is left out. */
public final class Json {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** In one line, and without a character that HTML could take for its own. */
    private static final Gson EMBEDDED = new Gson();

    private Json() {}

    public static String text(Object of) {
        return GSON.toJson(of);
    }

    /** The same for an element of an HTML page. */
    public static String embedded(Object of) {
        return EMBEDDED.toJson(of);
    }
}
