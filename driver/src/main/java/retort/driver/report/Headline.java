package retort.driver.report;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What came out, in words and in the numbers that were measured.
 *
 * @param sentence the result itself, of one line on a terminal
 * @param details sentences that say how it came to that; may be empty
 */
public record Headline(String sentence, List<String> details) {
    public static Headline of(Report report) {
        return Finding.of(report).map(Headline::of).orElseGet(() -> plain(report));
    }

    private static Headline of(Finding finding) {
        Set<Integer> omitted = finding.omitted();
        String sentence = String.format(
                Locale.ROOT,
                "A student that never saw %s gets %s right (%,d of %,d).",
                finding.named(omitted),
                ofTen(finding.recall()),
                finding.test().right(omitted),
                finding.test().images(omitted));
        return new Headline(sentence, details(finding));
    }

    private static List<String> details(Finding finding) {
        Set<Integer> omitted = finding.omitted();
        String name = finding.student().name();
        String bias = finding.isCorrected()
                ? String.format(
                        Locale.ROOT,
                        "%s: one bias was raised, and no label read for it; without that %.1f %%.",
                        name,
                        100 * finding.student().test().recall(omitted))
                : name + ": as its training left it.";
        if (finding.control() == null) {
            return List.of(bias);
        }
        double control = finding.controlTest().recall(omitted);
        return List.of(
                bias,
                String.format(
                        Locale.ROOT,
                        "%s, the same network on true labels: %s.",
                        finding.control().name(),
                        control == 0 ? "none of them" : String.format(Locale.ROOT, "%.1f %% of them", 100 * control)));
    }

    /** Where nobody was kept from seeing a class. */
    private static Headline plain(Report report) {
        if (report.students() != null) {
            Report.Student student = report.students().getFirst();
            return tested("The student", student.test());
        }
        if (report.teacher() != null) {
            return tested("The teacher", report.teacher().test());
        }
        if (report.evaluated() != null) {
            return tested(report.evaluated().model(), report.evaluated().test());
        }
        if (report.latencyRatio() != null && !report.latencyRatio().isEmpty()) {
            return faster(report, report.latencyRatio().getFirst());
        }
        return new Headline("", List.of());
    }

    private static Headline tested(String name, Report.Test test) {
        String sentence = String.format(
                Locale.ROOT,
                "%s names %,d of %,d test images right (%.2f %%).",
                name,
                test.images() - test.errors(),
                test.images(),
                100 * test.accuracy());
        return new Headline(sentence, List.of());
    }

    private static Headline faster(Report report, Report.LatencyRatio ratio) {
        String sentence = String.format(
                Locale.ROOT,
                ratio.teacherOverStudent() >= 1
                        ? "The student answers %.4g times as fast as the teacher (%s, batch %,d)."
                        : "The student takes %.4g of the teacher's speed (%s, batch %,d).",
                ratio.teacherOverStudent(),
                ratio.backend(),
                ratio.batch());
        return new Headline(sentence, List.of());
    }

    /** Such as "a 3", "a 7 or an 8", "an owl". */
    static String classes(Set<Integer> omitted, Report report) {
        List<String> each = omitted.stream()
                .sorted()
                .map(report::className)
                .map(name -> (name.matches("(?i)[aeiou].*|8\\d*|11|18") ? "an " : "a ") + name)
                .toList();
        return each.size() == 1
                ? each.getFirst()
                : String.join(", ", each.subList(0, each.size() - 1)) + " or " + each.getLast();
    }

    /** A share as people say it. */
    private static String ofTen(double recall) {
        if (recall == 0) {
            return "none of them";
        }
        long tenths = Math.round(10 * recall);
        if (tenths == 0 || tenths == 10 && recall < 1) {
            return String.format(Locale.ROOT, "%.1f %% of them", 100 * recall);
        }
        return tenths == 10 ? "all of them" : tenths + " of 10";
    }
}
