package retort.driver.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import retort.driver.config.ExperimentKeys;
import retort.driver.page.Format;

/**
 * Reports side by side. Components are keys of its JSON form, in order.
 *
 * @param reports their files
 * @param tests of two reports the models of both, image for image; null for others, and where there are none
 */
public record Comparison(
        List<String> reports,
        List<Row> configuration,
        List<Row> environment,
        List<Row> results,
        List<PairedTests.Outcome> tests) {
    /**
     * One number or setting.
     *
     * @param format of numbers; null for text
     * @param differs whether the reports disagree in it
     * @param values one for each report, null where it has none
     */
    public record Row(String name, Format format, boolean differs, List<Object> values) {
        private static Row of(String name, Format format, List<Object> values) {
            return new Row(name, format, values.stream().distinct().count() > 1, values);
        }

        /** For people; empty where a report has none. */
        String text(int report) {
            Object value = values.get(report);
            return value == null ? "" : format == null ? value.toString() : format.of(((Number) value).doubleValue());
        }

        /** The second number over the first, where there are two. */
        Optional<Double> quotient() {
            return values.size() == 2
                            && values.get(0) instanceof Number first
                            && values.get(1) instanceof Number second
                            && first.doubleValue() != 0
                    ? Optional.of(second.doubleValue() / first.doubleValue())
                    : Optional.empty();
        }
    }

    /** What a report says of one thing. */
    private record Fact(Format format, Object value) {}

    /** @param reports by the names of their files */
    public static Comparison of(Map<String, Report> reports) {
        List<Report> all = List.copyOf(reports.values());
        List<PairedTests.Outcome> tests = all.size() == 2 ? PairedTests.of(all.get(0), all.get(1)) : List.of();
        return new Comparison(
                List.copyOf(reports.keySet()),
                rows(all, Comparison::configuration),
                rows(all, Comparison::environment),
                rows(all, Comparison::results),
                tests.isEmpty() ? null : tests);
    }

    /** A row for everything that any of them says something of. */
    private static List<Row> rows(List<Report> reports, Function<Report, Map<String, Fact>> facts) {
        List<Map<String, Fact>> found = reports.stream().map(facts).toList();
        return found.stream()
                .flatMap(each -> each.keySet().stream())
                .distinct()
                .map(name -> {
                    List<Object> values = new ArrayList<>();
                    found.forEach(each ->
                            values.add(each.containsKey(name) ? each.get(name).value() : null));
                    Format format = found.stream()
                            .map(each -> each.get(name))
                            .filter(Objects::nonNull)
                            .findFirst()
                            .map(Fact::format)
                            .orElse(null);
                    return Row.of(name, format, values);
                })
                .toList();
    }

    private static Map<String, Fact> configuration(Report report) {
        Map<String, Fact> facts = new LinkedHashMap<>();
        text(facts, "command", report.command());
        text(facts, "recipe", report.recipe());
        text(facts, "seed", report.seed());
        text(facts, "quick", report.quick());
        text(facts, "weights", weights(report));
        if (report.config() != null) {
            ExperimentKeys.of(report.config()).forEach((key, value) -> text(facts, key, value));
        }
        return facts;
    }

    /** What models were evaluated or timed with, or null. */
    private static String weights(Report report) {
        if (report.evaluated() != null) {
            return report.evaluated().weights();
        }
        return report.latency() == null || report.latency().isEmpty()
                ? null
                : report.latency().getFirst().weights();
    }

    private static Map<String, Fact> environment(Report report) {
        Report.Environment at = report.environment();
        Map<String, Fact> facts = new LinkedHashMap<>();
        text(facts, "engine", at.backend());
        text(facts, "device", at.device());
        text(facts, "processor", at.cpu());
        text(facts, "features", at.features() == null ? null : String.join(" ", at.features()));
        text(facts, "threads", at.threads());
        text(facts, "Java", at.java());
        text(facts, "system", at.os());
        text(facts, "data", at.dataset());
        text(facts, "commit", at.commit());
        if (at.parameters() != null) {
            at.parameters().forEach((engine, from) -> text(facts, "parameters of " + engine, from));
        }
        return facts;
    }

    private static void text(Map<String, Fact> facts, String name, Object value) {
        if (value != null) {
            facts.putIfAbsent(name, new Fact(null, value.toString()));
        }
    }

    private static Map<String, Fact> results(Report report) {
        Map<String, Fact> facts = new LinkedHashMap<>();
        if (report.teacher() != null) {
            number(facts, "teacher: parameters", Format.COUNT, report.teacher().parameters());
            tested(facts, "teacher", report.teacher().test());
            number(
                    facts,
                    "teacher: seconds of training",
                    Format.NUMBER,
                    report.teacher().seconds());
        }
        for (Report.Student student : report.students() == null ? List.<Report.Student>of() : report.students()) {
            String name = student.name();
            number(facts, name + ": parameters", Format.COUNT, student.parameters());
            tested(facts, name, student.test());
            if (!student.omitted().isEmpty()) {
                number(
                        facts,
                        name + ": recall, never seen",
                        Format.PERCENT,
                        student.test().recall(student.omitted()));
                student.corrected()
                        .ifPresent(corrected -> number(
                                facts,
                                name + ": the same, corrected",
                                Format.PERCENT,
                                corrected.test().recall(student.omitted())));
            }
            number(facts, name + ": seconds of training", Format.NUMBER, student.seconds());
        }
        if (report.evaluated() != null) {
            tested(facts, report.evaluated().model(), report.evaluated().test());
        }
        for (Report.Latency l : report.latency() == null ? List.<Report.Latency>of() : report.latency()) {
            String name = l.model() + ", " + l.backend() + ", batch " + Format.COUNT.of(l.batch()) + ": median";
            number(facts, name, Format.MICROS, l.medianMicros());
        }
        return facts;
    }

    private static void tested(Map<String, Fact> facts, String model, Report.Test test) {
        number(facts, model + ": test errors", Format.COUNT, test.errors());
        if (test.calibration() != null) {
            number(facts, model + ": calibration error", Format.NUMBER, test.calibrationError());
        }
    }

    private static void number(Map<String, Fact> facts, String name, Format format, Number value) {
        if (value != null) {
            facts.put(name, new Fact(format, value.doubleValue()));
        }
    }

    Stream<Row> all() {
        return Stream.of(configuration, environment, results).flatMap(List::stream);
    }
}
