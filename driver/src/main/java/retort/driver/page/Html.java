package retort.driver.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** HTML as it is written, element by element: whatever is said between tags or in an attribute is escaped. */
public final class Html {
    private final StringBuilder text = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** Begins an element; attributes are names and values in turn. */
    public Html open(String tag, String... attributes) {
        tag(tag, attributes);
        open.push(tag);
        return this;
    }

    /** Ends the element that was begun last. */
    public Html close() {
        text.append("</").append(open.pop()).append('>');
        return this;
    }

    /** An element that holds nothing and has no end, such as an image. */
    public Html empty(String tag, String... attributes) {
        return tag(tag, attributes);
    }

    /** An element of text alone. */
    public Html element(String tag, String content, String... attributes) {
        return open(tag, attributes).text(content).close();
    }

    public Html text(String content) {
        text.append(escaped(content));
        return this;
    }

    /**
     * An element whose content browsers take as it stands: style, script, and data for one.
     *
     * @throws IllegalArgumentException if the content would end the element
     */
    Html raw(String tag, String content, String... attributes) {
        if (content.contains("</") && content.toLowerCase(Locale.ROOT).contains("</" + tag)) {
            throw new IllegalArgumentException("html: content of a " + tag + " that ends it");
        }
        open(tag, attributes);
        text.append(content);
        return close();
    }

    private Html tag(String tag, String... attributes) {
        text.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            text.append(' ').append(attributes[i]).append("=\"");
            text.append(escaped(attributes[i + 1])).append('"');
        }
        text.append('>');
        return this;
    }

    private static String escaped(String content) {
        return content.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** @throws IllegalStateException if an element was not ended */
    String end() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("html: not ended: " + open);
        }
        return text.toString();
    }
}
