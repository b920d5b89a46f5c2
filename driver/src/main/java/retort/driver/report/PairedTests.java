package retort.driver.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import retort.driver.statistics.Contest;
import retort.driver.statistics.Holm;
import retort.driver.statistics.McNemar;

/** The models of two reports, held against each other image for image where they were tested on the same images. */
final class PairedTests {
    private PairedTests() {}

    /**
     * One model of a report A against that of a report B, by {@link McNemar}.
     *
     * @param model its name in both
     * @param images that both were tested on
     * @param onlyA those that A's alone names wrong, and onlyB likewise
     * @param p probability of so uneven a division of these between two equal models
     * @param adjusted that, raised for all models of the comparison: see {@link Holm}
     * @param better "A" or "B", and null where that is not shown
     */
    public record Outcome(String model, int images, int onlyA, int onlyB, double p, double adjusted, String better) {
        /** For people. */
        String text() {
            return better == null ? "not shown to differ" : better + " is better";
        }
    }

    /** Of all models that both reports have; none where their test images differ or their errors are not known. */
    static List<Outcome> of(Report a, Report b) {
        if (!a.environment().dataset().equals(b.environment().dataset())) {
            return List.of();
        }
        Map<String, Report.Test> ofA = tests(a);
        Map<String, Report.Test> ofB = tests(b);
        List<String> names = ofA.keySet().stream()
                .filter(name -> ofB.containsKey(name) && areOfSameImages(ofA.get(name), ofB.get(name)))
                .toList();
        List<McNemar> found = names.stream()
                .map(name -> McNemar.of(ofA.get(name).wrong(), ofB.get(name).wrong()))
                .toList();
        List<Double> adjusted = Holm.adjusted(found.stream().map(McNemar::p).toList());
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            McNemar test = found.get(i);
            String fewer = test.onlyFirst() < test.onlySecond() ? "A" : "B";
            outcomes.add(new Outcome(
                    names.get(i),
                    ofA.get(names.get(i)).images(),
                    test.onlyFirst(),
                    test.onlySecond(),
                    test.p(),
                    adjusted.get(i),
                    adjusted.get(i) < Holm.LEVEL ? fewer : null));
        }
        return outcomes;
    }

    /** A report does not have its images, but how many there are of each class. */
    private static boolean areOfSameImages(Report.Test a, Report.Test b) {
        return a.images() == b.images() && Arrays.equals(counts(a), counts(b));
    }

    private static int[] counts(Report.Test test) {
        return Arrays.stream(test.confusion())
                .mapToInt(row -> Arrays.stream(row).sum())
                .toArray();
    }

    /** By the names of the models; without those whose errors are not told image for image. */
    private static Map<String, Report.Test> tests(Report report) {
        Map<String, Report.Test> tests = new LinkedHashMap<>();
        Stream.ofNullable(report.teacher()).forEach(teacher -> tests.put("teacher", teacher.test()));
        Stream.ofNullable(report.students()).flatMap(List::stream).forEach(student -> {
            tests.put(student.name(), student.test());
            student.corrected().ifPresent(by -> tests.put(Contest.corrected(student.name(), by.method()), by.test()));
        });
        Stream.ofNullable(report.evaluated()).forEach(model -> tests.put("the model", model.test()));
        tests.values().removeIf(test -> test.wrong() == null);
        return tests;
    }
}
