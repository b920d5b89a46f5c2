package retort.driver.report;

import java.util.List;

/** The colour of each model on a page, the same in all charts: the teacher's is the first. */
record ModelColours(List<String> names) {
    static ModelColours of(Report report) {
        return new ModelColours(
                report.students() == null
                        ? List.of()
                        : report.students().stream().map(Report.Student::name).toList());
    }

    int of(String model) {
        return names.indexOf(model) + 1;
    }
}
