package retort.bench.performance;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import retort.bench.report.BenchReport;
import retort.driver.cli.FileReason;

/**
 * What was measured, from a folder: {@code job/*.json} of whole jobs, {@code bench.json} of kernels, anywhere in it.
 *
 * @param job by file name
 * @param kernels by file name
 */
record Results(List<JobRun> job, List<BenchReport> kernels) {
    private static final Gson GSON = new Gson();
    private static final String JSON = ".json";

    /**
     * @throws UncheckedIOException if the folder or a file can't be read, or a file holds something else
     * @throws IllegalArgumentException if there is nothing in it
     */
    static Results read(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> files = walk.filter(file -> file.toString().endsWith(JSON))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
            Results results = new Results(
                    files.stream()
                            .filter(file -> file.getParent().endsWith("job"))
                            .map(Results::job)
                            .toList(),
                    files.stream()
                            .filter(file -> file.endsWith("bench.json"))
                            .map(Results::kernels)
                            .toList());
            if (results.job.isEmpty() && results.kernels.isEmpty()) {
                throw new IllegalArgumentException(
                        folder + ": neither job/*.json nor a bench.json is in it, expected what"
                                + " bench/job-vs-frameworks.sh or retort bench wrote");
            }
            return results;
        } catch (IOException e) {
            throw FileReason.unreadable(folder, e);
        }
    }

    private static JobRun job(Path file) {
        JobRun run = parsed(file, JobRun.class);
        if (run == null
                || run.framework() == null
                || run.width() == null
                || run.machine() == null
                || run.machine().cpu() == null
                || run.results() == null) {
            throw wrong(file, "a run of job-vs-frameworks.sh", null);
        }
        return run;
    }

    private static BenchReport kernels(Path file) {
        BenchReport report = parsed(file, BenchReport.class);
        if (report == null
                || report.environment() == null
                || report.environment().cpu() == null
                || report.results() == null
                || report.targets() == null) {
            throw wrong(file, "a report of retort bench", null);
        }
        return report;
    }

    private static <T> T parsed(Path file, Class<T> type) {
        try {
            return GSON.fromJson(Files.readString(file), type);
        } catch (JsonParseException e) {
            throw wrong(file, "JSON of its kind", e);
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    private static UncheckedIOException wrong(Path file, String expected, Exception cause) {
        return new UncheckedIOException(file + ": not " + expected, new IOException(cause));
    }
}
