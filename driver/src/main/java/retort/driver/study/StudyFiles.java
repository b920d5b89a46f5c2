package retort.driver.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import retort.driver.cli.LateSteps;
import retort.driver.cli.OutputFolder;

/** What a study that is done leaves: {@code study.json}, its tables as CSV, and a page to look at. */
public final class StudyFiles {
    private static final String PAGE = "report.html";

    private StudyFiles() {}

    /**
     * Writes all of them, each whole or not at all, as far as that can be done.
     *
     * @param commandLine that made the study, as it was given
     * @param steps where what can't be written is told
     * @return what was written, the page first
     */
    public static List<Path> write(Study study, String commandLine, OutputFolder folder, LateSteps steps) {
        List<Path> files = new ArrayList<>();
        steps.attempt(folder.path().toString(), folder::restore);
        Path json = folder.path().resolve(StudyFile.NAME);
        if (steps.attempt(StudyFile.NAME, () -> StudyFile.write(study, json))) {
            files.add(json);
        }
        Map<String, Supplier<String>> texts = new LinkedHashMap<>();
        texts.put(CellTable.NAME, () -> CellTable.csv(study));
        new StudyTables(study).all().forEach((name, table) -> texts.put(name, table::csv));
        texts.forEach((name, text) -> steps.attempt(name, () -> files.add(folder.write(name, text.get()))));
        List<String> names =
                files.stream().map(file -> file.getFileName().toString()).toList();
        steps.attempt(PAGE, () -> files.addFirst(folder.write(PAGE, new StudyPage(study, commandLine, names).html())));
        return files;
    }
}
