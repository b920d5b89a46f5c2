package retort.driver.page;

/** A part of a page: a paragraph, a table, a chart. */
public interface Block {
    void write(Html html);

    /** A paragraph. */
    static Block text(String content) {
        return html -> html.element("p", content);
    }

    /** A paragraph in small print, such as how to read what is above it. */
    static Block note(String content) {
        return html -> html.element("p", content, "class", "note");
    }

    /** Lines as they stand, such as a command or a file. */
    static Block code(String content) {
        return html -> html.element("pre", content);
    }

    /** What is shown only on demand, or where there are no scripts. */
    static Block details(String summary, Block content) {
        return html -> {
            html.open("details", "open", "").element("summary", summary);
            content.write(html);
            html.close();
        };
    }

    /** Several side by side where the page is wide enough, else one below the other. */
    static Block row(Iterable<? extends Block> blocks) {
        return html -> {
            html.open("div", "class", "row");
            blocks.forEach(block -> block.write(html));
            html.close();
        };
    }
}
