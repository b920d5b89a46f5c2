package retort.driver.study;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** A number that a study has of each cell, as far as it applies. */
enum Measure {
    ERRORS("test errors", 0, cell -> Optional.of((double) cell.test().errors())),
    RECALL("recall on what was never seen, %", 1, cell -> recall(cell.test())),
    ORACLE_ERRORS("test errors, oracle bias", 0, cell -> errors(cell.oracle())),
    ORACLE_RECALL("recall on what was never seen, oracle bias, %", 1, cell -> recall(cell.oracle())),
    PRIOR_ERRORS("test errors, prior-match", 0, cell -> errors(cell.priorMatch())),
    PRIOR_RECALL("recall on what was never seen, prior-match, %", 1, cell -> recall(cell.priorMatch())),
    LIKELIHOOD(
            "negative log-likelihood of a true label",
            3,
            cell -> Optional.of(cell.test().negativeLogLikelihood())),
    CALIBRATION(
            "expected calibration error, %",
            1, cell -> Optional.of(100 * cell.test().calibrationError()));

    private final String title;
    private final int decimals;
    private final Function<Study.CellResult, Optional<Double>> value;

    Measure(String title, int decimals, Function<Study.CellResult, Optional<Double>> value) {
        this.title = title;
        this.decimals = decimals;
        this.value = value;
    }

    /** For people, with the unit. */
    String title() {
        return title;
    }

    /** Whether more of it is better. */
    boolean isRecall() {
        return this == RECALL || this == ORACLE_RECALL || this == PRIOR_RECALL;
    }

    /** Whether it counts errors, which differ by orders of magnitude. */
    boolean isErrors() {
        return this == ERRORS || this == ORACLE_ERRORS || this == PRIOR_ERRORS;
    }

    String text(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
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
