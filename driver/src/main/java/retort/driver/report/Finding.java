package retort.driver.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The student that learned most of what it was never shown.
 *
 * @param test its best one that read no label: as it was trained, or with the bias that prior-match found
 * @param correction what {@code test} is after; null for none
 * @param control a student of the same size that never saw the same classes, and had no teacher; null for none
 */
record Finding(Report.Student student, Report.Test test, Report.BiasCorrected correction, Report.Student control) {

    /** Nothing where no distilled student omits a class. */
    static Optional<Finding> of(Report report) {
        List<Report.Student> students = report.students() == null ? List.of() : report.students();
        return students.stream()
                .filter(student ->
                        student.labels().equals("soft") && !student.omitted().isEmpty())
                .map(student -> of(student, students))
                .max(Comparator.comparingDouble(Finding::recall));
    }

    private static Finding of(Report.Student student, List<Report.Student> all) {
        Report.Student control = all.stream()
                .filter(other -> other.labels().equals("hard")
                        && other.parameters() == student.parameters()
                        && other.omitted().equals(student.omitted()))
                .findFirst()
                .orElse(null);
        Set<Integer> omitted = student.omitted();
        return student.corrected(Report.PRIOR_MATCH)
                .filter(corrected ->
                        corrected.test().recall(omitted) > student.test().recall(omitted))
                .map(corrected -> new Finding(student, corrected.test(), corrected, control))
                .orElse(new Finding(student, student.test(), null, control));
    }

    Set<Integer> omitted() {
        return student.omitted();
    }

    double recall() {
        return test.recall(omitted());
    }
}
