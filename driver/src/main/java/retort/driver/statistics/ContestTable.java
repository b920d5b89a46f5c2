package retort.driver.statistics;

import java.util.List;
import java.util.Locale;
import retort.driver.page.Format;
import retort.driver.page.Table;
import retort.driver.page.Table.Cell;
import retort.driver.page.Table.Mark;

/** Verdicts for people and programs. */
public final class ContestTable {
    /** What a page says below the table. */
    public static final String NOTE =
            "Both on the same test images. The interval of 95 % is that of a paired bootstrap; p is that of McNemar's exact"
                    + " test for one seed, of the bootstrap over images and seeds for several; the last p is raised for as"
                    + " many comparisons as stand here (Holm), and only below 0.05 one is called better or worse.";

    private ContestTable() {}

    public static Table of(List<Contest.Verdict> verdicts) {
        return of("seeds", verdicts);
    }

    /** @param pairs what the sets of errors of a contest are called that are held against each other, one for one */
    public static Table of(String pairs, List<Contest.Verdict> verdicts) {
        Table.Builder table =
                Table.of("", "model", "against", pairs, "more errors", "from", "to", "p", "p of all", "it is");
        for (Contest.Verdict verdict : verdicts) {
            Contest contest = verdict.contest();
            PairedBootstrap test = verdict.test();
            table.row(
                    Cell.of(contest.first()),
                    Cell.of(contest.second()),
                    Cell.of(Format.COUNT, contest.firstErrors().size()),
                    Cell.of(Format.NUMBER, test.difference()),
                    Cell.of(Format.NUMBER, test.low()),
                    Cell.of(Format.NUMBER, test.high()),
                    p(verdict.p()),
                    p(verdict.adjusted()),
                    Cell.of(verdict.text()).marked(mark(verdict)));
        }
        return table.build();
    }

    private static Mark mark(Contest.Verdict verdict) {
        return !verdict.isShown() ? Mark.NONE : verdict.test().difference() < 0 ? Mark.GOOD : Mark.BAD;
    }

    /** A probability, as it stands in tables. */
    public static Cell p(double value) {
        return new Cell(text(value), value, Mark.NONE);
    }

    /** The same as a text, two digits that count. */
    public static String text(double p) {
        return p < 1e-4 ? "< 0.0001" : String.format(Locale.ROOT, "%.2g", p);
    }

    /** For a terminal: {@code 12 fewer errors} is {@code -12 errors (95 %: -20 to -4), p 0.0031: better}. */
    public static List<String> lines(Contest.Verdict verdict) {
        PairedBootstrap test = verdict.test();
        int seeds = verdict.contest().firstErrors().size();
        String number = seeds == 1 ? "%+,.0f" : "%+,.1f";
        return List.of(
                verdict.contest().first(),
                "  against " + verdict.contest().second(),
                String.format(
                        Locale.ROOT,
                        "  " + number + " errors (95 %%: " + number + " to " + number + "), p %s: %s",
                        test.difference(),
                        test.low(),
                        test.high(),
                        text(verdict.adjusted()),
                        verdict.text()));
    }
}
