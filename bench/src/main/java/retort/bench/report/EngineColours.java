package retort.bench.report;

import java.util.List;

/** The colour of each engine and peer on a page, the same in all charts; the first is for what is no engine. */
record EngineColours(List<String> engines) {
    static EngineColours of(BenchReport report) {
        return new EngineColours(report.results().stream()
                .map(BenchReport.Result::engine)
                .distinct()
                .toList());
    }

    int of(String engine) {
        return engines.indexOf(engine) + 1;
    }
}
