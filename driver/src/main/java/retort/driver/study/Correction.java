package retort.driver.study;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import retort.driver.job.StudentResult;
import retort.driver.json.MayBeMissing;

/**
 * What came of one way to find a bias without labels, as {@link Study} holds it.
 *
 * @param corrected null where no bias is defined
 * @param undefined why not
 */
public record Correction(
        String method,
        @MayBeMissing Study.Corrected corrected,
        @MayBeMissing String undefined) {
    static final String PRIOR_MATCH = "prior-match";

    /** All of a student that read no label: prior-match, then the others. */
    static List<Correction> labelFree(Study.CellResult cell) {
        Correction prior = new Correction(PRIOR_MATCH, cell.priorMatch(), null);
        return cell.omitted().isEmpty()
                ? List.of()
                : Stream.concat(Stream.of(prior), cell.others().stream()).toList();
    }

    static Correction of(StudentResult.Correction found, Collection<Integer> omitted) {
        return new Correction(
                found.kind().id(),
                found.corrected()
                        .map(corrected -> Study.Corrected.of(corrected, omitted))
                        .orElse(null),
                found.undefined().orElse(null));
    }
}
