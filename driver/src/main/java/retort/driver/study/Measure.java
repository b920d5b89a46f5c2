package retort.driver.study;

import java.util.Optional;
import java.util.function.Function;

/** A number that a study has of each cell, as far as it applies. */
enum Measure {
    ERRORS(
            "errors",
            "test errors",
            "#,##0",
            cell -> Optional.of((double) cell.test().errors())),
    RECALL("recall-omitted", "recall on what was never seen, %", "0.0", cell -> recall(cell.test())),
    ORACLE_ERRORS("oracle-errors", "test errors, oracle bias", "#,##0", cell -> errors(cell.oracle())),
    ORACLE_RECALL(
            "oracle-recall-omitted",
            "recall on what was never seen, oracle bias, %",
            "0.0",
            cell -> recall(cell.oracle())),
    PRIOR_ERRORS("prior-match-errors", "test errors, prior-match", "#,##0", cell -> errors(cell.priorMatch())),
    PRIOR_RECALL(
            "prior-match-recall-omitted",
            "recall on what was never seen, prior-match, %",
            "0.0",
            cell -> recall(cell.priorMatch())),
    LIKELIHOOD(
            "negative-log-likelihood",
            "negative log-likelihood of a true label",
            "0.000",
            cell -> Optional.of(cell.test().negativeLogLikelihood())),
    CALIBRATION(
            "calibration-error",
            "expected calibration error, %",
            "0.0",
            cell -> Optional.of(100 * cell.test().calibrationError()));

    private final String id;
    private final String title;
    private final String pattern;
    private final Function<Study.CellResult, Optional<Double>> value;

    Measure(String id, String title, String pattern, Function<Study.CellResult, Optional<Double>> value) {
        this.id = id;
        this.title = title;
        this.pattern = pattern;
        this.value = value;
    }

    /** For file names. */
    String id() {
        return id;
    }

    /** For people, with the unit. */
    String title() {
        return title;
    }

    /** How its numbers are written; see {@link java.text.DecimalFormat}. */
    String pattern() {
        return pattern;
    }

    Optional<Double> of(Study.CellResult cell) {
        return value.apply(cell);
    }

    private static Optional<Double> errors(Study.Corrected corrected) {
        return Optional.ofNullable(corrected).map(c -> (double) c.test().errors());
    }

    private static Optional<Double> recall(Study.Corrected corrected) {
        return Optional.ofNullable(corrected).flatMap(c -> recall(c.test()));
    }

    private static Optional<Double> recall(Study.Measured test) {
        return Optional.ofNullable(test.recallOmitted()).map(share -> 100 * share);
    }
}
