package retort.driver.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import retort.driver.job.Method;
import retort.driver.statistics.Contest;
import retort.driver.statistics.ErrorSet;

/**
 * Which students of a study are held against each other, all of a kind together: ways to correct, and ways to learn
 * where all else is the same.
 */
record StudyContests(Study study) {
    /** All of them, judged together. */
    List<Contest.Verdict> verdicts() {
        Map<String, List<Study.CellResult>> groups = new StudyTables(study).groups();
        List<Contest> contests = new ArrayList<>();
        groups.forEach((name, cells) -> {
            groups.forEach((other, others) -> {
                if (isHeldAgainst(cells.getFirst(), others.getFirst())) {
                    contest(name, cells, Study.CellResult::test, other, others, Study.CellResult::test)
                            .ifPresent(contests::add);
                }
            });
            corrections(name, cells, contests);
        });
        return Contest.judged(contests);
    }

    /** A student with a teacher against one without, and any method against soft targets at the same T. */
    private static boolean isHeldAgainst(Study.CellResult one, Study.CellResult other) {
        boolean sameStudent = one.width() == other.width() && one.omitted().equals(other.omitted());
        boolean distils = Method.byId(one.method()).map(Method::distils).orElse(false);
        boolean plain = other.method().equals(Method.HARD_LABELS.id());
        boolean soft = other.method().equals(Method.SOFT_TARGETS.id())
                && !one.method().equals(other.method())
                && one.temperature() == other.temperature();
        return sameStudent && distils && (plain || soft);
    }

    /** Prior-match against none, the others against prior-match. */
    private static void corrections(String name, List<Study.CellResult> cells, List<Contest> contests) {
        String prior = Contest.corrected(name, Correction.PRIOR_MATCH);
        contest(prior, cells, cell -> corrected(cell, Correction.PRIOR_MATCH), name, cells, Study.CellResult::test)
                .ifPresent(contests::add);
        cells.getFirst().others().stream()
                .map(Correction::method)
                .forEach(method -> contest(
                                Contest.corrected(name, method),
                                cells,
                                cell -> corrected(cell, method),
                                prior,
                                cells,
                                cell -> corrected(cell, Correction.PRIOR_MATCH))
                        .ifPresent(contests::add));
    }

    private static Study.Measured corrected(Study.CellResult cell, String method) {
        return Correction.labelFree(cell).stream()
                .filter(each -> each.method().equals(method))
                .map(Correction::corrected)
                .filter(Objects::nonNull)
                .map(Study.Corrected::test)
                .findFirst()
                .orElse(null);
    }

    /** Of the seeds that both have; nothing where there are none. */
    private static Optional<Contest> contest(
            String first,
            List<Study.CellResult> firstCells,
            Function<Study.CellResult, Study.Measured> ofFirst,
            String second,
            List<Study.CellResult> secondCells,
            Function<Study.CellResult, Study.Measured> ofSecond) {
        List<ErrorSet> firstErrors = new ArrayList<>();
        List<ErrorSet> secondErrors = new ArrayList<>();
        for (Study.CellResult cell : firstCells) {
            Study.Measured one = ofFirst.apply(cell);
            Study.Measured other = secondCells.stream()
                    .filter(each -> each.seed() == cell.seed())
                    .findFirst()
                    .map(ofSecond)
                    .orElse(null);
            if (one != null && other != null && one.wrong() != null && other.wrong() != null) {
                firstErrors.add(one.wrong());
                secondErrors.add(other.wrong());
            }
        }
        return firstErrors.isEmpty()
                ? Optional.empty()
                : Optional.of(new Contest(first, second, firstErrors, secondErrors));
    }
}
