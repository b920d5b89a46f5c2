package retort.driver.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import retort.driver.cli.Sha256;

/**
 * A page in one file that needs no other and no network: text and tables stand in it, charts are drawn by a library
 * inside. The browser is told to run no script but those two and to load nothing.
 */
public final class Page {
    private static final String LIBRARY = resource("echarts/echarts.min.js");
    private static final String SCRIPT = resource("page.js");
    private static final String STYLE = resource("page.css");

    private final String title;
    private final List<Section> sections = new ArrayList<>();
    private String sentence = "";
    private List<String> origin = List.of();
    private List<Tile> tiles = List.of();

    /** A number that stands out at the top. */
    public record Tile(String value, String label) {}

    private record Section(String id, String title, List<Block> blocks) {}

    public Page(String title) {
        this.title = title;
    }

    /** What came out, in one sentence. */
    public Page sentence(String text) {
        sentence = text;
        return this;
    }

    /** Where it comes from: command, seed, machine; one short phrase each. */
    public Page origin(List<String> phrases) {
        origin = List.copyOf(phrases);
        return this;
    }

    public Page tiles(List<Tile> numbers) {
        tiles = List.copyOf(numbers);
        return this;
    }

    /** Adds a section, unless there is nothing in it. */
    public Page section(String heading, List<? extends Block> blocks) {
        if (!blocks.isEmpty()) {
            sections.add(new Section("s" + (sections.size() + 1), heading, List.copyOf(blocks)));
        }
        return this;
    }

    public String html() {
        Html html = new Html();
        html.open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8");
        html.empty("meta", "http-equiv", "Content-Security-Policy", "content", policy());
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty("meta", "name", "color-scheme", "content", "light dark");
        html.element("title", title).raw("style", STYLE).close();
        html.open("body").open("header").element("h1", title);
        if (!sentence.isEmpty()) {
            html.element("p", sentence, "class", "sentence");
        }
        html.open("ul", "class", "origin");
        origin.forEach(phrase -> html.element("li", phrase));
        html.close();
        tiles(html);
        html.close();
        navigation(html);
        html.open("main");
        sections.forEach(section -> write(section, html));
        html.close();
        html.element("footer", "Made by Retort. Charts by Apache ECharts, Apache-2.0.");
        html.raw("script", LIBRARY).raw("script", SCRIPT).close().close();
        return "<!DOCTYPE html>\n" + html.end() + "\n";
    }

    private void tiles(Html html) {
        if (!tiles.isEmpty()) {
            html.open("dl", "class", "tiles");
            for (Tile tile : tiles) {
                html.open("div").element("dt", tile.label()).element("dd", tile.value());
                html.close();
            }
            html.close();
        }
    }

    private void navigation(Html html) {
        html.open("nav", "aria-label", "Sections");
        for (Section section : sections) {
            html.element("a", section.title(), "href", "#" + section.id());
        }
        html.close();
    }

    private static void write(Section section, Html html) {
        html.open("section", "id", section.id()).element("h2", section.title());
        section.blocks().forEach(block -> block.write(html));
        html.close();
    }

    private static String policy() {
        return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '" + digest(LIBRARY) + "' '"
                + digest(SCRIPT) + "'";
    }

    private static String digest(String script) {
        return "sha256-" + Base64.getEncoder().encodeToString(Sha256.bytes(script));
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("page: " + name, e);
        }
    }
}
