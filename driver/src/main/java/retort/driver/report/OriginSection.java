package retort.driver.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import retort.driver.page.Block;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;

/** Where the numbers come from, and what repeats them. */
record OriginSection(Report report, List<String> files) {
    /** Short phrases for the top of the page. */
    List<String> phrases() {
        Report.Environment at = report.environment();
        List<String> phrases = new ArrayList<>();
        phrases.add("retort " + report.command() + (report.quick() ? ", quick" : ""));
        if (report.recipe() != null) {
            phrases.add("recipe " + report.recipe());
        }
        if (report.seed() != null) {
            phrases.add("seed " + report.seed());
        }
        phrases.add(at.dataset());
        phrases.add(at.backend() + " on " + at.device());
        return phrases;
    }

    List<Block> blocks() {
        Report.Environment at = report.environment();
        Table.Builder table = Table.of("", "", "");
        row(table, "engine", at.backend() + " on " + at.device());
        row(table, "processor", at.cpu());
        row(table, "features", String.join(" ", at.features()));
        row(table, "threads", Integer.toString(at.threads()));
        row(table, "Java", at.java());
        row(table, "system", at.os());
        row(table, "data", at.dataset());
        row(table, "commit", at.commit());
        if (report.seed() != null) {
            row(table, "seed", String.format(Locale.ROOT, "%d", report.seed()));
        }
        at.parameters().forEach((engine, from) -> row(table, "parameters of " + engine, from));
        row(table, "files", String.join(", ", files));
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.text("The same seed, engine and threads give the same bits:"));
        blocks.add(Block.code(report.commandLine()));
        blocks.add(table.build());
        if (report.config() != null) {
            blocks.add(Block.details("The whole experiment, for --config", Block.code(report.config())));
        }
        return blocks;
    }

    private static void row(Table.Builder table, String name, String value) {
        table.row(Cell.of(name), Cell.of(value));
    }
}
