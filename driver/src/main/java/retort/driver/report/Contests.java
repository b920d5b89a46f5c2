package retort.driver.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import retort.driver.statistics.Contest;

/**
 * Which models of a report are held against each other: what distils, and what corrects, against what does not, and
 * against the first of its like.
 */
final class Contests {
    private Contests() {}

    /** All of one report, judged together; none of a report from before models told which images they name wrong. */
    static List<Contest.Verdict> of(Report report) {
        List<Contest> contests = new ArrayList<>();
        List<Report.Student> students = report.students() == null ? List.of() : report.students();
        for (Report.Student student : students) {
            List<Report.Student> likes = students.stream()
                    .filter(other -> other.parameters() == student.parameters()
                            && other.omitted().equals(student.omitted()))
                    .toList();
            Stream<Report.Student> plain = likes.stream().filter(other -> !distils(other));
            Stream<Report.Student> first =
                    likes.stream().filter(Contests::distils).limit(1);
            Stream.concat(plain, first)
                    .filter(other -> distils(student) && other != student)
                    .forEach(other -> contest(student.name(), student.test(), other.name(), other.test())
                            .ifPresent(contests::add));
            corrections(student, contests);
        }
        return Contest.judged(contests);
    }

    private static boolean distils(Report.Student student) {
        return student.labels().equals("soft");
    }

    /** The first that reads no label against none, the others that read none against the first. */
    private static void corrections(Report.Student student, List<Contest> contests) {
        Optional<Report.BiasCorrected> first = student.corrected();
        if (first.isEmpty()) {
            return;
        }
        String name = name(student, first.get());
        contest(name, first.get().test(), student.name(), student.test()).ifPresent(contests::add);
        for (Report.BiasCorrected other : Tables.corrections(student)) {
            if (!other.readsLabels() && other.test() != null && other != first.get()) {
                contest(name(student, other), other.test(), name, first.get().test())
                        .ifPresent(contests::add);
            }
        }
    }

    private static String name(Report.Student student, Report.BiasCorrected corrected) {
        return Contest.corrected(student.name(), corrected.method());
    }

    private static Optional<Contest> contest(String first, Report.Test ofFirst, String second, Report.Test ofSecond) {
        return ofFirst.wrong() == null || ofSecond.wrong() == null
                ? Optional.empty()
                : Optional.of(new Contest(first, second, List.of(ofFirst.wrong()), List.of(ofSecond.wrong())));
    }
}
