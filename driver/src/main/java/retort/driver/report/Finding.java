package retort.driver.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The student that learned most of what it was never shown.
 *
 * @param test its best one that read no label: as it was trained, or with the bias of its first correction if that
 *     leaves fewer errors, since with a bias that is high enough everything is taken for what was never seen
 * @param control a student of the same size that never saw the same classes, and had no teacher; null for none
 * @param controlTest the same of that
 */
record Finding(
        Report.Student student, Report.Test test, Report.Student control, Report.Test controlTest, Report report) {

    /** Nothing where no distilled student omits a class that the test images have. */
    static Optional<Finding> of(Report report) {
        List<Report.Student> students = report.students() == null ? List.of() : report.students();
        return students.stream()
                .filter(student ->
                        student.labels().equals("soft") && !student.omitted().isEmpty())
                .map(student -> of(student, students, report))
                .filter(finding -> finding.test.recall(finding.omitted()) != null)
                .max(Comparator.comparingDouble(Finding::recall));
    }

    private static Finding of(Report.Student student, List<Report.Student> all, Report report) {
        Report.Student control = all.stream()
                .filter(other -> other.labels().equals("hard")
                        && other.parameters() == student.parameters()
                        && other.omitted().equals(student.omitted()))
                .findFirst()
                .orElse(null);
        return new Finding(student, best(student), control, control == null ? null : best(control), report);
    }

    private static Report.Test best(Report.Student student) {
        return student.corrected()
                .map(Report.BiasCorrected::test)
                .filter(corrected -> corrected.errors() < student.test().errors())
                .orElse(student.test());
    }

    /** Whether that is after a correction. */
    boolean isCorrected() {
        return test != student.test();
    }

    /** Classes as a sentence has them. */
    String named(Set<Integer> classes) {
        return Headline.classes(classes, report);
    }

    Set<Integer> omitted() {
        return student.omitted();
    }

    double recall() {
        return test.recall(omitted());
    }
}
