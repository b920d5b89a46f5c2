package retort.driver.study;

import java.util.Collection;
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
    static Correction of(StudentResult.Correction found, Collection<Integer> omitted) {
        return new Correction(
                found.kind().id(),
                found.corrected()
                        .map(corrected -> Study.Corrected.of(corrected, omitted))
                        .orElse(null),
                found.undefined().orElse(null));
    }
}
